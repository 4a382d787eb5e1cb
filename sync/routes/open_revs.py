"""`open_revs`: several leaves of one document."""

from typing import Any

import orjson
from flask import Response

from sync import multipart, revtree
from sync.errors import bad_request, not_found
from sync.revtree import BadRevision, Tree, check_rev
from sync.routes import sections
from sync.routes.bulk_get import inlined, latest_leaves
from sync.routes.call import Call, raw_answer
from sync.sql import reading
from sync.sql.rows import render, revisions_field


def open_revisions(call: Call, doc_id: str) -> Response:
    """GET /db/doc?open_revs=all|[…]: sections with files, or JSON when that is asked for."""
    asked = _asked(call)
    as_sections = sections.wanted(call)
    pieces = []
    with call.store.reading(call.target.database) as (connection, database):
        found = reading.documents_with_winner(connection, database.id, [doc_id]).get(doc_id)
        if found is None and asked is None:
            raise not_found()
        tree = revtree.EMPTY if found is None else revtree.load(found[0].tree)
        revs = _open(tree, asked, latest=call.flag("latest"))
        rows = reading.revisions(connection, database.id, [(doc_id, rev) for rev in revs])
        for rev in revs:
            row = rows.get((doc_id, rev))
            if row is None:
                pieces.append(
                    sections.missing(rev) if as_sections else b'{"missing":' + orjson.dumps(rev) + b"}"
                )
                continue
            extras = {"_revisions": revisions_field(revtree.ancestry(tree, rev))} if call.flag("revs") else {}
            if as_sections:
                known = sections.since_generation(tree, rev, call.parameter("atts_since"))
                content, kind = sections.related(connection, database, row, extras, known)
                pieces.append(multipart.section({"Content-Type": kind}, content))
            else:
                data = inlined(connection, database.id, row) if call.flag("attachments") else None
                pieces.append(
                    b'{"ok":' + render(row, extras, data, encodings=call.flag("att_encoding_info")) + b"}"
                )
    if as_sections:
        return sections.mixed(pieces)
    return raw_answer(b"[" + b",".join(pieces) + b"]\n")


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
