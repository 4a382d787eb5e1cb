"""`_bulk_docs`: many revisions stored in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Response

from sync.protocol import documents
from sync.protocol.documents import Edit
from sync.protocol.errors import ProtocolError, bad_request
from sync.routes.call import Call, answer
from sync.stores.sql.writing import Written


@dataclass(frozen=True, slots=True)
class _Local:
    """A checkpoint among the documents; it has no revision tree."""

    doc_id: str
    revision: tuple[int, bytes] | None
    """Number and JSON; None for a deletion."""


_Item = Edit | _Local | Written


def bulk_docs(call: Call) -> Response:
    """POST /db/_bulk_docs: rows say what became of each, or only of those refused when replicated."""
    body = call.json_object()
    docs = call.rows(body.get("docs"), "docs")
    new_edits = body.get("new_edits", True)
    if not isinstance(new_edits, bool):
        raise bad_request("new_edits must be true or false")
    items = [_item(call, doc, new_edits) for doc in docs]
    outcomes = _write(call, items, new_edits=new_edits)
    rows = [outcome_row(outcome, failures_only=not new_edits) for outcome in outcomes]
    return answer([row for row in rows if row is not None], 201)


def _item(call: Call, doc: object, new_edits: bool) -> _Item:
    doc_id = doc.get("_id") if isinstance(doc, dict) else None
    if isinstance(doc, dict) and isinstance(doc_id, str) and doc_id.startswith("_local/"):
        name = documents.check_id(doc_id, call.limits)
        if doc.get("_deleted") is True:
            return _Local(name, None)
        return _Local(name, (documents.local_revision(doc), documents.local_body(doc, call.limits)))
    made = uuid4().hex if isinstance(doc, dict) and "_id" not in doc else None
    edit = documents.parse_document(doc, new_edits=new_edits, limits=call.limits, doc_id=made)
    refusal = call.refusal(edit.doc_id, deleted=edit.deleted)
    return edit if refusal is None else Written(edit.doc_id, refusal=refusal)


def _write(call: Call, items: Sequence[_Item], *, new_edits: bool) -> list[Written]:
    edits = [item for item in items if isinstance(item, Edit)]
    stored = iter(call.store.edit(call.target.database, edits, new_edits=new_edits))
    outcomes = []
    for item in items:
        if isinstance(item, Edit):
            outcomes.append(next(stored))
        elif isinstance(item, Written):
            outcomes.append(item)
        else:
            outcomes.append(_write_local(call, item))
    return outcomes


def _write_local(call: Call, item: _Local) -> Written:
    database, name = call.target.database, item.doc_id.removeprefix("_local/")
    if item.revision is None:
        call.store.remove_local_for(database, call.owner, name)
        return Written(item.doc_id, "0-0")
    rev = call.store.put_local_for(database, call.owner, name, item.revision)
    return Written(item.doc_id, rev)


def outcome_row(outcome: Written, *, failures_only: bool) -> dict[str, Any] | None:
    """Return the answer's row for one stored or refused edit."""
    if outcome.refusal is not None:
        return error_row(outcome.doc_id, outcome.refusal)
    return None if failures_only else {"ok": True, "id": outcome.doc_id, "rev": outcome.rev}


def error_row(doc_id: str, refusal: ProtocolError) -> dict[str, Any]:
    """Return the answer's row for a refused edit."""
    return {"id": doc_id, "error": refusal.error, "reason": refusal.reason}
