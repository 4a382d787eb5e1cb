"""The way through a technician's stops, kept beside the route so that a tablet without signal can draw it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.roads import Path, RoadNetwork
from geo.schedule.places import shift_ends, stop_positions
from workorders.judgement.lifecycle import ACTIVE
from workorders.problems import Problem
from workorders.tables import Order, RouteWay, Shift, Technician
from workorders.usecases.history import enqueue_order


def refresh_way(
    session: Session,
    network: RoadNetwork,
    technician_id: str,
    day: date,
    *,
    now: datetime,
    closures: Sequence[int] = (),
) -> bool:
    """Compute a technician's way when its stops or the `closures` that `network` keeps clear of changed.

    A stop off the network, or cut off from the others, leaves a day without a way.
    """
    stops = list(
        session.scalars(
            select(Order.number)
            .where(
                Order.technician_id == technician_id,
                Order.route_day == day,
                Order.sequence.is_not(None),
                Order.state.in_(ACTIVE),
            )
            .order_by(Order.sequence, Order.number)
        )
    )
    known = session.get(RouteWay, (technician_id, day))
    if known is not None and known.stops == stops and known.closures == list(closures):
        # Moved away and back, a stop has lost its time while the way is as it was.
        _time_anew(session, known, now)
        return False
    path = _path(session, network, technician_id, day, stops)
    if path is None:
        if known is not None:
            session.delete(known)
        return False
    way = _way(technician_id, day, stops, path, now)
    way.closures = list(closures)
    session.merge(way)
    _time_anew(session, way, now)
    return True


def _time_anew(session: Session, way: RouteWay, now: datetime) -> None:
    """Give stops without a planned time one: after the stop before and the drive, not before an appointment.

    Tablets that have the order are notified. Times that a plan gave stay; breaks are known to plans only.
    """
    query = select(Order).where(Order.number.in_(way.stops)).order_by(Order.number).with_for_update()
    orders = {order.number: order for order in session.scalars(query)}
    if all(order.planned_start is not None for order in orders.values()):
        return
    begins = select(Shift.starts_at).where(Shift.technician_id == way.technician_id, Shift.day == way.day)
    free = max(now, session.scalars(begins.order_by(Shift.starts_at).limit(1)).one())
    for number, drive in zip(way.stops, way.drive_seconds, strict=False):
        order = orders[number]
        if order.planned_start is None:
            start = free + timedelta(seconds=drive)
            order.planned_start = max(start, order.appointment_from or start)
            enqueue_order(session, order, now=now)
        free = order.planned_start + timedelta(minutes=order.planned_minutes)
    session.flush()


def _path(
    session: Session, network: RoadNetwork, technician_id: str, day: date, stops: list[str]
) -> Path | None:
    shift = session.scalar(
        select(Shift)
        .where(Shift.technician_id == technician_id, Shift.day == day)
        .order_by(Shift.starts_at)
        .limit(1)
    )
    if not stops or shift is None:
        return None
    ends = shift_ends(session, session.get_one(Technician, technician_id), shift)
    positions = stop_positions(session, stops)
    try:
        return network.path([ends, *(positions[number] for number in stops), ends])
    except Problem:
        return None


def _way(technician_id: str, day: date, stops: list[str], path: Path, now: datetime) -> RouteWay:
    legs = path.legs
    steps = []
    for index, leg in enumerate(legs):
        last = legs[index + 1].first_step if index + 1 < len(legs) else len(path.steps)
        steps += [
            {
                "message": step.message.as_json(),
                "street": step.street,
                "metres": round(step.metres),
                "seconds": step.seconds,
                "at": step.start_index,
                "stop": index,
            }
            for step in path.steps[leg.first_step : last]
        ]
    return RouteWay(
        technician_id=technician_id,
        day=day,
        stops=stops,
        drive_seconds=[leg.seconds for leg in legs],
        geometry=[[round(lon, 6), round(lat, 6)] for lon, lat in path.geometry],
        steps=steps,
        metres=round(path.metres),
        computed_at=now,
    )
