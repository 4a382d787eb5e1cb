"""How far today really is: what technicians have done, what they are at, where they were last heard of."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from geo.planner.day_state import DayState, TechnicianState
from geo.roads import RoadNetwork
from geo.schedule.places import LonLat, stop_positions
from geo.schedule.states import DONE, MOVABLE, SUSPENDED, UNDER_WAY
from geo.schedule.work import DayWork, load_day, midnight_of
from workorders.grammar.distance import metres_between
from workorders.judgement.lifecycle import State
from workorders.queries.field_days import breaks_begun
from workorders.tables import Assignment, FieldEvent, Order, OrderEvent

BELIEVED_METRES = 200.0
"""A GPS fix less accurate than this does not say where a van is."""
AT_THE_STOP_METRES = 150.0
"""A fix this near the last stop means: still there."""


@dataclass(frozen=True, slots=True)
class StopNow:
    """A stop of a route as it stands. `began`: when the technician last moved it on; None before that."""

    number: str
    state: str
    minutes: int
    planned_start: datetime | None
    point: LonLat
    began: datetime | None = None
    finished: datetime | None = None


@dataclass(frozen=True, slots=True)
class RouteNow:
    """A technician's day as it stands: stops in their order, and the last GPS fix with its time.

    `breaks`: how many were taken in the shift under way.
    """

    technician: str
    stops: tuple[StopNow, ...]
    fix: tuple[datetime, LonLat] | None = None
    breaks: int = 0

    def numbers(self, states: frozenset[State]) -> tuple[str, ...]:
        """The stops in any of these states, in their order."""
        return tuple(stop.number for stop in self.stops if stop.state in states)

    @property
    def working(self) -> StopNow | None:
        """The stop driven to or worked at; the one moved on last when a tablet says there are two."""
        under_way = [stop for stop in self.stops if stop.state in UNDER_WAY]
        return max(under_way, key=lambda stop: (stop.began is not None, stop.began), default=None)

    @property
    def last_place(self) -> LonLat | None:
        """Where the technician was heard of last between two stops; None before the first."""
        ended = [(stop.finished, stop.point) for stop in self.stops if stop.finished and stop.state in DONE]
        if not ended:
            return self.fix[1] if self.fix else None
        finished, point = max(ended)
        if self.fix is None or self.fix[0] <= finished:
            return point
        away = metres_between(self.fix[1], point)
        return self.fix[1] if away > AT_THE_STOP_METRES else point


@dataclass(frozen=True, slots=True)
class Today:
    """The day to be planned (what is done or begun is not in it), its true state, and everybody's route.

    `routes` by technician, also those whose shift is over.
    """

    work: DayWork
    state: DayState
    routes: Mapping[str, RouteNow]


def load_today(session: Session, network: RoadNetwork, day: date, *, now: datetime) -> Today:
    """Read a day that has begun. Raises what `load_day` raises."""
    routes = routes_now(session, day, now=now)
    return today_of(load_day(session, network, day, now=now, also=places_of(routes.values())), routes, now)


def places_of(routes: Collection[RouteNow]) -> list[LonLat]:
    """Where technicians were heard of last, and what they are at: the matrix needs these places too."""
    found = [route.last_place for route in routes]
    found += [route.working.point for route in routes if route.working is not None]
    return [point for point in found if point is not None]


def today_of(work: DayWork, routes: Mapping[str, RouteNow], now: datetime) -> Today:
    """The true state of a day whose matrix has the `places_of` its routes."""
    row = {point: number for number, point in enumerate(work.points) if point not in work.off}
    states = tuple(
        _state(work, row, routes[person.number], person.start, work.seconds(now))
        for person in work.problem.technicians
        if person.number in routes
    )
    return Today(work, DayState(work.seconds(now), states), routes)


def _state(
    work: DayWork, row: Mapping[LonLat, int], route: RouteNow, start: int, now: int
) -> TechnicianState:
    """Where a technician is, and when free. A stop off the streets counts as the place before it."""
    before = row.get(route.last_place, start) if route.last_place else start
    ahead = route.numbers(MOVABLE)
    orders = {order.number for order in work.problem.orders}
    next_up = tuple(number for number in ahead if number in orders)[:1]
    doing = route.working
    if doing is None:
        on_shift = any(
            shift.start <= now
            for person in work.problem.technicians
            if person.number == route.technician
            for shift in person.shifts
        )
        locked = next_up if on_shift else ()
        return TechnicianState(route.technician, before, now, locked=locked, breaks_taken=route.breaks)
    at = row.get(doing.point, before)
    began = work.seconds(doing.began) if doing.began else now
    if doing.state == State.EN_ROUTE:
        arrives = max(now, began + int(work.problem.matrix[before, at]))
        free_at = arrives + doing.minutes * 60
    else:
        free_at = max(now, began + doing.minutes * 60)
    locked = () if doing.state == State.EN_ROUTE else next_up
    return TechnicianState(
        route.technician, at, free_at, done=(doing.number,), locked=locked, breaks_taken=route.breaks
    )


def routes_now(session: Session, day: date, *, now: datetime) -> dict[str, RouteNow]:
    """Every technician's stops of that day, cancelled ones left out, with the last believable GPS fix."""
    rows = session.execute(
        select(
            Order.number,
            Order.technician_id,
            Order.state,
            Order.planned_minutes,
            Order.planned_start,
            Order.finished_at,
        )
        .where(
            Order.route_day == day,
            Order.technician_id.is_not(None),
            Order.state.in_(sorted(DONE | MOVABLE | UNDER_WAY | SUSPENDED)),
        )
        .order_by(Order.sequence.is_(None), Order.sequence, Order.number)
    ).all()
    rows = [*rows, *_given_up(session, day)]
    points = stop_positions(session, [row.number for row in rows])
    began = _began(session, [row.number for row in rows if row.state in UNDER_WAY])
    fixes = _fixes(session, [row.number for row in rows], midnight_of(session, day))
    stops: defaultdict[str, list[StopNow]] = defaultdict(list)
    for row in rows:
        stops[str(row.technician_id)].append(_stop(row, points[row.number], began.get(row.number)))
    breaks = breaks_begun(session, sorted(stops), day, now=now)
    return {
        who: RouteNow(who, tuple(theirs), fixes.get(who), breaks.get(who, 0)) for who, theirs in stops.items()
    }


def _given_up(session: Session, day: date) -> Sequence[Any]:
    """Stops of that day that ended without success and wait for a decision: who was there, and when."""
    return session.execute(
        select(
            Order.number,
            Assignment.technician_id,
            literal(State.UNABLE.value).label("state"),
            Order.planned_minutes,
            Order.planned_start,
            func.coalesce(Order.finished_at, Assignment.ended_at).label("finished_at"),
        )
        .join(Assignment, (Assignment.order_number == Order.number) & (Assignment.epoch == Order.epoch))
        .where(
            Order.route_day == day,
            Order.technician_id.is_(None),
            Order.state.in_([State.UNABLE, State.HELD]),
            Assignment.ended_at.is_not(None),
        )
        .order_by(Assignment.ended_at)
    ).all()


def _stop(row: Any, point: LonLat, began: datetime | None) -> StopNow:
    return StopNow(
        row.number, row.state, row.planned_minutes, row.planned_start, point, began, row.finished_at
    )


def _began(session: Session, numbers: Sequence[str]) -> dict[str, datetime]:
    """When each order came into the state it is in."""
    rows = session.execute(
        select(OrderEvent.order_number, func.max(OrderEvent.at).label("at"))
        .join(Order, Order.number == OrderEvent.order_number)
        .where(OrderEvent.order_number.in_(numbers), OrderEvent.to_state == Order.state)
        .where(OrderEvent.from_state != OrderEvent.to_state)
        .group_by(OrderEvent.order_number)
    )
    return {row.order_number: row.at for row in rows}


def _fixes(
    session: Session, numbers: Sequence[str], midnight: datetime
) -> dict[str, tuple[datetime, LonLat]]:
    """The newest believable GPS fix of each technician on that day, from reports about its stops."""
    rows = session.execute(
        select(FieldEvent.technician_id, FieldEvent.occurred_at, FieldEvent.body["position"].label("fix"))
        .where(
            FieldEvent.order_number.in_(numbers),
            FieldEvent.occurred_at >= midnight,
            FieldEvent.occurred_at < midnight + timedelta(days=1),
            FieldEvent.status != "quarantined",
        )
        .order_by(FieldEvent.occurred_at)
    )
    found: dict[str, tuple[datetime, LonLat]] = {}
    for row in rows:
        fix = row.fix
        if isinstance(fix, dict) and (fix.get("accuracy_m") or 0) <= BELIEVED_METRES:
            found[row.technician_id] = (row.occurred_at, (fix["lon"], fix["lat"]))
    return found
