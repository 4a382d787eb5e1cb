"""The day as it stands: routes in force as a plan, who could take one more order, what to promise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.daywork import DayWork, load_day
from geo.network import RoadNetwork
from geo.places import stop_positions
from geo.planning.insert import Insertion, cheapest_insertions
from geo.planning.model import Options, Order, Window
from geo.planning.plan import Plan, Route
from geo.planning.simulate import route_of
from geo.planning.slots import Journeys, planned_day, recommend_slots
from workorders import tables
from workorders.catalogue import CATALOGUE
from workorders.problems import Problem
from workorders.service.district import district_of

WINDOW_HOURS = 2
FIRST_HOUR, LAST_HOUR = 8, 16
"""Appointments begin within a working day; two hours is what the days in the routing handbook promise."""
DAYS_AHEAD = 14
"""How far to look for days on which somebody works."""


@dataclass(frozen=True, slots=True)
class SlotOffer:
    """An appointment that can be kept: its two instants, who would come, and the seconds it adds."""

    since: datetime
    until: datetime
    technician: str
    cost_s: int


def standing_plan(session: Session, work: DayWork) -> Plan:
    """The routes in force as a plan; a route that can no longer be kept whole is kept as far as it can."""
    orders = {order.number: order for order in work.problem.orders}
    rows = session.execute(
        select(tables.Order.number, tables.Order.technician_id)
        .where(
            tables.Order.number.in_(orders),
            tables.Order.route_day == work.day,
            tables.Order.technician_id.is_not(None),
            tables.Order.sequence.is_not(None),
        )
        .order_by(tables.Order.sequence)
    )
    stops: dict[str, list[Order]] = {}
    for row in rows:
        stops.setdefault(str(row.technician_id), []).append(orders[row.number])
    routes = []
    for technician in work.problem.technicians:
        route = _as_far_as_possible(work, technician.number, stops.get(technician.number, []))
        if route is not None:
            routes.append(route)
    served = {number for route in routes for number in route.orders}
    return Plan(tuple(routes), (), sum(orders[number].priority for number in served))


def _as_far_as_possible(work: DayWork, number: str, stops: list[Order]) -> Route | None:
    technician = next(t for t in work.problem.technicians if t.number == number)
    for kept in range(len(stops), -1, -1):
        route = route_of(work.problem, technician, 0, stops[:kept])
        if route is not None:
            return route
    return None


def who_could_take(
    session: Session, network: RoadNetwork, number: str, day: date, *, now: datetime
) -> tuple[DayWork, list[Insertion]]:
    """The three technicians who could take an open order most cheaply into today's routes.

    Raises Problem not_found when the order is not open that day.
    """
    work = load_day(session, network, day, now=now)
    order = next((o for o in work.problem.orders if o.number == number), None)
    if order is None:
        raise Problem("not_found", what="open order of that day", key=number)
    plan = standing_plan(session, work)
    return work, cheapest_insertions(work.problem, plan, order)


def slots_for(
    session: Session, network: RoadNetwork, number: str, *, first: date, days: int, now: datetime
) -> list[SlotOffer]:
    """Appointments for an order on the next `days` working days from `first`, cheapest first."""
    row = session.get(tables.Order, number)
    if row is None:
        raise Problem("not_found", what="order", key=number)
    here = stop_positions(session, [number])[number]
    zone = ZoneInfo(district_of(session).timezone)
    asked = _asked(row)
    works = [load_day(session, network, day, now=now) for day in _working_days(session, first, days)]
    planned, ways = [], []
    for work in works:
        planned.append(planned_day(work.problem, standing_plan(session, work), Options()))
        seconds = network.matrix([here, *work.points])
        ways.append(Journeys(seconds[0, 1:].astype(np.int64), seconds[1:, 0].astype(np.int64)))
    windows = _windows()
    offers = []
    for found in recommend_slots(planned, asked, windows, ways):
        work = works[found.day]
        since = datetime.combine(work.day, time(), zone) + timedelta(seconds=found.window.earliest)
        if since > now:
            until = since + timedelta(hours=WINDOW_HOURS)
            offers.append(SlotOffer(since, until, found.technician, found.cost_s))
    return offers


def _asked(row: tables.Order) -> Order:
    """The order as the planner asks about it, its place not in any day's matrix yet."""
    descriptor = CATALOGUE[row.type]
    takes_meter = any(field.name == "van_stock" for field in descriptor.extra)
    return Order(
        number=f"{row.number}?",
        at=0,
        service_s=row.planned_minutes * 60,
        priority=max(1, row.priority),
        skills=frozenset(descriptor.skills),
        stock={row.service_point.size: 1} if takes_meter else {},
        kind=row.type,
    )


def _windows() -> list[Window]:
    starts: Sequence[int] = range(FIRST_HOUR, LAST_HOUR, WINDOW_HOURS)
    return [Window(hour * 3600, (hour + WINDOW_HOURS) * 3600) for hour in starts]


def _working_days(session: Session, first: date, days: int) -> list[date]:
    """The next days on which somebody has a shift."""
    found = session.scalars(
        select(tables.Shift.day)
        .where(tables.Shift.day.between(first, first + timedelta(days=DAYS_AHEAD)))
        .distinct()
        .order_by(tables.Shift.day)
        .limit(days)
    )
    return list(found)
