"""A technician runs late today: what follows for each stop ahead, for appointments and for the way home."""

from dataclasses import dataclass
from datetime import datetime

from geo.planner.late import Delayed, late_consequences
from geo.planner.model import Window
from geo.planner.plan import BREAK, Plan, Route, Visit
from geo.schedule.expected import expected_routes
from geo.schedule.true_state import Today
from workorders.problems import Problem


@dataclass(frozen=True, slots=True)
class LateVisit:
    """A stop (or a break, `order` None) as things stand and with the delay; `missed_s` past its appointment.

    `due`: the appointment. `planned`: when the route in force has it begin.
    """

    order: str | None
    planned: datetime | None
    start: datetime
    finish: datetime
    late_start: datetime
    late_finish: datetime
    due: tuple[datetime, datetime] | None
    missed_s: int
    missed_anyway_s: int
    """Seconds by which the appointment is missed already without the delay."""

    @property
    def later_s(self) -> int:
        """How much later it begins."""
        return int((self.late_start - self.start).total_seconds())


@dataclass(frozen=True, slots=True)
class LateDay:
    """What is left of a technician's day, as things stand and with the delay."""

    technician: str
    now: datetime
    ends: datetime
    """End of the shift."""
    visits: tuple[LateVisit, ...]
    back: datetime
    late_back: datetime
    overtime_s: int
    overtime_anyway_s: int

    @property
    def missed(self) -> tuple[LateVisit, ...]:
        """Stops whose appointment would be missed."""
        return tuple(visit for visit in self.visits if visit.missed_s and visit.order)


def late_day(today: Today, technician: str, delay_s: int) -> LateDay:
    """What a delay of `delay_s` seconds from now on does, if stops and their order stay as they are.

    Raises Problem not_found when the technician has no stop ahead in a shift of that day.
    """
    base = expected_routes(today).get(technician)
    if base is None:
        raise Problem("not_found", what="stop still ahead today of technician", key=technician)
    problem, at = today.work.problem, today.work.at
    (pushed,) = late_consequences(problem, Plan((base,), (), 0), technician, delay_s, today.state.now)
    delayed = {_key(visit): visit for visit in pushed.visits}
    windows = {order.number: order.windows for order in problem.orders}
    planned = {stop.number: stop.planned_start for stop in today.routes[technician].stops}
    visits = tuple(
        _visit(today, visit, delayed.get(_key(visit)), windows.get(visit.order or "", ()), planned)
        for visit in base.visits
    )
    person = next(person for person in problem.technicians if person.number == technician)
    return LateDay(
        technician=technician,
        now=at(today.state.now),
        ends=at(person.shifts[-1].end),
        visits=visits,
        back=at(base.back),
        late_back=at(pushed.back),
        overtime_s=max(0, pushed.back - person.shifts[-1].end),
        overtime_anyway_s=_overtime(base, person.shifts[-1].end),
    )


def _key(visit: Visit | Delayed) -> tuple[str, str | None, int]:
    """Breaks have no order; they are known by their planned start."""
    start = visit.planned if isinstance(visit, Delayed) else visit.start
    return visit.kind, visit.order, start if visit.kind == BREAK else 0


def _visit(
    today: Today,
    visit: Visit,
    delayed: Delayed | None,
    windows: tuple[Window, ...],
    planned: dict[str, datetime | None],
) -> LateVisit:
    at = today.work.at
    start = delayed.starts if delayed else visit.start
    closes = max((window.latest for window in windows), default=None)
    opens = min((window.earliest for window in windows), default=0)
    return LateVisit(
        order=visit.order,
        planned=planned.get(visit.order or ""),
        start=at(visit.start),
        finish=at(visit.finish),
        late_start=at(start),
        late_finish=at(start + visit.finish - visit.start),
        due=None if closes is None else (at(opens), at(closes)),
        missed_s=0 if closes is None else max(0, start - closes),
        missed_anyway_s=0 if closes is None else max(0, visit.start - closes),
    )


def _overtime(route: Route, ends: int) -> int:
    return max(0, route.back - ends)
