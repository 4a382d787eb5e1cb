"""`_bulk_docs`, `_bulk_get`, `_revs_diff`: the three calls that move documents."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import orjson
from flask import Response

from sync import documents, revtree
from sync.attachments import gunzip
from sync.documents import Edit
from sync.errors import ProtocolError, bad_request, too_large
from sync.revtree import BadRevision, check_rev
from sync.routes.call import Call, answer, raw_answer
from sync.sql import files, reading, writing
from sync.sql import locals as local_rows
from sync.sql.connection import Connection
from sync.sql.rows import DatabaseRow, DocumentRow, RevisionRow, render, revisions_field, with_data
from sync.sql.writing import Written


def bulk_docs(call: Call) -> Response:
    """POST /db/_bulk_docs: store many revisions; rows tell what became of each, or only failures when
    replicated.
    """
    told = call.json_object()
    docs = _rows(call, told.get("docs"), "docs")
    new_edits = told.get("new_edits", True)
    if not isinstance(new_edits, bool):
        raise bad_request("new_edits must be true or false")
    edits: list[Edit] = []
    answers: list[dict[str, Any] | None] = []
    locals_: list[tuple[int, dict[str, Any]]] = []
    for doc in docs:
        if isinstance(doc, dict) and str(doc.get("_id", "")).startswith("_local/"):
            documents.check_id(doc["_id"], call.limits)
            locals_.append((len(answers), doc))
            answers.append(None)
            continue
        doc_id = uuid4().hex if new_edits and isinstance(doc, dict) and "_id" not in doc else None
        edit = documents.parse_document(doc, new_edits=new_edits, limits=call.limits, doc_id=doc_id)
        refusal = call.refusal(edit.doc_id, deleted=edit.deleted)
        if refusal is None:
            edits.append(edit)
            answers.append(None)
        else:
            answers.append(documents.error_row(edit.doc_id, refusal))
    written = _write(call, edits, locals_, new_edits=new_edits)
    told_of = iter(written)
    local_at = {index for index, _ in locals_}
    for index, row in enumerate(answers):
        if row is None and index not in local_at:
            answers[index] = outcome_row(next(told_of), failures_only=not new_edits)
    return answer([row for row in answers if row is not None], 201)


def _write(
    call: Call, edits: Sequence[Edit], local_docs: Sequence[tuple[int, dict[str, Any]]], *, new_edits: bool
) -> list[Written]:
    with call.store.writing(call.target.database) as (connection, database):
        for _, doc in local_docs:
            body = documents.local_body(doc, call.limits)
            local_rows.put(connection, database.id, call.owner, doc["_id"].removeprefix("_local/"), body)
        return writing.write(connection, database, edits, new_edits=new_edits, limits=call.limits)


def outcome_row(outcome: Written, *, failures_only: bool) -> dict[str, Any] | None:
    """Return the answer's row for one stored or refused edit."""
    if outcome.refusal is not None:
        return documents.error_row(outcome.doc_id, outcome.refusal)
    return None if failures_only else {"ok": True, "id": outcome.doc_id, "rev": outcome.rev}


def _rows(call: Call, value: object, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise bad_request(f"`{field}` parameter must be an array.")
    if len(value) > call.limits.documents_per_request:
        raise too_large("too_large", f"more than {call.limits.documents_per_request} {field}")
    return value


def revs_diff(call: Call) -> Response:
    """POST /db/_revs_diff: which of these revisions are not here, and which leaves may be their ancestors."""
    wanted = _revisions_asked(call)
    with call.store.reading(call.target.database) as (connection, database):
        known = reading.documents(connection, database.id, list(wanted)) if wanted else {}
    told = {}
    for doc_id, revs in wanted.items():
        document = known.get(doc_id)
        tree = revtree.EMPTY if document is None else revtree.load(document.tree)
        missing, ancestors = revtree.missing(tree, revs)
        if missing:
            told[doc_id] = {"missing": missing}
            if ancestors:
                told[doc_id]["possible_ancestors"] = ancestors
    return answer(told)


def missing_revs(call: Call) -> Response:
    """POST /db/_missing_revs: the older form of `_revs_diff`."""
    wanted = _revisions_asked(call)
    with call.store.reading(call.target.database) as (connection, database):
        known = reading.documents(connection, database.id, list(wanted)) if wanted else {}
    told = {}
    for doc_id, revs in wanted.items():
        document = known.get(doc_id)
        missing, _ = revtree.missing(revtree.EMPTY if document is None else revtree.load(document.tree), revs)
        if missing:
            told[doc_id] = missing
    return answer({"missing_revs": told})


def _revisions_asked(call: Call) -> dict[str, list[str]]:
    told = call.json_object()
    if len(told) > call.limits.documents_per_request:
        raise too_large("too_large", f"more than {call.limits.documents_per_request} documents")
    for revs in told.values():
        if not isinstance(revs, list) or len(revs) > call.limits.leaves_per_document:
            raise bad_request("each document needs an array of revisions")
        for rev in revs:
            try:
                check_rev(rev, call.limits.revision_chars)
            except BadRevision as error:
                raise bad_request(str(error)) from None
    return told


def bulk_get(call: Call) -> Response:
    """POST /db/_bulk_get: the revisions asked for, in request order, each found or refused by itself."""
    asked = _rows(call, call.json_object().get("docs"), "docs")
    latest, revs, inline = call.flag("latest"), call.flag("revs"), call.flag("attachments")
    with call.store.reading(call.target.database) as (connection, database):
        ids = [row["id"] for row in asked if isinstance(row, dict) and isinstance(row.get("id"), str)]
        known = reading.documents_with_winner(connection, database.id, ids) if ids else {}
        plan = [_plan(row, known, latest) for row in asked]
        others = _other_revisions(connection, database, known, plan)
        pieces = []
        for doc_id, rev, found in plan:
            rows = []
            if isinstance(found, ProtocolError):
                rows.append(_bulk_error(doc_id, rev, found))
            else:
                document, winner = known[doc_id]
                tree = revtree.load(document.tree) if revs else revtree.EMPTY
                for leaf in found:
                    row = winner if leaf == winner.rev else others.get((doc_id, leaf))
                    if row is None:
                        rows.append(_bulk_error(doc_id, leaf, ProtocolError(404, "not_found", "missing")))
                        continue
                    extras = {"_revisions": revisions_field(revtree.ancestry(tree, leaf))} if revs else None
                    data = inlined(connection, database.id, row) if inline else None
                    rows.append(b'{"ok":' + render(row, extras, data) + b"}")
            pieces.append(b'{"id":' + orjson.dumps(doc_id) + b',"docs":[' + b",".join(rows) + b"]}")
    return raw_answer(b'{"results":[' + b",".join(pieces) + b"]}\n")


_Plan = tuple[Any, Any, list[str] | ProtocolError]


def _plan(row: object, known: dict[str, tuple[DocumentRow, RevisionRow]], latest: bool) -> _Plan:
    if not isinstance(row, dict):
        return None, "undefined", bad_request("document id missed")
    doc_id, rev = row.get("id"), row.get("rev")
    if not isinstance(doc_id, str):
        return doc_id, rev, bad_request("document id missed")
    if rev is not None:
        try:
            check_rev(rev)
        except BadRevision as error:
            return doc_id, rev, bad_request(str(error))
    if doc_id not in known:
        return doc_id, "undefined" if rev is None else rev, ProtocolError(404, "not_found", "missing")
    document = known[doc_id][0]
    if rev is None:
        # Without a revision the winner is meant, deleted or not, as in CouchDB.
        return doc_id, document.rev, [document.rev]
    if rev == document.rev:
        return doc_id, rev, [rev]
    tree = revtree.load(document.tree)
    if rev not in tree.parents:
        return doc_id, rev, ProtocolError(404, "not_found", "missing")
    return doc_id, rev, latest_leaves(tree, rev) if latest else [rev]


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
    told = {"id": doc_id, "rev": rev, "error": error.error, "reason": error.reason}
    return b'{"error":' + orjson.dumps(told) + b"}"


def inlined(connection: Connection, db_id: int, row: RevisionRow) -> bytes | None:
    """Return `_attachments` with the plain bytes of every file inline, or None when there are none."""
    if row.files is None:
        return None
    told = orjson.loads(row.files)
    stored = files.contents(connection, db_id, [(row.doc_id, row.rev)])[row.doc_id, row.rev]
    plain = {
        name: gunzip(content, told[name]["length"]) if told[name].get("encoding") == "gzip" else content
        for name, content in stored.items()
    }
    return with_data(row.files, plain)
