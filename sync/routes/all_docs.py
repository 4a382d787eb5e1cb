"""`_all_docs`: documents by id."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import Any

import orjson
from flask import Response

from sync.protocol.errors import query_error
from sync.routes import pieces
from sync.routes.call import Call
from sync.stores.sql import listing, reading
from sync.stores.sql.listing import Range
from sync.stores.sql.rows import DocumentRow, RevisionRow

NO_LIMIT = 2**62
PAGE = 500
"""Documents listed per statement."""
_ONE_RANGE = ("key", "startkey", "start_key", "endkey", "end_key")
_IN_BODY = frozenset(
    {"limit", "skip", "descending", "inclusive_end", "include_docs", "conflicts", "attachments"}
    | {"att_encoding_info", "update_seq"}
)
_LOWEST = ""
"""Where a key that is no string stands: before every id, as in CouchDB."""


def all_docs(call: Call) -> Response:
    """GET or POST /db/_all_docs: the live documents in a range of ids, or exactly those of `keys`."""
    asked = call.json_object() if call.request.method == "POST" else {}
    call = replace(call, args={**call.args, **_parameters(asked)})
    keys = asked.get("keys", call.parameter("keys"))
    if isinstance(keys, list) and keys:
        given = {name: _key(call, asked, name) for name in _ONE_RANGE if name in {*asked, *call.args}}
        one = "key" in given or len(given) > 1
        if given and not (one and len(keys) == 1 and all(value == keys[0] for value in given.values())):
            raise query_error("`keys` is incompatible with `key`, `start_key` and `end_key`")
    wanted = None if keys is not None else _range(call, asked)
    with call.store.reading(call.target.database) as (connection, database):
        if wanted is None:
            found, offset = _by_keys(call, call.rows(keys, "keys")), b"null"
        else:
            before = listing.count_before(connection, database.id, wanted) + wanted.skip
            found, offset = _by_range(call, wanted), str(min(before, database.doc_count)).encode()
        head = b'{"total_rows":' + str(database.doc_count).encode() + b',"offset":' + offset
        if call.flag("update_seq"):
            head += b',"update_seq":"' + database.seq(database.update_seq).encode() + b'"'
    return pieces.respond(chain((head + b',"rows":[\n',), found, (b"\n]}\n",)))


def _parameters(asked: Mapping[str, Any]) -> dict[str, str]:
    """Members of a body that may stand in the address as well, as they would be written there."""
    return {name: orjson.dumps(value).decode() for name, value in asked.items() if name in _IN_BODY}


def _key(call: Call, asked: Mapping[str, Any], name: str) -> Any:
    return asked[name] if name in asked else call.parameter(name)


def _range(call: Call, asked: dict[str, Any]) -> Range:
    def named(*names: str) -> str | None:
        for name in names:
            if name in asked or name in call.args:
                value = _key(call, asked, name)
                return value if isinstance(value, str) else _LOWEST
        return None

    key = named("key")
    descending = call.flag("descending")
    start, end = named("startkey", "start_key"), named("endkey", "end_key")
    if key is not None:
        start = end = key
    inclusive = call.flag("inclusive_end", default=True)
    low, high = (end, start) if descending else (start, end)
    return Range(
        low=low,
        high=high,
        low_included=inclusive if descending else True,
        high_included=True if descending else inclusive,
        descending=descending,
        limit=call.number("limit", NO_LIMIT),
        skip=call.number("skip", 0),
    )


def _by_range(call: Call, wanted: Range) -> Iterator[bytes]:
    separator = b""
    bodies = call.flag("include_docs")
    left = wanted.limit
    while left > 0:
        part = replace(wanted, limit=min(left, PAGE))
        with call.store.reading(call.target.database) as (connection, database):
            page = [document for document, _ in listing.page(connection, database.id, part, bodies=False)]
            ids = [document.doc_id for document in page]
            weights = reading.weights(connection, database.id, ids) if bodies else {}
        for documents in pieces.sliced(page, attrgetter("doc_id"), weights):
            stored = _bodies(call, documents) if bodies else {}
            for document in documents:
                yield separator
                separator = b",\n"
                yield from _row(call, document, stored.get((document.doc_id, document.rev)))
        if len(page) < part.limit:
            return
        left -= len(page)
        last = page[-1].doc_id
        if wanted.descending:
            wanted = replace(wanted, skip=0, high=last, high_included=False)
        else:
            wanted = replace(wanted, skip=0, low=last, low_included=False)


def _bodies(call: Call, documents: list[DocumentRow]) -> dict[tuple[str, str], RevisionRow]:
    wanted = [(document.doc_id, document.rev) for document in documents]
    with call.store.reading(call.target.database) as (connection, database):
        return reading.revisions(connection, database.id, wanted)


def _row(call: Call, document: DocumentRow, body: RevisionRow | None) -> Iterator[bytes]:
    shown = orjson.dumps(document.doc_id)
    gone = b',"deleted":true' if document.deleted else b""
    line = b'{"id":' + shown + b',"key":' + shown + b',"value":{"rev":"' + document.rev.encode() + b'"' + gone
    yield line + b"}"
    if document.deleted:
        yield b',"doc":null}' if call.flag("include_docs") else b"}"
        return
    if body is not None:
        extras = None
        if call.flag("conflicts"):
            live = [rev for rev, deleted in document.leaves()[1:] if not deleted]
            extras = {"_conflicts": live} if live else None
        yield b',"doc":'
        yield from pieces.document(call, body, extras, inline=call.flag("attachments"))
    yield b"}"


def _by_keys(call: Call, keys: list[Any]) -> Iterator[bytes]:
    if call.flag("descending"):
        keys = keys[::-1]
    skip = call.number("skip", 0)
    keys = keys[skip : skip + call.number("limit", NO_LIMIT)]
    ids = list({key for key in keys if isinstance(key, str)})
    with call.store.reading(call.target.database) as (connection, database):
        weights = reading.weights(connection, database.id, ids) if ids else {}
    separator = b""
    for some in pieces.sliced(keys, lambda key: key if isinstance(key, str) else None, weights):
        ids = list({key for key in some if isinstance(key, str)})
        with call.store.reading(call.target.database) as (connection, database):
            known = reading.documents_with_winner(connection, database.id, ids) if ids else {}
        for key in some:
            yield separator
            separator = b",\n"
            if not isinstance(key, str) or key not in known:
                yield b'{"key":' + orjson.dumps(key) + b',"error":"not_found"}'
                continue
            document, body = known[key]
            yield from _row(call, document, body if call.flag("include_docs") else None)
