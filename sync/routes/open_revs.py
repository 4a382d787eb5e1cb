"""`open_revs`: several leaves of one document."""

from collections.abc import Iterator
from typing import Any

import orjson
from flask import Response

from sync.protocol import revtree
from sync.protocol.errors import bad_request, not_found
from sync.protocol.multipart import Part
from sync.protocol.revtree import BadRevision, Tree, check_rev
from sync.routes import pieces, sections
from sync.routes.bulk_get import latest_leaves
from sync.routes.call import Call
from sync.stores.sql import reading
from sync.stores.sql.rows import RevisionRow, revisions_field


def open_revisions(call: Call, doc_id: str) -> Response:
    """GET /db/doc?open_revs=all|[…]: sections with files, or JSON when that is asked for."""
    asked = _asked(call)
    with call.store.reading(call.target.database) as (connection, database):
        limit = database.revs_limit
        found = reading.documents(connection, database.id, [doc_id]).get(doc_id)
    if found is None and asked is None:
        raise not_found()
    tree = revtree.EMPTY if found is None else revtree.load(found.tree)
    revs = _open(tree, asked, latest=call.flag("latest"))
    if sections.wanted(call):
        return sections.mixed(_section(call, doc_id, tree, rev, limit) for rev in revs)
    return pieces.respond(_listed(call, doc_id, tree, revs, limit))


def _section(call: Call, doc_id: str, tree: Tree, rev: str, limit: int) -> Part:
    row = _stored(call, doc_id, rev)
    if row is None:
        return sections.missing(rev)
    known = sections.since_generation(tree, rev, call.parameter("atts_since"))
    return sections.related(call, row, _extras(call, tree, rev, limit), known)


def _listed(call: Call, doc_id: str, tree: Tree, revs: list[str], limit: int) -> Iterator[bytes]:
    separator = b"["
    for rev in revs:
        yield separator
        separator = b","
        row = _stored(call, doc_id, rev)
        if row is None:
            yield b'{"missing":' + orjson.dumps(rev) + b"}"
            continue
        since = call.parameter("atts_since")
        inline = call.flag("attachments") or since is not None
        known = sections.since_generation(tree, rev, since)
        yield b'{"ok":'
        yield from pieces.document(
            call, row, _extras(call, tree, rev, limit), inline=inline, newer_than=known
        )
        yield b"}"
    yield b"]\n" if revs else b"[]\n"


def _stored(call: Call, doc_id: str, rev: str) -> RevisionRow | None:
    with call.store.reading(call.target.database) as (connection, database):
        return reading.revisions(connection, database.id, [(doc_id, rev)]).get((doc_id, rev))


def _extras(call: Call, tree: Tree, rev: str, limit: int) -> dict[str, Any]:
    """What is asked besides; of a history no more than the database keeps from its next write on."""
    return {"_revisions": revisions_field(revtree.ancestry(tree, rev)[:limit])} if call.flag("revs") else {}


def _asked(call: Call) -> list[str] | None:
    """Return the revisions asked for, None for all leaves."""
    if call.args["open_revs"].strip('"') == "all":
        return None
    asked: Any = call.parameter("open_revs")
    if not isinstance(asked, list) or len(asked) > call.limits.leaves_per_document:
        raise bad_request("`open_revs` must be all or an array of revisions")
    try:
        return [check_rev(rev, call.limits.revision_chars) for rev in asked]
    except BadRevision as error:
        raise bad_request(str(error)) from None


def _open(tree: Tree, asked: list[str] | None, *, latest: bool) -> list[str]:
    if asked is None:
        return [rev for rev, _ in revtree.leaves(tree)]
    revs: dict[str, None] = {}
    for rev in asked:
        wanted = latest_leaves(tree, rev) if latest and rev in tree.parents else [rev]
        revs.update(dict.fromkeys(wanted))
    return list(revs)
