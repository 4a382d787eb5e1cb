"""A district's day as the planner takes it, and a plan back into the technicians' routes.

Orders that may still be given to anybody are planned; those in somebody's hands stay where they are. Times
of the plan are seconds after midnight in the district's time zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.planner.model import PlanningOrder, PlanningProblem, PlanningTechnician, Seconds
from geo.planner.plan import Plan, Unplaced
from geo.roads import MAX_STOP_METRES, RoadNetwork
from geo.roads.refusals import within
from geo.schedule.orders import orders_of, planned_orders
from geo.schedule.people import MatrixRows, technicians_of
from geo.schedule.places import LonLat
from geo.schedule.states import BEGUN, DONE, MOVABLE
from workorders import tables
from workorders.grammar.times import start_of_day
from workorders.messages.message import Message
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.usecases.orders.assignment import set_route

NOT_SERVED = {
    "stop_off_network": Message("unplaced.off_streets"),
    "stop_cut_off": Message("unplaced.cut_off"),
}
"""Why an order is left out of a plan, by the road network's refusal."""
DAY_START = {"stop_off_network": "day_start_off_network", "stop_cut_off": "day_start_cut_off"}
"""The refusal when a technician's day begins there, by the road network's."""


@dataclass(frozen=True, slots=True)
class DayWork:
    """The planner's problem, and what leads back: matrix rows as points, the day and its midnight.

    `off`: points that no open street serves, and the code that says why; their rows of the matrix mean
    nothing. `left_out`: the orders that lie there.
    """

    problem: PlanningProblem
    points: list[LonLat]
    day: date
    midnight: datetime
    off: Mapping[LonLat, str] = field(default_factory=dict)
    left_out: tuple[Unplaced, ...] = ()

    def at(self, seconds: int) -> datetime:
        """The instant that the planner's seconds after midnight mean."""
        return self.midnight + timedelta(seconds=seconds)

    def seconds(self, at: datetime) -> int:
        """An instant in the planner's seconds after midnight."""
        return int((at - self.midnight).total_seconds())


@dataclass(frozen=True, slots=True)
class DayDraft:
    """A day read from the database, its travel times not known yet."""

    orders: list[PlanningOrder]
    technicians: list[PlanningTechnician]
    points: list[LonLat]
    day: date
    midnight: datetime

    def travelled(self, seconds: Seconds, off: Mapping[LonLat, str]) -> DayWork:
        """With the travel times between its points, of which no street serves those in `off`.

        Raises Problem day_start_off_network or day_start_cut_off when they hold the place where a day begins.
        """
        _check_ends(self.technicians, self.points, off)
        reached = tuple(order for order in self.orders if self.points[order.at] not in off)
        left_out = tuple(
            Unplaced(o.number, NOT_SERVED[off[self.points[o.at]]])
            for o in self.orders
            if self.points[o.at] in off
        )
        problem = PlanningProblem(reached, tuple(self.technicians), seconds)
        return DayWork(problem, self.points, self.day, self.midnight, off, left_out)


def load_day(
    session: Session, network: RoadNetwork, day: date, *, now: datetime, also: Sequence[LonLat] = ()
) -> DayWork:
    """Read a day's orders, technicians and shifts, and their travel times from the road network.

    `also`: further places that the matrix shall have. Raises Problem day_start_off_network or
    day_start_cut_off when no street serves the place where a technician's day begins.
    """
    draft = read_day(session, day, orders_of(session, day), now=now, also=also)
    return draft.travelled(*travel(network, draft.points))


def read_day(
    session: Session,
    day: date,
    rows: Sequence[tables.Order],
    *,
    now: datetime,
    also: Sequence[LonLat] = (),
) -> DayDraft:
    """The day with `rows` as its orders, as far as they may be worked that day."""
    midnight = midnight_of(session, day)
    places = MatrixRows()
    orders = planned_orders(session, rows, places, midnight)
    technicians = technicians_of(session, day, places, midnight, now)
    for point in also:
        places.row(point)
    return DayDraft(orders, technicians, places.points, day, midnight)


def midnight_of(session: Session, day: date) -> datetime:
    """The instant at which a day of the district begins."""
    return start_of_day(day, district_of(session).timezone)


def travel(network: RoadNetwork, points: list[LonLat]) -> tuple[Seconds, Mapping[LonLat, str]]:
    """Travel seconds, and the points that no street serves, whose rows are another point's."""
    off = network.unserved(points)
    if not off or len(off) == len(points):
        return network.matrix(points).astype(np.int64), {}
    near = next(point for number, point in enumerate(points) if number not in off)
    moved = [near if number in off else point for number, point in enumerate(points)]
    return network.matrix(moved).astype(np.int64), {points[number]: code for number, code in off.items()}


def _check_ends(
    technicians: Sequence[PlanningTechnician], points: list[LonLat], off: Mapping[LonLat, str]
) -> None:
    for person in technicians:
        ends = [points[row] for row in (person.start, person.end, person.reload_at) if row is not None]
        codes = sorted({off[point] for point in ends if point in off})
        if codes:
            raise Problem(DAY_START[codes[0]], technician=person.number, **within(MAX_STOP_METRES))


def plan_document(work: DayWork, plan: Plan) -> dict[str, Any]:
    """A plan as JSON, its times as instants, to be kept until a person has looked at it."""

    def at(seconds: int) -> str:
        return work.at(seconds).isoformat()

    return {
        "day": work.day.isoformat(),
        "routes": [
            {
                "technician": route.technician,
                "leave": at(route.leave),
                "back": at(route.back),
                "drive_s": route.drive_s,
                "overtime_s": route.overtime_s,
                "visits": [
                    {
                        "kind": visit.kind,
                        "order": visit.order,
                        "start": at(visit.start),
                        "finish": at(visit.finish),
                        "drive_s": visit.drive_s,
                        "wait_s": max(0, visit.start - visit.arrive),
                        "point": list(work.points[visit.at]),
                    }
                    for visit in route.visits
                ],
            }
            for route in plan.routes
        ],
        "unplaced": [
            {"order": left.order, "reason": left.reason.as_json()}
            for left in (*plan.unplaced, *work.left_out)
        ],
        "served": plan.served,
        "drive_s": plan.drive_s,
        "priority": plan.priority,
    }


def apply_document(session: Session, document: dict[str, Any], *, now: datetime, actor: str) -> int:
    """Make a kept plan the technicians' routes and dispatch it; returns how many stops were routed.

    Stops already begun keep their place before the planned ones; an order that meanwhile was cancelled, begun
    or finished is left out.
    """
    day = date.fromisoformat(document["day"])
    routed = 0
    for technician, visits in _by_technician(document).items():
        still = still_movable(session, [visit["order"] for visit in visits])
        stops = [visit for visit in visits if visit["order"] in still]
        numbers = [*begun_stops(session, technician, day), *(visit["order"] for visit in stops)]
        starts = {visit["order"]: datetime.fromisoformat(visit["start"]) for visit in stops}
        if numbers:
            first = first_free_place(session, technician, day)
            set_route(
                session, technician, day, numbers, now=now, actor=actor, planned_starts=starts, first=first
            )
        routed += len(stops)
    return routed


def _by_technician(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    stops: dict[str, list[dict[str, Any]]] = {}
    for route in document["routes"]:
        stops.setdefault(route["technician"], []).extend(v for v in route["visits"] if v["order"])
    return stops


def still_movable(session: Session, numbers: Sequence[str]) -> set[str]:
    """Those of the orders that nobody has begun, finished or called off."""
    query = select(tables.Order.number).where(
        tables.Order.number.in_(numbers), tables.Order.state.in_(sorted(MOVABLE))
    )
    return set(session.scalars(query))


def begun_stops(session: Session, technician: str, day: date) -> list[str]:
    """Stops of the day that are in progress or put aside, in their order."""
    return list(
        session.scalars(
            select(tables.Order.number)
            .where(
                tables.Order.technician_id == technician,
                tables.Order.route_day == day,
                tables.Order.sequence.is_not(None),
                tables.Order.state.in_(sorted(BEGUN)),
            )
            .order_by(tables.Order.sequence)
        )
    )


def first_free_place(session: Session, technician: str, day: date) -> int:
    """The place in a route that follows the stops that are done."""
    last = session.scalar(
        select(func.max(tables.Order.sequence)).where(
            tables.Order.technician_id == technician,
            tables.Order.route_day == day,
            tables.Order.state.in_(sorted(DONE)),
        )
    )
    return (last or 0) + 1
