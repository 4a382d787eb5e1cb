"""A database itself: made, described, removed; and the server's root."""

import re
from functools import partial
from typing import Any
from uuid import uuid4

import orjson
from flask import Response

from sync.protocol.documents import parse_document
from sync.protocol.errors import ProtocolError, bad_request, not_implemented
from sync.routes.call import Call, answer, raw_answer
from sync.stores.sql import databases, reading
from sync.stores.sql.rows import DatabaseRow

_NAME = re.compile(r"[a-z][a-z0-9_$()+/-]{0,237}|_users|_replicator|_global_changes")
START_TIME = "0"
"""CouchDB's constant: the info body must have it, and replicators stop when it changes."""


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
        "instance_start_time": START_TIME,
        "uuid": row.uuid,
        "sizes": {"file": 0, "external": 0, "active": 0},
        "props": {},
        "cluster": {"q": 1, "n": 1, "w": 1, "r": 1},
    }


def create(call: Call) -> Response:
    """PUT /db: make the database."""
    name = call.target.database
    if not _NAME.fullmatch(name):
        words = (
            "Only lowercase characters (a-z), digits (0-9), and any of the characters _, $, (, ), +, -, and /"
        )
        raise ProtocolError(
            400,
            "illegal_database_name",
            f"Name: '{name[:100]}'. {words} are allowed. Must begin with a letter.",
        )
    open_to_admins = {"members": {"roles": ["_admin"]}, "admins": {"roles": ["_admin"]}}
    if not call.store.connections.write(partial(databases.create, name=name, security=open_to_admins)):
        raise ProtocolError(412, "file_exists", "The database could not be created, the file already exists.")
    response = answer({"ok": True}, 201)
    response.headers["Location"] = call.request.url
    return response


def remove(call: Call) -> Response:
    """DELETE /db: remove the database with everything in it."""
    if call.args.get("rev"):
        raise bad_request("DELETE of a database with a ?rev= parameter: was a document meant?")
    call.store.write(call.target.database, databases.delete)
    return answer({"ok": True})


def post_document(call: Call) -> Response:
    """POST /db: store a document under its `_id` or one made here."""
    doc = call.json_object()
    edit = parse_document(doc, new_edits=True, limits=call.limits, doc_id=doc.get("_id") or uuid4().hex)
    call.check_write(edit.doc_id, deleted=edit.deleted)
    (outcome,) = call.store.edit(call.target.database, [edit], new_edits=True)
    if outcome.refusal is not None:
        raise outcome.refusal
    return answer({"ok": True, "id": outcome.doc_id, "rev": outcome.rev}, 201)


def full_commit(call: Call) -> Response:
    """POST /db/_ensure_full_commit: every answer already waited for the disk."""
    with call.store.reading(call.target.database):
        return answer({"ok": True, "instance_start_time": START_TIME}, 201)


def compact(call: Call) -> Response:
    """POST /db/_compact: forget the bodies of revisions that are no leaves."""
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
    told = call.json_object()
    call.store.write(call.target.database, partial(databases.set_security, told=orjson.dumps(told)))
    return answer({"ok": True})


def revs_limit(call: Call) -> Response:
    """GET /db/_revs_limit."""
    with call.store.reading(call.target.database) as (_, row):
        return answer(row.revs_limit)


def set_revs_limit(call: Call) -> Response:
    """PUT /db/_revs_limit: how many ancestors each leaf keeps."""
    told = call.json()
    if type(told) is not int or not 1 <= told <= 1_000_000:
        raise bad_request("`rev_limit` must be a positive number")
    call.store.write(call.target.database, partial(databases.set_revs_limit, limit=told))
    return answer({"ok": True})


def purge(call: Call) -> Response:
    """POST /db/_purge: forget leaf revisions."""
    told = call.json_object()
    if not all(
        isinstance(revs, list) and all(isinstance(rev, str) for rev in revs) for revs in told.values()
    ):
        raise bad_request("each document needs an array of revisions")
    purged = call.store.write(call.target.database, partial(databases.purge, wanted=told))
    return answer({"purge_seq": None, "purged": purged}, 201)
