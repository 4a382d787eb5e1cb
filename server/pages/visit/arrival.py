"""When a technician will be there, as things stand now."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.schedule.states import BEGUN, DONE
from server.networks import road_network
from server.pages.dispatch.drift import PlannedStop, drift
from server.services import services
from workorders.judgement.lifecycle import State
from workorders.queries.visits import place_under_way, travel_began
from workorders.tables import Order, OrderEvent, RouteWay, Shift

Place = tuple[datetime, float, float]
STEP_MINUTES = 5
"""A time is said in full five minutes: nobody knows more."""


def rounded(at: datetime) -> datetime:
    """Up to the next full five minutes."""
    over = timedelta(minutes=at.minute % STEP_MINUTES, seconds=at.second, microseconds=at.microsecond)
    return at if not over else at - over + timedelta(minutes=STEP_MINUTES)


def under_way(session: Session, order: Order) -> Place | None:
    """Where the technician was last on the way to this order and to no other; None when not driving there."""
    if order.state != State.EN_ROUTE or order.technician_id is None:
        return None
    since = travel_began(session, order)
    return None if since is None else place_under_way(session, order.technician_id, since=since)


def expected_arrival(
    session: Session, order: Order, place: Place | None, *, now: datetime
) -> datetime | None:
    """By the drive from the place when somebody drives there, else by the day's route; None: nobody knows."""
    if place is not None and (seconds := _drive(place, order)) is not None:
        return max(place[0] + timedelta(seconds=seconds), now)
    found = _by_route(session, order, now)
    return found if found is None or order.state != State.EN_ROUTE else max(found, now)


def _drive(place: Place, order: Order) -> int | None:
    network = road_network(services().config.data_dir)
    if network is None:
        return None
    there = order.service_point.premise.position
    points = [(place[1], place[2]), (there.x, there.y)]
    if network.unserved(points):
        return None
    return int(network.matrix(points)[0, 1])


def _by_route(session: Session, order: Order, now: datetime) -> datetime | None:
    if order.technician_id is None or order.route_day is None:
        return None
    of_day = (Order.technician_id == order.technician_id, Order.route_day == order.route_day)
    stops = session.scalars(
        select(Order)
        .where(*of_day, Order.state.not_in([State.CANCELLED, State.SUPERSEDED, *DONE]))
        .order_by(Order.sequence.is_(None), Order.sequence, Order.number)
    ).all()
    begun = dict(
        session.execute(
            select(OrderEvent.order_number, func.min(OrderEvent.at))
            .where(
                OrderEvent.order_number.in_([stop.number for stop in stops if stop.state in BEGUN]),
                OrderEvent.kind.in_(("on_site", "started")),
            )
            .group_by(OrderEvent.order_number)
        ).all()
    )
    way = session.get(RouteWay, (order.technician_id, order.route_day))
    drives = dict(zip(way.stops, way.drive_seconds, strict=False)) if way is not None else {}
    ends = session.scalar(
        select(func.max(Shift.ends_at)).where(
            Shift.technician_id == order.technician_id, Shift.day == order.route_day
        )
    )
    planned = [
        PlannedStop(s.number, s.state, s.planned_start, s.planned_minutes, begun.get(s.number)) for s in stops
    ]
    day = drift(planned, drives, now=now, shift_ends=ends)
    found = next((one for one in day.stops if one.number == order.number), None) if day else None
    return found.start if found is not None else None
