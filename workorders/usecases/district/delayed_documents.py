"""What the office does about a document that cannot be published: try it now, or set it aside."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.tables import Outbox


def retry_document(session: Session, outbox_id: int, *, now: datetime) -> Outbox:
    """Publish the document of this outbox row at the next round, set aside or not. Never commits.

    Raises Problem not_found, document_published.
    """
    row = _unpublished(session, outbox_id)
    _change(session, row, next_try_at=now, set_aside_at=None, set_aside_by=None)
    return row


def set_document_aside(session: Session, outbox_id: int, *, now: datetime, actor: str) -> Outbox:
    """Try this document no more until its subject changes again. Never commits.

    Raises Problem not_found, document_published.
    """
    row = _unpublished(session, outbox_id)
    _change(session, row, set_aside_at=now, set_aside_by=actor[:80])
    return row


def _unpublished(session: Session, outbox_id: int) -> Outbox:
    row = session.scalar(select(Outbox).where(Outbox.id == outbox_id).with_for_update())
    if row is None:
        raise Problem("not_found", what="delayed document", key=outbox_id)
    if row.published_at is not None:
        raise Problem("document_published", document=f"{row.topic}:{row.key}")
    return row


def _change(session: Session, row: Outbox, **values: object) -> None:
    session.execute(update(Outbox).where(_same_subject(row)).values(**values))


def _same_subject(row: Outbox) -> ColumnElement[bool]:
    return (
        (Outbox.technician_id == row.technician_id)
        & (Outbox.topic == row.topic)
        & (Outbox.key == row.key)
        & (Outbox.id <= row.id)
        & Outbox.published_at.is_(None)
    )
