"""`_all_docs`: documents by id."""

from typing import Any

import orjson
from flask import Response

from sync.errors import bad_request, query_error
from sync.routes.bulk_get import inlined
from sync.routes.call import Call, raw_answer
from sync.sql import listing, reading
from sync.sql.connection import Connection
from sync.sql.listing import Range
from sync.sql.rows import DatabaseRow, DocumentRow, RevisionRow, render

NO_LIMIT = 2**62
_ONE_RANGE = ("key", "startkey", "start_key", "endkey", "end_key")


def all_docs(call: Call) -> Response:
    """GET or POST /db/_all_docs: the live documents in a range of ids, or exactly those of `keys`."""
    told = call.json_object() if call.request.method == "POST" else {}
    keys = told.get("keys", call.parameter("keys"))
    if keys is not None and any(name in told or name in call.args for name in _ONE_RANGE):
        raise query_error("`keys` is incompatible with `key`, `start_key` and `end_key`")
    with call.store.reading(call.target.database) as (connection, database):
        if keys is not None:
            rows, offset = _by_keys(call, connection, database, call.rows(keys, "keys")), b"null"
        else:
            rows, offset = _by_range(call, connection, database, _range(call, told))
        head = b'{"total_rows":' + str(database.doc_count).encode() + b',"offset":' + offset
        if call.flag("update_seq"):
            head += b',"update_seq":"' + database.seq(database.update_seq).encode() + b'"'
    return raw_answer(head + b',"rows":[\n' + b",\n".join(rows) + b"\n]}\n")


def _range(call: Call, told: dict[str, Any]) -> Range:
    def named(*names: str) -> str | None:
        for name in names:
            value = told.get(name, call.parameter(name))
            if value is not None:
                # A key that is no string sorts before every id, or after, when it is an array or object.
                if isinstance(value, str):
                    return value
                return "\U0010ffff" if isinstance(value, list | dict) else ""
        return None

    key = named("key")
    descending = told.get("descending", call.flag("descending"))
    start, end = named("startkey", "start_key"), named("endkey", "end_key")
    if key is not None:
        start = end = key
    inclusive = told.get("inclusive_end", call.flag("inclusive_end", default=True))
    low, high = (end, start) if descending else (start, end)
    return Range(
        low=low,
        high=high,
        low_included=bool(inclusive) if descending else True,
        high_included=True if descending else bool(inclusive),
        descending=bool(descending),
        limit=_whole(told.get("limit", call.number("limit", NO_LIMIT))),
        skip=_whole(told.get("skip", call.number("skip", 0))),
    )


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value <= NO_LIMIT:
        raise bad_request("limit and skip must be whole numbers")
    return value


def _by_range(
    call: Call, connection: Connection, database: DatabaseRow, wanted: Range
) -> tuple[list[bytes], bytes]:
    bodies = call.flag("include_docs")
    found = listing.page(connection, database.id, wanted, bodies=bodies)
    offset = listing.count_before(connection, database.id, wanted) + wanted.skip
    rows = [_row(call, connection, database, document, body) for document, body in found]
    return rows, str(min(offset, database.doc_count)).encode()


def _row(
    call: Call, connection: Connection, database: DatabaseRow, document: DocumentRow, body: RevisionRow | None
) -> bytes:
    shown = orjson.dumps(document.doc_id)
    gone = b',"deleted":true' if document.deleted else b""
    line = b'{"id":' + shown + b',"key":' + shown + b',"value":{"rev":"' + document.rev.encode() + b'"' + gone
    line += b"}"
    if document.deleted:
        return line + (b',"doc":null}' if call.flag("include_docs") else b"}")
    if body is not None:
        extras = None
        if call.flag("conflicts"):
            live = [rev for rev, deleted in document.leaves()[1:] if not deleted]
            extras = {"_conflicts": live} if live else None
        data = inlined(connection, database.id, body) if call.flag("attachments") else None
        line += b',"doc":' + render(body, extras, data, encodings=call.flag("att_encoding_info"))
    return line + b"}"


def _by_keys(call: Call, connection: Connection, database: DatabaseRow, keys: list[Any]) -> list[bytes]:
    if call.flag("descending"):
        keys = keys[::-1]
    skip = call.number("skip", 0)
    keys = keys[skip : skip + call.number("limit", NO_LIMIT)]
    ids = [key for key in keys if isinstance(key, str)]
    known = reading.documents_with_winner(connection, database.id, ids) if ids else {}
    rows = []
    for key in keys:
        if not isinstance(key, str) or key not in known:
            rows.append(b'{"key":' + orjson.dumps(key) + b',"error":"not_found"}')
        else:
            document, body = known[key]
            rows.append(
                _row(call, connection, database, document, body if call.flag("include_docs") else None)
            )
    return rows
