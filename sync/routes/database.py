"""A database itself: made, described, removed; and the server's root."""

import re
from functools import partial
from typing import Any
from uuid import uuid4

import orjson
from flask import Response

from sync.protocol.documents import check_id, parse_document
from sync.protocol.errors import ProtocolError, bad_request, not_implemented
from sync.protocol.revtree import BadRevision, check_rev
from sync.routes import local
from sync.routes.call import Call, answer, raw_answer
from sync.stores.sql import databases, reading
from sync.stores.sql.rows import DatabaseRow

_NAME = re.compile(r"[a-z][a-z0-9_$()+/-]{0,237}|_users|_replicator|_global_changes")


def welcome(call: Call) -> Response:
    """GET /: who serves."""
    return answer(call.welcome)


def up(call: Call) -> Response:  # noqa: ARG001  # every handler takes the call
    """GET /_up."""
    return answer({"status": "ok"})


def uuids(call: Call) -> Response:
    """GET /_uuids."""
    return answer({"uuids": [uuid4().hex for _ in range(min(call.number("count", 1), 1000))]})


def all_databases(call: Call) -> Response:
    """GET /_all_dbs."""
    return answer(call.store.database_names())


def info(call: Call) -> Response:
    """GET /db/: figures of the database."""
    with call.store.reading(call.target.database) as (_, row):
        return answer(_figures(row))


def databases_info(call: Call) -> Response:
    """POST /_dbs_info: figures of the databases named in `keys`, in that order."""
    names = call.rows(call.json_object().get("keys"), "keys")
    if not all(isinstance(name, str) for name in names):
        raise bad_request("`keys` must be an array of names.")
    with call.store.connections.reading() as connection:
        known = {row.name: row for row in reading.databases(connection, names)}
    return answer(
        [
            {"key": name, "info": _figures(known[name])}
            if name in known
            else {"key": name, "error": "not_found"}
            for name in names
        ]
    )


def _figures(row: DatabaseRow) -> dict[str, Any]:
    return {
        "db_name": row.name,
        "doc_count": row.doc_count,
        "doc_del_count": row.doc_del_count,
        "update_seq": row.seq(row.update_seq),
        "purge_seq": str(row.purge_seq),
        "compact_running": False,
        "disk_format_version": 8,
        "instance_start_time": _start_time(row),
        "uuid": row.uuid,
        "sizes": {"file": 0, "external": 0, "active": 0},
        "props": {},
        "cluster": {"q": 1, "n": 1, "w": 1, "r": 1},
    }


def _start_time(row: DatabaseRow) -> str:
    """Return digits that a database keeps for its life, as CouchDB keeps when it was made.

    A replicator that finds others begins anew: what it sent before is gone.
    """
    return str(int(row.uuid[:8], 16))


def create(call: Call) -> Response:
    """PUT /db: make the database."""
    name = call.target.database
    if not _NAME.fullmatch(name):
        raise illegal_name(name)
    open_to_admins = {"members": {"roles": ["_admin"]}, "admins": {"roles": ["_admin"]}}
    if not call.store.connections.write(partial(databases.create, name=name, security=open_to_admins)):
        raise ProtocolError(412, "file_exists", "The database could not be created, the file already exists.")
    response = answer({"ok": True}, 201)
    response.headers["Location"] = call.request.url
    return response


def illegal_name(name: str) -> ProtocolError:
    """No database may have this name."""
    words = "Only lowercase characters (a-z), digits (0-9), and any of the characters _, $, (, ), +, -, and /"
    return ProtocolError(
        400,
        "illegal_database_name",
        f"Name: '{name[:100]}'. {words} are allowed. Must begin with a letter.",
    )


def remove(call: Call) -> Response:
    """DELETE /db: remove the database with everything in it."""
    if call.args.get("rev"):
        raise bad_request("DELETE of a database with a ?rev= parameter: was a document meant?")
    call.store.write(call.target.database, databases.delete)
    return answer({"ok": True})


def post_document(call: Call) -> Response:
    """POST /db: store a document under its `_id` or one made here."""
    doc = call.document()
    doc_id = check_id(doc.setdefault("_id", uuid4().hex), call.limits)
    if doc_id.startswith("_local/"):
        rev = local.write(call, doc_id, doc)
        return answer({"ok": True, "id": doc_id, "rev": rev}, 201)
    edit = parse_document(doc, new_edits=True, limits=call.limits)
    call.check_write(edit.doc_id, deleted=edit.deleted)
    (outcome,) = call.store.edit(call.target.database, [edit], new_edits=True)
    if outcome.refusal is not None:
        raise outcome.refusal
    return answer({"ok": True, "id": outcome.doc_id, "rev": outcome.rev}, 201)


def full_commit(call: Call) -> Response:
    """POST /db/_ensure_full_commit: every answer already waited for the disk."""
    call.check_post()
    with call.store.reading(call.target.database) as (_, row):
        return answer({"ok": True, "instance_start_time": _start_time(row)}, 201)


def compact(call: Call) -> Response:
    """POST /db/_compact: forget the bodies of revisions that are no leaves."""
    call.check_post()
    call.store.write(call.target.database, databases.compact)
    return answer({"ok": True}, 202)


def nothing_to_do(call: Call) -> Response:
    """POST /db/_view_cleanup and the like: there are no view files."""
    with call.store.reading(call.target.database):
        return answer({"ok": True}, 202)


def no_queries(call: Call) -> Response:
    """POST /db/_find and its like: a store without indexes would read every document for each question."""
    with call.store.reading(call.target.database):
        raise not_implemented("Documents are not queried here; a selector may filter _changes.")


def security(call: Call) -> Response:
    """GET /db/_security."""
    with call.store.reading(call.target.database) as (connection, row):
        return raw_answer(databases.security(connection, row))


def set_security(call: Call) -> Response:
    """PUT /db/_security."""
    body = call.json_object()
    for group in ("admins", "members"):
        given = body.get(group, {})
        if not isinstance(given, dict):
            raise bad_request(f"{group} must be a JSON list of names or roles")
        for field in ("names", "roles"):
            listed = given.get(field, [])
            if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
                raise bad_request(f"{field} must be a JSON list of strings")
    call.store.write(call.target.database, partial(databases.set_security, security=orjson.dumps(body)))
    return answer({"ok": True})


def revs_limit(call: Call) -> Response:
    """GET /db/_revs_limit."""
    with call.store.reading(call.target.database) as (_, row):
        return answer(row.revs_limit)


def set_revs_limit(call: Call) -> Response:
    """PUT /db/_revs_limit: how many ancestors each leaf keeps."""
    body = call.json()
    if type(body) is not int or not 1 <= body <= 1_000_000:
        raise bad_request("`rev_limit` must be a positive number")
    call.store.write(call.target.database, partial(databases.set_revs_limit, limit=body))
    return answer({"ok": True})


def purge(call: Call) -> Response:
    """POST /db/_purge: forget leaf revisions."""
    body = call.json_object()
    if not all(
        isinstance(revs, list) and all(isinstance(rev, str) for rev in revs) for revs in body.values()
    ):
        raise bad_request("each document needs an array of revisions")
    try:
        for revs in body.values():
            for rev in revs:
                check_rev(rev, call.limits.revision_chars)
    except BadRevision as error:
        raise bad_request(str(error)) from None
    purged = call.store.write(call.target.database, partial(databases.purge, wanted=body))
    return answer({"purge_seq": None, "purged": purged}, 201)
