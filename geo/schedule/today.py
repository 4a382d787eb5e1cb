"""In the day: who could take one more order, and what to promise while the customer waits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.planner.day_state import Remaining, remaining_day
from geo.planner.insert import Insertion, cheapest_insertions
from geo.planner.model import PlanningOrder, Window
from geo.planner.slots import Journeys, recommend_slots
from geo.roads import RoadNetwork
from geo.schedule.orders import meters_taken
from geo.schedule.places import stop_positions
from geo.schedule.slot_days import LaidOut, SlotDays
from geo.schedule.standing import sequences_of, timed_plan
from geo.schedule.states import BEGUN, DONE, MOVABLE
from geo.schedule.true_state import Today, load_today
from geo.schedule.work import first_free_place
from workorders import tables
from workorders.catalogue import CATALOGUE
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.usecases.orders.assignment import set_route

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


@dataclass(frozen=True, slots=True)
class Urgent:
    """Who could take an order into the rest of today, cheapest first."""

    order: str
    today: Today
    remaining: Remaining
    ways: tuple[Insertion, ...]

    def sequence(self, way: Insertion) -> list[str]:
        """The technician's stops from now on with the order: what comes first anyway, the route, and at the
        end what the route has no time for."""
        route = self.today.routes.get(way.technician)
        stops = route.numbers(MOVABLE) if route else ()
        ahead = [v.order for v in self.remaining.ahead[way.technician] if v.order]
        first = [*(route.numbers(BEGUN) if route else ()), *ahead]
        planned = [*first, *way.route.orders]
        return planned + [number for number in stops if number not in planned and number != self.order]

    def place(self, way: Insertion) -> int:
        """Which stop of the technician's day it would be, the first being 1."""
        route = self.today.routes.get(way.technician)
        return len(route.numbers(DONE) if route else ()) + self.sequence(way).index(self.order) + 1

    def starts(self, way: Insertion) -> dict[str, datetime]:
        """When each of these stops would begin."""
        visits = (*self.remaining.ahead[way.technician], *way.route.visits)
        return {visit.order: self.today.work.at(visit.start) for visit in visits if visit.order}


def who_could_take(
    session: Session, network: RoadNetwork, number: str, day: date, *, now: datetime
) -> Urgent:
    """The three technicians who could take an open order most cheaply into what is left of today.

    Raises Problem not_found when the order is not open that day.
    """
    today = load_today(session, network, day, now=now)
    state = replace(
        today.state,
        technicians=tuple(
            replace(known, locked=tuple(n for n in known.locked if n != number))
            for known in today.state.technicians
        ),
    )
    today = replace(today, state=state)
    remaining = remaining_day(today.work.problem, state)
    order = next((o for o in remaining.problem.orders if o.number == number), None)
    if order is None:
        raise Problem("not_found", what="open order of that day", key=number)
    stops = {who: [n for n in numbers if n != number] for who, numbers in sequences_of(today).items()}
    plan = timed_plan(remaining.problem, stops)
    ways = cheapest_insertions(remaining.problem, plan, order)
    return Urgent(number, today, remaining, tuple(ways))


def insert_order(
    session: Session, urgent: Urgent, technician: str, *, now: datetime, actor: str
) -> Insertion:
    """Give the order to one of the technicians found. Raises Problem bad_input when it is none of them."""
    way = next((w for w in urgent.ways if w.technician == technician), None)
    if way is None:
        raise Problem("bad_input", field="technician", reason="can no longer take it; look again")
    day = urgent.today.work.day
    set_route(
        session,
        technician,
        day,
        urgent.sequence(way),
        now=now,
        actor=actor,
        planned_starts=urgent.starts(way),
        first=first_free_place(session, technician, day),
    )
    return way


def lay_days_out(
    session: Session,
    streets: Callable[[date], RoadNetwork],
    known: SlotDays,
    *,
    first: date,
    days: int,
    now: datetime,
) -> list[LaidOut]:
    """What slots are sought in: the next `days` working days from `first`, kept in `known`."""
    networks = {day: streets(day) for day in _working_days(session, first, days)}
    return known.laid_out(session, networks, now=now)


def slots_for(
    session: Session,
    streets: Callable[[date], RoadNetwork],
    number: str,
    *,
    first: date,
    days: int,
    now: datetime,
    known: SlotDays | None = None,
) -> list[SlotOffer]:
    """Appointments for an order on the next `days` working days from `first`, cheapest first.

    `streets`: the road network of a day. `known`: days laid out before, to be kept from call to call.
    """
    row = session.get(tables.Order, number)
    if row is None:
        raise Problem("not_found", what="order", key=number)
    here = stop_positions(session, [number])[number]
    zone = ZoneInfo(district_of(session).timezone)
    laid = lay_days_out(session, streets, known or SlotDays(), first=first, days=days, now=now)
    ways = []
    for day in laid:
        to, back = day.network.spokes([here], day.places)
        ways.append(Journeys(to[0].astype(np.int64), back[:, 0].astype(np.int64)))
    offers = []
    for found in recommend_slots([day.without(number) for day in laid], _asked(row), _windows(), ways):
        begins = time(found.window.earliest // 3600)
        since = datetime.combine(laid[found.day].work.day, begins, zone)
        if since > now:
            until = since + timedelta(hours=WINDOW_HOURS)
            offers.append(SlotOffer(since, until, found.technician, found.cost_s))
    return offers


def _asked(row: tables.Order) -> PlanningOrder:
    """The order as the planner asks about it, its place not in any day's matrix yet."""
    return PlanningOrder(
        number=f"{row.number}?",
        at=0,
        service_s=row.planned_minutes * 60,
        priority=max(1, row.priority),
        skills=frozenset(CATALOGUE[row.type].skills),
        stock=meters_taken(row.type, row.service_point.size),
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
