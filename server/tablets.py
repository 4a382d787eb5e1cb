"""What the office knows of tablets: when each technician's was last heard, and what was published to it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mobile_api.tables import Device, DeviceTechnician
from server.viewing import clock_time
from workorders.judgement.lifecycle import IN_FIELD, State
from workorders.queries.phone_codes import was_reached
from workorders.queries.staleness import Staleness, TabletView, staleness
from workorders.tables import Assignment, FieldEvent, Order, Outbox, Technician

UNSEEN_HOURS = (1, 24, 72)
"""Unseen for an hour, a tablet at work is without signal; for a day, away; for three days, perhaps lost."""
ENDED = frozenset({State.CANCELLED, State.SUPERSEDED, State.RECALLED})


def last_heard(session: Session, technician_ids: Iterable[str]) -> dict[str, datetime]:
    """When a tablet of each technician last spoke with the server; somebody never heard is absent."""
    rows = session.execute(
        select(DeviceTechnician.technician_id, func.max(Device.last_seen_at))
        .join(Device, Device.id == DeviceTechnician.device_id)
        .where(DeviceTechnician.technician_id.in_(list(technician_ids)), Device.last_seen_at.is_not(None))
        .group_by(DeviceTechnician.technician_id)
    )
    return {technician: heard for technician, heard in rows if heard is not None}


def unseen_tablets(session: Session, *, now: datetime) -> dict[int, int]:
    """How many tablets in use were not heard for each of `UNSEEN_HOURS`; one never heard counts from its
    enrollment."""
    heard = func.coalesce(Device.last_seen_at, Device.enrolled_at)
    counts = [func.count().filter(heard < now - timedelta(hours=hours)) for hours in UNSEEN_HOURS]
    row = session.execute(select(*counts).where(Device.revoked_at.is_(None))).one()
    return dict(zip(UNSEEN_HOURS, row, strict=True))


def unsent_reports(session: Session, technician_ids: Iterable[str]) -> dict[str, int]:
    """How many reports the tablets of each technician have that have not arrived, as they said at their last
    sign-in. Who has none is absent; a tablet that two people share counts for both."""
    arrived = (
        select(func.max(FieldEvent.counter))
        .where(FieldEvent.device_id == Device.id)
        .correlate(Device)
        .scalar_subquery()
    )
    rows = session.execute(
        select(DeviceTechnician.technician_id, Device.last_counter, func.coalesce(arrived, 0))
        .join(Device, Device.id == DeviceTechnician.device_id)
        .where(DeviceTechnician.technician_id.in_(list(technician_ids)), Device.revoked_at.is_(None))
    )
    found: dict[str, int] = {}
    for technician, known, came in rows:
        if known > came:
            found[technician] = found.get(technician, 0) + known - came
    return found


def order_staleness(session: Session, order: Order) -> Staleness | None:
    """What to say about how far the office may lag behind the tablet that has, or had, this order."""
    if order.state not in ENDED | IN_FIELD:
        return None
    ended = order.state == State.RECALLED or order.cancel_seq is not None
    return staleness(order.type, order.state, ended, _view(session, order))


def _view(session: Session, order: Order) -> TabletView | None:
    last = session.execute(
        select(Assignment, Technician)
        .join(Technician, Technician.id == Assignment.technician_id)
        .where(Assignment.order_number == order.number)
        .order_by(Assignment.epoch.desc())
        .limit(1)
    ).first()
    if last is None:
        return None
    assignment, technician = last
    heard = last_heard(session, [technician.id]).get(technician.id)
    sent = _published_at(session, order.number, technician.id)
    return TabletView(
        technician=technician.name,
        heard=clock_time(heard) if heard else None,
        published=sent is not None,
        confirmed=_said_something(session, order.number, assignment),
        knows_latest=_knows(session, order, technician.id, sent, heard),
    )


def _published_at(session: Session, number: str, technician: str) -> datetime | None:
    """When the newest change of the order reached the technician's database; None: it still waits."""
    newest = session.execute(
        select(Outbox.published_at)
        .where(Outbox.topic == "order", Outbox.key == number, Outbox.technician_id == technician)
        .order_by(Outbox.id.desc())
        .limit(1)
    ).first()
    return newest[0] if newest else None


def _said_something(session: Session, number: str, assignment: Assignment) -> bool:
    return (
        session.scalar(
            _reports(number, assignment.technician_id).where(FieldEvent.epoch == assignment.epoch).limit(1)
        )
        is not None
    )


def _knows(
    session: Session, order: Order, technician: str, sent: datetime | None, heard: datetime | None
) -> bool:
    """It knows of a recall when it was heard after that was sent; of a cancel, when a report says so; of
    either, when the technician entered the code that the office read out."""
    if was_reached(session, order):
        return True
    if order.state == State.RECALLED:
        return sent is not None and heard is not None and heard > sent
    if order.cancel_seq is None:
        return True
    seen = session.scalars(
        select(FieldEvent.body).where(FieldEvent.id.in_(_reports(order.number, technician)))
    )
    return any((body.get("seen_seq") or 0) >= order.cancel_seq for body in seen)


def _reports(number: str, technician: str) -> Select[str]:
    return select(FieldEvent.id).where(
        FieldEvent.order_number == number, FieldEvent.technician_id == technician
    )
