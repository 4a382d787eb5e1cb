"""Every resource of the endpoint, who may call it with which method, and what answers.

The table is the only way to a handler, and every line names a right: a forgotten check cannot happen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from flask import Response

from sync.routes import (
    all_docs,
    attachment,
    bulk_docs,
    bulk_get,
    changes,
    database,
    document,
    local,
    revs_diff,
    session,
)
from sync.routes.call import Call, Target

Handler = Callable[[Call], Response]


class Right(Enum):
    """What a caller must be."""

    ANYONE = "anyone"
    """Not even signed in."""
    SIGNED_IN = "signed in"
    MEMBER = "member"
    """May open the database. Handlers that write documents check each id besides."""
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Operation:
    """What answers one method of one resource."""

    right: Right
    handler: Handler


def _admin(handler: Handler) -> Operation:
    return Operation(Right.ADMIN, handler)


def _member(handler: Handler) -> Operation:
    return Operation(Right.MEMBER, handler)


SERVER: Mapping[str, Mapping[str, Operation]] = {
    "": {"GET": Operation(Right.ANYONE, database.welcome)},
    "_up": {"GET": Operation(Right.ANYONE, database.up)},
    "_session": {
        "GET": Operation(Right.ANYONE, session.describe),
        "POST": Operation(Right.ANYONE, session.sign_in),
        "DELETE": Operation(Right.ANYONE, session.sign_out),
    },
    "_uuids": {"GET": Operation(Right.SIGNED_IN, database.uuids)},
    "_all_dbs": {"GET": _admin(database.all_databases)},
    "_dbs_info": {"POST": _admin(database.databases_info)},
}
"""Resources of the server by name."""

DATABASE: Mapping[str, Mapping[str, Operation]] = {
    "": {
        "GET": _member(database.info),
        "PUT": _admin(database.create),
        "DELETE": _admin(database.remove),
        "POST": _member(database.post_document),
    },
    "_bulk_docs": {"POST": _member(bulk_docs.bulk_docs)},
    "_bulk_get": {"POST": _member(bulk_get.bulk_get)},
    "_revs_diff": {"POST": _member(revs_diff.revs_diff)},
    "_missing_revs": {"POST": _member(revs_diff.missing_revs)},
    "_changes": {"GET": _member(changes.changes), "POST": _member(changes.changes)},
    "_local": {"GET": _member(local.get), "PUT": _member(local.put), "DELETE": _member(local.delete)},
    "_local_docs": {"GET": _member(local.listing)},
    "_all_docs": {"GET": _member(all_docs.all_docs), "POST": _member(all_docs.all_docs)},
    "_find": {"POST": _member(database.no_queries)},
    "_explain": {"POST": _member(database.no_queries)},
    "_index": {method: _member(database.no_queries) for method in ("GET", "POST")},
    "_ensure_full_commit": {"POST": _member(database.full_commit)},
    "_compact": {"POST": _admin(database.compact)},
    "_view_cleanup": {"POST": _admin(database.nothing_to_do)},
    "_security": {"GET": _member(database.security), "PUT": _admin(database.set_security)},
    "_revs_limit": {"GET": _member(database.revs_limit), "PUT": _admin(database.set_revs_limit)},
    "_purge": {"POST": _admin(database.purge)},
    "_design_function": {
        method: _member(document.design_function) for method in ("GET", "POST", "PUT", "DELETE")
    },
}
"""Resources of a database by name."""

DOCUMENT: Mapping[str, Operation] = {
    "GET": _member(document.get),
    "PUT": _member(document.put),
    "DELETE": _member(document.delete),
    "COPY": _member(document.copy),
}
ATTACHMENT: Mapping[str, Operation] = {
    "GET": _member(attachment.get),
    "PUT": _member(attachment.put),
    "DELETE": _member(attachment.delete),
}


def methods_of(target: Target) -> Mapping[str, Operation]:
    """Return what answers at a target, by method; nothing when there is no such resource."""
    if not target.database:
        return SERVER.get(target.action, {})
    if target.action:
        return DATABASE.get(target.action, {})
    if target.attachment:
        return ATTACHMENT
    return DOCUMENT if target.document else DATABASE[""]
