"""Proof that events, service points, meters and orders are what the facts make them."""

from collections.abc import Iterator

from sqlalchemy import Integer, and_, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from workorders.judgement.event_schema import Unreadable, digest_of
from workorders.tables import (
    FieldEvent,
    Installation,
    Meter,
    MeterMove,
    Order,
    OrderEvent,
    ServicePoint,
    ServicePointEvent,
)

CHUNK = 1_000
"""Rows fetched at a time where a check must look at each."""
Found = tuple[str, str, str]
"""Check, key and words of a difference."""


def record_differences(session: Session) -> Iterator[Found]:
    """Every event, service point, meter and order that is not what the facts make it."""
    yield from _events(session)
    yield from _service_points(session)
    yield from _meters(session)
    yield from _rooms(session)
    yield from _orders(session)


def _events(session: Session) -> Iterator[Found]:
    """Every field event still has the digest of what the tablet stated."""
    rows = session.execute(
        select(FieldEvent.id, FieldEvent.digest, FieldEvent.body)
        .order_by(FieldEvent.id)
        .execution_options(yield_per=CHUNK)
    )
    for event, digest, body in rows:
        try:
            now = digest_of(body)
        except Unreadable as error:
            now = error.code
        if now != digest:
            yield ("event", event, f"{event} is not what the tablet wrote.")


def _service_points(session: Session) -> Iterator[Found]:
    """A service point's state is that of its latest event."""
    ranked = select(
        ServicePointEvent.service_point_id,
        ServicePointEvent.state,
        func.row_number()
        .over(
            partition_by=ServicePointEvent.service_point_id,
            order_by=(ServicePointEvent.at.desc(), ServicePointEvent.id.desc()),
        )
        .label("place"),
    ).subquery()
    rows = session.execute(
        select(ServicePoint.number, ServicePoint.state, ranked.c.state)
        .outerjoin(ranked, and_(ranked.c.service_point_id == ServicePoint.id, ranked.c.place == 1))
        .where(or_(ranked.c.state.is_(None), ranked.c.state != ServicePoint.state))
        .order_by(ServicePoint.number)
    )
    for number, shown, right in rows:
        because = "no event reports it" if right is None else f"its latest event says {right}"
        yield ("service_point", number, f"{number} shows {shown}; {because}.")


def _meters(session: Session) -> Iterator[Found]:
    """A meter says `installed` exactly when an installation is open."""
    here = and_(Installation.meter_id == Meter.id, Installation.removed_at.is_(None))
    rows = session.execute(
        select(Meter.serial, Meter.status, Installation.id)
        .outerjoin(Installation, here)
        .where((cast(Meter.status == "installed", Integer)) != cast(Installation.id.is_not(None), Integer))
        .order_by(Meter.serial)
    )
    for serial, status, installation in rows:
        what = "no installation is open" if installation is None else "it is installed"
        yield ("meter", serial, f"Meter {serial} shows {status}; {what}.")


def _rooms(session: Session) -> Iterator[Found]:
    """A meter that was ever moved is where its last move put it, and each move began where the last ended."""
    before = func.lag(MeterMove.to_room + "/" + func.coalesce(MeterMove.to_van, "")).over(
        partition_by=MeterMove.meter_id, order_by=MeterMove.id
    )
    moves = select(
        MeterMove.meter_id,
        (MeterMove.to_room + "/" + func.coalesce(MeterMove.to_van, "")).label("there"),
        (MeterMove.from_room + "/" + func.coalesce(MeterMove.from_van, "")).label("whence"),
        before.label("before"),
        func.row_number().over(partition_by=MeterMove.meter_id, order_by=MeterMove.id.desc()).label("place"),
    ).subquery()
    shown = Meter.status + "/" + func.coalesce(Meter.van_technician_id, "")
    rows = session.execute(
        select(Meter.serial, shown, moves.c.there, moves.c.whence, moves.c.before)
        .join(moves, moves.c.meter_id == Meter.id)
        .where(
            or_(
                and_(moves.c.place == 1, moves.c.there != shown),
                and_(moves.c.before.is_not(None), moves.c.before != func.coalesce(moves.c.whence, "")),
            )
        )
        .order_by(Meter.serial)
    )
    for serial, here, there, whence, earlier in rows:
        words = f"shows {here}; its move to {there} began at {whence}, the one before ended at {earlier}"
        yield ("meter_room", serial, f"Meter {serial} {words}.")


def _orders(session: Session) -> Iterator[Found]:
    """An order's state is the one its history ended in."""
    later = aliased(OrderEvent)
    last = select(later.order_number, func.max(later.id).label("id")).group_by(later.order_number).subquery()
    rows = session.execute(
        select(Order.number, Order.state, OrderEvent.to_state)
        .outerjoin(last, last.c.order_number == Order.number)
        .outerjoin(OrderEvent, OrderEvent.id == last.c.id)
        .where(or_(OrderEvent.id.is_(None), OrderEvent.to_state != Order.state))
        .order_by(Order.number)
    )
    for number, shown, right in rows:
        yield ("order", number, f"{number} shows {shown}; its history ended in {right}.")
