"""Pickups that wait for the office, and what became of the latest others."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from workorders.tables import Evidence, Pickup, ServicePoint

WAITING, RECENT = 100, 40


@dataclass(frozen=True, slots=True)
class PickupLine:
    """A pickup with the photos that are here of it."""

    pickup: Pickup
    photos: Sequence[Evidence]


def waiting_pickups(session: Session) -> list[PickupLine]:
    """What waits, urgent first, then the oldest; at most WAITING."""
    query = _pickups().where(Pickup.state == "waiting")
    rows = session.scalars(query.order_by(Pickup.urgent.desc(), Pickup.raised_at).limit(WAITING)).all()
    photos: dict[str, list[Evidence]] = {}
    here = select(Evidence).where(
        Evidence.event_id.in_([one.event_id for one in rows]), Evidence.received.is_(True)
    )
    for photo in session.scalars(here.order_by(Evidence.name)):
        photos.setdefault(photo.event_id, []).append(photo)
    return [PickupLine(one, photos.get(one.event_id, ())) for one in rows]


def recent_pickups(session: Session) -> Sequence[Pickup]:
    """The newest that are decided, at most RECENT."""
    query = _pickups().where(Pickup.state.in_(("raised", "refused")))
    return session.scalars(query.order_by(Pickup.id.desc()).limit(RECENT)).all()


def _pickups() -> Select[Pickup]:
    return select(Pickup).options(joinedload(Pickup.service_point).joinedload(ServicePoint.premise))
