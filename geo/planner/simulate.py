"""When things happen if a technician works a given sequence: a plain simulation, knowing no solver.

A break may be taken where the technician stands, before or after any drive, in the order listed.
Earlier is never worse, so it is enough to know, for each number of breaks already taken, the
earliest time at which a step can be left; the best way is then traced back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geo.planner.model import UNREACHABLE_S, PlanningOrder, PlanningProblem, PlanningTechnician, Shift
from geo.planner.plan import BREAK, RELOAD, STOP, Route, Visit

DRIVE = "drive"
Step = PlanningOrder | None
"""An order to serve, or None: fill the van at the yard."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """A way to be free at `time` at `at`; `visit` is what was done last, `before` the moment before it."""

    time: int
    at: int
    visit: Visit | None = None
    before: "_Moment | None" = None


def route_of(
    problem: PlanningProblem,
    technician: PlanningTechnician,
    shift_number: int,
    steps: Sequence[Step],
    bounds: Mapping[str, tuple[int, int]] | None = None,
) -> Route | None:
    """The timed route of one shift, each thing as early as possible, or None when it cannot be done.

    `bounds`: earliest and latest starts by order number, for orders that hang on another. Skills, stock
    and the like are the checker's business (`schedule`): this is about time only.
    """
    shift = technician.shifts[shift_number]
    moments: list[_Moment | None] = [_Moment(shift.start, technician.start_of(shift))]
    moments = _rest(moments + [None] * len(shift.breaks), shift)
    for step in steps:
        reached = [_travel(problem, technician, moment, step) for moment in moments]
        served = [_serve(technician, moment, step, bounds or {}) for moment in _rest(reached, shift)]
        moments = _rest(served, shift)
    return _finish(problem, technician, shift_number, moments)


def _rest(moments: list[_Moment | None], shift: Shift) -> list[_Moment | None]:
    """Take the next break here wherever that makes “one more break taken” possible earlier."""
    found = list(moments)
    for taken, rest in enumerate(shift.breaks):
        moment = found[taken]
        if moment is None or max(moment.time, rest.earliest) > rest.latest:
            continue
        start = max(moment.time, rest.earliest)
        finish = start + rest.length_s
        later = found[taken + 1]
        if later is None or finish < later.time:
            visit = Visit(BREAK, moment.at, moment.time, start, finish, 0)
            found[taken + 1] = _Moment(finish, moment.at, visit, moment)
    return found


def _travel(
    problem: PlanningProblem, technician: PlanningTechnician, moment: _Moment | None, step: Step
) -> _Moment | None:
    if moment is None:
        return None
    to = step.at if step else technician.reload_at
    if to is None:
        return None
    leg = int(problem.matrix[moment.at, to])
    if leg >= UNREACHABLE_S:
        return None
    driven = Visit(DRIVE, to, moment.time + leg, moment.time + leg, moment.time + leg, leg)
    return _Moment(moment.time + leg, to, driven, moment)


def _serve(
    technician: PlanningTechnician, moment: _Moment | None, step: Step, bounds: Mapping[str, tuple[int, int]]
) -> _Moment | None:
    if moment is None:
        return None
    if step is None:
        finish = moment.time + technician.reload_s
        filled = Visit(RELOAD, moment.at, moment.time, moment.time, finish, 0)
        return _Moment(finish, moment.at, filled, moment)
    earliest, latest = bounds.get(step.number, (moment.time, UNREACHABLE_S))
    start = _start(step, max(moment.time, earliest))
    if start is None or start > latest:
        return None
    finish = start + step.service_s
    served = Visit(STOP, step.at, moment.time, start, finish, 0, step.number)
    return _Moment(finish, step.at, served, moment)


def _start(order: PlanningOrder, ready: int) -> int | None:
    """The earliest allowed start at or after `ready`."""
    if not order.windows:
        return ready
    starts = [max(ready, window.earliest) for window in order.windows if ready <= window.latest]
    return min(starts, default=None)


def _finish(
    problem: PlanningProblem, technician: PlanningTechnician, shift_number: int, moments: list[_Moment | None]
) -> Route | None:
    """Drive to the end place, take what breaks are left, and trace the way back."""
    shift = technician.shifts[shift_number]
    home: list[_Moment | None] = []
    for moment in moments:
        leg = int(problem.matrix[moment.at, technician.end]) if moment else UNREACHABLE_S
        if moment is None or leg >= UNREACHABLE_S:
            home.append(None)
            continue
        arrive = moment.time + leg
        driven = Visit(DRIVE, technician.end, arrive, arrive, arrive, leg)
        home.append(_Moment(arrive, technician.end, driven, moment))
    last = _rest(home, shift)[-1]
    if last is None or last.time > shift.end + technician.overtime_s:
        return None
    return _traced(technician, shift_number, shift, last)


def _traced(technician: PlanningTechnician, shift_number: int, shift: Shift, last: _Moment) -> Route:
    trail: list[Visit] = []
    moment: _Moment | None = last
    while moment is not None and moment.visit is not None:
        trail.append(moment.visit)
        moment = moment.before
    trail.reverse()
    visits, drive, leg = [], 0, 0
    for visit in trail:
        if visit.kind == DRIVE:
            drive, leg = drive + visit.drive_s, visit.drive_s
            continue
        visits.append(replace(visit, drive_s=leg))
        leg = 0
    visits, leave = _leave_in_time(visits, shift)
    overtime = max(0, last.time - shift.end)
    return Route(technician.number, shift_number, leave, last.time, drive, overtime, tuple(visits))


def _leave_in_time(visits: list[Visit], shift: Shift) -> tuple[list[Visit], int]:
    """Leave so late that there is no wait at the first visit."""
    if not visits:
        return visits, shift.start
    first = visits[0]
    ready = first.start if first.kind == STOP else first.arrive
    return [replace(first, arrive=ready), *visits[1:]], ready - first.drive_s
