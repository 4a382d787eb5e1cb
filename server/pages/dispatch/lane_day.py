"""A technician's day as a move is judged by: the stops ahead, where they are, and the drives between them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from geo.roads import RoadNetwork
from geo.schedule.places import shift_ends
from geo.schedule.states import BEGUN, DONE
from geo.schedule.work import travel
from server.pages.dispatch.move_effects import Drive, LaneDay, LaneStop, Place
from workorders.catalogue import order_type_of
from workorders.grammar.distance import metres_between
from workorders.judgement.lifecycle import State
from workorders.problems import Problem
from workorders.tables import Order, OrderEvent, ServicePoint, Shift, Technician

DETOUR, METRES_A_SECOND = 1.3, 9.0
"""Without streets: a way in a town is a third longer than the straight line, driven at 20 mph."""
NOWHERE_S = 100_000
"""A leg of a day and more does not exist."""


def lane_day(
    session: Session, technician: Technician, day: date, *, midnight: datetime, now: datetime
) -> LaneDay:
    """What is ahead of a technician on a day, in the order of the route."""
    query = (
        select(Order)
        .where(Order.technician_id == technician.id, Order.route_day == day)
        .where(Order.state.not_in([State.CANCELLED, State.SUPERSEDED]))
        .options(joinedload(Order.service_point).joinedload(ServicePoint.premise))
        .order_by(Order.sequence.is_(None), Order.sequence, Order.number)
    )
    orders = session.scalars(query).all()
    done = [order for order in orders if order.state in DONE]
    ahead = [order for order in orders if order.state not in DONE]
    ahead.sort(key=lambda order: order.state not in BEGUN)
    shifts = session.scalars(
        select(Shift).where(Shift.technician_id == technician.id, Shift.day == day).order_by(Shift.starts_at)
    ).all()
    begun = _begun(session, [order.number for order in ahead if order.state in BEGUN])
    home = shift_ends(session, technician, shifts[0]) if shifts else None
    last = max(
        (o for o in done if o.finished_at is not None), key=lambda o: o.finished_at or now, default=None
    )
    leaves = place_of(last) if last is not None else home
    stops = tuple(lane_stop(order, begun.get(order.number)) for order in ahead)
    return LaneDay(
        frozenset(technician.skills),
        max(now, shifts[0].starts_at if shifts else midnight),
        leaves,
        home or leaves,
        max(shift.ends_at for shift in shifts) if shifts else None,
        stops,
    )


def place_of(order: Order) -> Place:
    """Where an order is worked."""
    position = order.service_point.premise.position
    return position.x, position.y


def lane_stop(order: Order, begun_at: datetime | None = None) -> LaneStop:
    """An order as a stop."""
    return LaneStop(
        order.number,
        order.type,
        order.state,
        place_of(order),
        order.planned_minutes,
        order_type_of(order.type).skills,
        order.planned_start,
        begun_at,
        order.appointment_from,
        order.appointment_until,
        order.due_until,
    )


def drives_between(network: RoadNetwork | None, places: Iterable[Place | None]) -> Drive:
    """The drives between these places over the streets; without streets a guess by the straight line."""
    known = dict.fromkeys(place for place in places if place is not None)
    rows = {place: number for number, place in enumerate(known)}
    if network is None:
        return lambda a, b: timedelta(seconds=round(DETOUR * metres_between(a, b) / METRES_A_SECOND))
    try:
        seconds, off = travel(network, list(rows))
    except Problem:
        # Not one of them lies at a street.
        return lambda a, b: timedelta(0) if a == b else None

    def drive(a: Place, b: Place) -> timedelta | None:
        if a == b:
            return timedelta(0)
        if a in off or b in off:
            return None if b in off else timedelta(0)
        found = int(seconds[rows[a], rows[b]])
        return timedelta(seconds=found) if found < NOWHERE_S else None

    return drive


def _begun(session: Session, numbers: Sequence[str]) -> dict[str, datetime]:
    """When the technician was at the place, or started, first."""
    if not numbers:
        return {}
    query = (
        select(OrderEvent.order_number, func.min(OrderEvent.at))
        .where(OrderEvent.order_number.in_(numbers), OrderEvent.kind.in_(("on_site", "started")))
        .group_by(OrderEvent.order_number)
    )
    return dict(session.execute(query).all())
