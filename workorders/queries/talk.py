"""The dispatchers' conversations with technicians."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.tables import FieldMessage, Technician

SHOWN = 100
"""Messages of a conversation that a page shows, the newest."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A technician in the list of conversations."""

    id: str
    name: str
    unread: int
    """Messages from the technician that no dispatcher has read."""
    last_at: datetime | None


def correspondents(session: Session) -> list[Correspondent]:
    """Active technicians; those with unread messages first, then those heard or written to last."""
    unread = (
        select(FieldMessage.technician_id, func.count().label("unread"))
        .where(FieldMessage.read_at.is_(None), FieldMessage.from_office.is_(False))
        .group_by(FieldMessage.technician_id)
        .subquery()
    )
    last = (
        select(FieldMessage.recorded_at)
        .where(FieldMessage.technician_id == Technician.id)
        .order_by(FieldMessage.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Technician.id, Technician.name, func.coalesce(unread.c.unread, 0), last)
        .outerjoin(unread, unread.c.technician_id == Technician.id)
        .where(Technician.active.is_(True))
    )
    found = [Correspondent(*row) for row in rows]
    return sorted(
        found, key=lambda one: (-one.unread, -(one.last_at.timestamp() if one.last_at else 0), one.name)
    )


def conversation(session: Session, technician_id: str) -> Sequence[FieldMessage]:
    """The newest messages with a technician, the oldest of them first."""
    newest = (
        select(FieldMessage)
        .where(FieldMessage.technician_id == technician_id)
        .order_by(FieldMessage.id.desc())
        .limit(SHOWN)
    )
    return list(reversed(session.scalars(newest).all()))


def unread_messages(session: Session) -> int:
    """Messages from technicians that no dispatcher has read."""
    waiting = select(func.count()).where(FieldMessage.read_at.is_(None), FieldMessage.from_office.is_(False))
    return session.scalar(waiting) or 0
