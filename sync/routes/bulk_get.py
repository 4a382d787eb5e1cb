"""`_bulk_get`: many revisions in one answer."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson
from flask import Request, Response

from sync.protocol import revtree
from sync.protocol.documents import check_id
from sync.protocol.errors import ProtocolError, bad_request, not_found
from sync.protocol.limits import Limits
from sync.protocol.revtree import BadRevision, check_rev
from sync.routes import pieces, sections
from sync.routes.call import Call, raw_answer
from sync.stores.sql import reading
from sync.stores.sql.connection import Connection
from sync.stores.sql.rows import DatabaseRow, DocumentRow, RevisionRow, revisions_field


def bulk_get(call: Call) -> Response:
    """POST /db/_bulk_get: the revisions asked for, in request order, each found or refused by itself."""
    asked = call.rows(call.json_object().get("docs"), "docs")
    with call.store.reading(call.target.database) as (connection, database):
        ids = list({doc_id for doc_id in map(_id, asked) if doc_id is not None})
        weights = reading.weights(connection, database.id, ids) if ids else {}
    return pieces.respond(chain((b'{"results":[',), _rows(call, asked, weights), (b"]}\n",)))


def _id(row: Any) -> str | None:
    return row["id"] if isinstance(row, dict) and isinstance(row.get("id"), str) else None


def _rows(call: Call, asked: list[Any], weights: dict[str, int]) -> Iterator[bytes]:
    separator = b""
    for rows in pieces.sliced(asked, _id, weights):
        ids = list({doc_id for doc_id in map(_id, rows) if doc_id is not None})
        with call.store.reading(call.target.database) as (connection, database):
            limit = database.revs_limit
            known = reading.documents_with_winner(connection, database.id, ids) if ids else {}
            plan = [_plan(row, known, call.flag("latest")) for row in rows]
            light = sum(weights.get(doc_id, 0) for doc_id in ids) <= pieces.SLICE_BYTES
            others = _other_revisions(connection, database, known, plan) if light else None
        for asked_row, (doc_id, rev, found) in zip(rows, plan, strict=True):
            yield separator + b'{"id":' + orjson.dumps(doc_id) + b',"docs":['
            separator = b","
            if isinstance(found, ProtocolError):
                yield _bulk_error(doc_id, rev, found)
            else:
                yield from _leaves(call, known[doc_id], found, others, (asked_row.get("atts_since"), limit))
            yield b"]}"


def _leaves(
    call: Call,
    known: tuple[DocumentRow, RevisionRow],
    found: list[str],
    others: dict[tuple[str, str], RevisionRow] | None,
    extent: tuple[Any, int],
) -> Iterator[bytes]:
    """Yield the `docs` of one row; `others` are revisions read ahead, None to read one at a time.

    `extent`: files that one of these revisions had are stubs, and histories name so many revisions at most.
    """
    document, winner = known
    since, limit = extent
    tree = revtree.load(document.tree) if since or call.flag("revs") else revtree.EMPTY
    separator = b""
    for leaf in found:
        yield separator
        separator = b","
        row = winner if leaf == winner.rev else _revision(call, document.doc_id, leaf, others)
        if row is None:
            yield _bulk_error(document.doc_id, leaf, not_found())
            continue
        revs = call.flag("revs")
        extras = {"_revisions": revisions_field(revtree.ancestry(tree, leaf)[:limit])} if revs else None
        yield b'{"ok":'
        older = sections.since_generation(tree, leaf, since) if since else 0
        inline = call.flag("attachments")
        yield from pieces.document(call, row, extras, inline=inline, newer_than=older)
        yield b"}"


def _revision(
    call: Call, doc_id: str, rev: str, others: dict[tuple[str, str], RevisionRow] | None
) -> RevisionRow | None:
    if others is not None:
        return others.get((doc_id, rev))
    with call.store.reading(call.target.database) as (connection, database):
        return reading.revisions(connection, database.id, [(doc_id, rev)]).get((doc_id, rev))


_Plan = tuple[Any, Any, list[str] | ProtocolError]


def _plan(row: object, known: dict[str, tuple[DocumentRow, RevisionRow]], latest: bool) -> _Plan:
    doc_id, rev = (row.get("id"), row.get("rev")) if isinstance(row, dict) else (None, None)
    unnamed = isinstance(row, dict) and "rev" not in row
    shown = "undefined" if unnamed else rev
    if not isinstance(doc_id, str):
        return doc_id, shown, bad_request("document id missed")
    try:
        wanted = "" if unnamed else check_rev(rev)
    except BadRevision as error:
        return doc_id, rev, bad_request(str(error))
    if doc_id not in known:
        return doc_id, shown, _why_missing(doc_id)
    document = known[doc_id][0]
    # Without a revision every leaf is meant, deleted or not, as in CouchDB.
    found = [leaf for leaf, _ in document.leaves()] if unnamed else _found(document, wanted, latest)
    return doc_id, shown, found


def _why_missing(doc_id: str) -> ProtocolError:
    """No document is there, or none can be."""
    try:
        check_id(doc_id, Limits())
    except ProtocolError as refusal:
        return refusal
    return not_found()


def _found(document: DocumentRow, wanted: str, latest: bool) -> list[str] | ProtocolError:
    if wanted == document.rev:
        return [wanted]
    tree = revtree.load(document.tree)
    if wanted not in tree.parents:
        return not_found()
    return latest_leaves(tree, wanted) if latest else [wanted]


def latest_leaves(tree: revtree.Tree, rev: str) -> list[str]:
    """Return the leaves that descend from a known revision, itself when it is one."""
    below = revtree.descends(tree, rev)
    return [leaf for leaf, _ in revtree.leaves(tree) if leaf in below]


def _other_revisions(
    connection: Connection,
    database: DatabaseRow,
    known: dict[str, tuple[DocumentRow, RevisionRow]],
    plan: list[_Plan],
) -> dict[tuple[str, str], RevisionRow]:
    wanted = [
        (doc_id, rev)
        for doc_id, _, found in plan
        if not isinstance(found, ProtocolError)
        for rev in found
        if rev != known[doc_id][0].rev
    ]
    return reading.revisions(connection, database.id, wanted)


def _bulk_error(doc_id: object, rev: object, error: ProtocolError) -> bytes:
    row = {"id": doc_id, "rev": rev, "error": error.error, "reason": error.reason}
    return b'{"error":' + orjson.dumps(row) + b"}"


_PASSING = frozenset({401, 429, 503})
_REFUSED_BYTES = 1_000_000
"""A refused body is read up to this size, no further."""


def refuse_rows(sent: Request, rest: str, refusal: ProtocolError) -> Response | None:
    """Return an answer that refuses each row for a reason that passes, or None when that does not apply.

    PouchDB never calls `_bulk_get` again on a host whose first answer is an error, and then fetches every
    document by itself. So somebody whose token ended is refused row by row: the replication fails without
    moving its checkpoint, and the next call to the feed is answered 401.
    """
    known = "Authorization" in sent.headers or "Cookie" in sent.headers
    if refusal.status not in _PASSING or sent.method != "POST" or not known:
        return None
    if not rest.endswith("/_bulk_get") or not 0 < (sent.content_length or 0) <= _REFUSED_BYTES:
        return None
    try:
        answered = orjson.loads(sent.get_data())
        rows = []
        for row in answered["docs"]:
            error = _bulk_error(row["id"], row.get("rev"), refusal)
            rows.append(b'{"id":' + orjson.dumps(row["id"]) + b',"docs":[' + error + b"]}")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    return raw_answer(b'{"results":[' + b",".join(rows) + b"]}\n")
