"""`_find`: live documents that match a selector."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import orjson
from flask import Response

from sync.protocol import selector as mango
from sync.protocol.errors import ProtocolError, bad_request, too_large
from sync.protocol.selector import Predicate, split_path
from sync.routes import pieces
from sync.routes.call import Call, answer
from sync.stores.sql import listing, reading
from sync.stores.sql.listing import Range
from sync.stores.sql.rows import render

PAGE = 500
"""Documents read per statement while scanning."""
MOST_BYTES = 8_000_000
"""Of documents in one answer, which are held at once; a bookmark goes on from there."""
DEFAULT_LIMIT = 25
"""CouchDB's own."""
WARNING = "The documents are scanned: this store has no indexes on fields."


@dataclass(frozen=True, slots=True)
class _Query:
    matches: Predicate
    fields: list[str]
    sort: list[tuple[tuple[str, ...], bool]]
    limit: int
    skip: int
    after: str
    """Bookmark: the last id told, empty to begin."""


def find(call: Call) -> Response:
    """POST /db/_find: selector, fields, sort, limit, skip and bookmark, as CouchDB takes them."""
    query = _query(call, call.json_object())
    found: list[dict[str, Any]] = []
    wanted = query.limit + query.skip
    held = 0
    for document, size in scan(call, query.after):
        if query.matches(document):
            found.append(document)
            held += size
            if held > MOST_BYTES:
                raise too_large("too_large", f"the documents found exceed {MOST_BYTES} bytes; ask for fewer")
            if not query.sort and len(found) >= wanted:
                break
    for path, descending in reversed(query.sort):
        found.sort(
            key=lambda doc: mango.order(mango.value_at(doc, path)), reverse=descending
        )  # sort is over before the next turn
    shown = found[query.skip : wanted]
    bookmark = shown[-1]["_id"] if shown and not query.sort else "nil"
    docs = [_projected(document, query.fields) for document in shown]
    return answer({"docs": docs, "bookmark": bookmark, "warning": WARNING})


def scan(call: Call, after: str = "") -> Iterator[tuple[dict[str, Any], int]]:
    """Yield the live documents but design documents in the order of their ids, each with its bytes."""
    while True:
        with call.store.reading(call.target.database) as (connection, database):
            wanted = Range(low=after, low_included=False, limit=PAGE)
            page = [row for row, _ in listing.page(connection, database.id, wanted, bodies=False)]
            weights = reading.weights(connection, database.id, [row.doc_id for row in page])
        for rows in pieces.sliced(page, attrgetter("doc_id"), weights):
            pairs = [(row.doc_id, row.rev) for row in rows]
            with call.store.reading(call.target.database) as (connection, database):
                stored = reading.revisions(connection, database.id, pairs)
            for pair in pairs:
                if pair in stored and not pair[0].startswith("_design/"):
                    raw = render(stored[pair])
                    yield orjson.loads(raw), len(raw)
        if len(page) < PAGE:
            return
        after = page[-1].doc_id


def _query(call: Call, told: dict[str, Any]) -> _Query:
    unknown = set(told) - _FIELDS
    if unknown:
        raise bad_request(f"unknown field {sorted(unknown)[0]!r}")
    if "selector" not in told:
        raise ProtocolError(400, "missing_required_key", "Missing required key: selector")
    fields = told.get("fields") or []
    if not isinstance(fields, list) or not all(isinstance(field, str) for field in fields):
        raise ProtocolError(400, "invalid_fields", "`fields` must be an array of names")
    bookmark = told.get("bookmark")
    return _Query(
        matches=mango.compile_selector(told["selector"], allow_regex=call.caller.is_admin),
        fields=fields,
        sort=[_sort(entry) for entry in told.get("sort") or []],
        limit=_whole(told.get("limit", DEFAULT_LIMIT)),
        skip=_whole(told.get("skip", 0)),
        after="" if bookmark in {None, "", "nil"} else str(bookmark),
    )


_FIELDS = frozenset(
    {
        "selector", "fields", "sort", "limit", "skip", "bookmark", "use_index", "execution_stats",
        "conflicts", "r", "update", "stable", "stale", "allow_fallback",
    }
)  # fmt: skip


def _whole(value: object) -> int:
    if type(value) is not int or value < 0:
        raise bad_request("limit and skip must be whole numbers")
    return value


def _sort(entry: object) -> tuple[tuple[str, ...], bool]:
    if isinstance(entry, str):
        return split_path(entry), False
    if isinstance(entry, dict) and len(entry) == 1:
        ((name, direction),) = entry.items()
        if direction in {"asc", "desc"}:
            return split_path(name), direction == "desc"
    raise ProtocolError(400, "invalid_sort_json", "`sort` is an array of names or {name: asc|desc}")


def _projected(document: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    if not fields:
        return document
    shown: dict[str, Any] = {}
    for field in fields:
        path = split_path(field)
        value = mango.value_at(document, path)
        if value is None:
            continue
        place = shown
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = value
    return shown
