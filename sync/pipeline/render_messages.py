"""`message:<id>` documents: what dispatchers and a technician wrote to one another."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.pipeline.instants import instant
from workorders.tables import FieldMessage

Document = dict[str, Any]


def render_messages(session: Session, technician_id: str, ids: Iterable[str]) -> dict[str, Document]:
    """Documents by id for the numbers of messages; none for another technician's."""
    wanted = sorted({int(one) for one in ids})
    if not wanted:
        return {}
    rows = session.scalars(
        select(FieldMessage)
        .where(FieldMessage.id.in_(wanted), FieldMessage.technician_id == technician_id)
        .execution_options(populate_existing=True)
    )
    return {f"message:{row.id}": _document(row) for row in rows}


def _document(row: FieldMessage) -> Document:
    return {
        "kind": "message",
        "id": row.id,
        "from": "office" if row.from_office else "technician",
        "author": row.author,
        "order": row.order_number,
        "canned": row.canned,
        "text": row.text,
        "at": instant(row.written_at),
        "event": row.event_id,
        "read_at": instant(row.read_at),
    }
