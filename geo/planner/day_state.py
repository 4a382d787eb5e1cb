"""What has really happened so far today, and what of the day is left to plan."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from geo.planner.model import DAY_S, Break, PlanningOrder, PlanningProblem, PlanningTechnician, Shift, Window
from geo.planner.plan import BREAK, STOP, Visit

NEVER_S = 20 * DAY_S
"""A start that no shift reaches."""


@dataclass(frozen=True, slots=True)
class TechnicianState:
    """Where a technician really is.

    `at`: matrix row from which the next drive starts; `free_at`: when, at the earliest (the expected end
    of the visit in progress, else now). `done`: orders finished or in progress. `locked`: the next stops,
    which stay with the technician and come first. `breaks_taken`: in the shift under way.
    """

    technician: str
    at: int
    free_at: int
    done: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    breaks_taken: int = 0


@dataclass(frozen=True, slots=True)
class DayState:
    """The day at `now`. Who is not named has not started. `closed`: orders nobody need serve any more."""

    now: int
    technicians: tuple[TechnicianState, ...] = ()
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left to plan, as a problem of its own.

    By technician: `ahead`, the visits locked before it, and `past`, how many shifts are over, so that
    shift n of this problem is shift n + past of the day.
    """

    problem: PlanningProblem
    ahead: Mapping[str, tuple[Visit, ...]]
    past: Mapping[str, int]


def remaining_day(problem: PlanningProblem, state: DayState) -> Remaining:
    """The part of `problem` that can still be planned.

    Locked stops are served first, late if they must be. A break that can no longer begin in its window is
    due at once. Pieces and stops already used are taken off.
    """
    orders = {order.number: order for order in problem.orders}
    states = {known.technician: known for known in state.technicians}
    people, ahead, past = [], dict[str, tuple[Visit, ...]](), dict[str, int]()
    for technician in problem.technicians:
        known = states.get(technician.number)
        free_at = max(state.now, known.free_at) if known else state.now
        gone = sum(shift.end + technician.overtime_s <= free_at for shift in technician.shifts)
        shifts = technician.shifts[gone:]
        visits: tuple[Visit, ...] = ()
        if known is not None:
            shifts, visits = _UnderWay(problem, known).shifts_left(shifts, free_at)
        elif shifts:
            shifts = (_from(shifts[0], state.now), *shifts[1:])
        people.append(_with_less(replace(technician, shifts=shifts), known, orders))
        past[technician.number] = len(technician.shifts) - len(shifts)
        ahead[technician.number] = visits
    left = _left(problem, state, ahead)
    return Remaining(PlanningProblem(left, tuple(people), problem.matrix), ahead, past)


def _left(
    problem: PlanningProblem, state: DayState, ahead: Mapping[str, tuple[Visit, ...]]
) -> tuple[PlanningOrder, ...]:
    settled = {number for known in state.technicians for number in (*known.done, *known.locked)}
    finished = {visit.order: visit.finish for visits in ahead.values() for visit in visits if visit.order}
    return tuple(
        _after(order, finished)
        for order in problem.orders
        if order.number not in settled and order.number not in state.closed
    )


def _after(order: PlanningOrder, finished: Mapping[str, int]) -> PlanningOrder:
    """An order that follows a locked one may start when that is finished."""
    if order.follows not in finished:
        return order
    ready = finished[order.follows or ""]
    windows = order.windows or (Window(0, NEVER_S),)
    open_yet = [replace(w, earliest=max(ready, w.earliest)) for w in windows if w.latest >= ready]
    return replace(order, follows=None, windows=tuple(open_yet) or (Window(NEVER_S, NEVER_S),))


def _with_less(
    technician: PlanningTechnician, known: TechnicianState | None, orders: Mapping[str, PlanningOrder]
) -> PlanningTechnician:
    """Without the pieces and stops used so far."""
    if known is None:
        return technician
    used: Counter[str] = Counter()
    gone = (*known.done, *known.locked)
    for number in gone:
        used.update(orders[number].stock if number in orders else {})
    stock, most = technician.stock, technician.max_stops
    return replace(
        technician,
        stock=None if stock is None else {size: max(0, n - used[size]) for size, n in stock.items()},
        max_stops=None if most is None else max(0, most - len(gone)),
    )


def _from(shift: Shift, now: int) -> Shift:
    """A shift not begun yet, beginning now if it should have begun before; that may be after its end."""
    start = max(shift.start, now)
    return replace(shift, start=start, breaks=_still_due(shift.breaks, start))


def _still_due(breaks: Iterable[Break], time: int) -> tuple[Break, ...]:
    """Breaks that can no longer begin in their window may begin as soon as possible instead."""
    due = []
    for rest in breaks:
        soonest = max(time, rest.earliest)
        due.append(replace(rest, latest=max(rest.latest, soonest)))
        time = soonest + rest.length_s
    return tuple(due)


class _UnderWay:
    """A technician in the middle of the day."""

    def __init__(self, problem: PlanningProblem, known: TechnicianState) -> None:
        self._matrix, self._known = problem.matrix, known
        orders = {order.number: order for order in problem.orders}
        self._locked = [orders[number] for number in known.locked if number in orders]

    def shifts_left(
        self, shifts: tuple[Shift, ...], free_at: int
    ) -> tuple[tuple[Shift, ...], tuple[Visit, ...]]:
        """What of `shifts` is left after the locked stops, and these stops timed."""
        if not shifts:
            return (), self._stops(free_at, ())[0]
        begins = max(free_at, shifts[0].start)
        visits, breaks = self._stops(begins, shifts[0].breaks[self._known.breaks_taken :])
        free = visits[-1].finish if visits else begins
        place = visits[-1].at if visits else self._known.at
        rest = Shift(free, shifts[0].end, _still_due(breaks, free), place)
        return (rest, *(_from(shift, free) for shift in shifts[1:])), visits

    def _stops(self, time: int, breaks: tuple[Break, ...]) -> tuple[tuple[Visit, ...], tuple[Break, ...]]:
        """The locked stops, each break that would be missed otherwise before them; and the breaks left."""
        at, visits = self._known.at, list[Visit]()
        for order in self._locked:
            stop = self._stop(order, at, time)
            while breaks and stop.finish > breaks[0].latest >= time:
                start = max(time, breaks[0].earliest)
                visits.append(Visit(BREAK, at, time, start, start + breaks[0].length_s, 0))
                time, breaks = start + breaks[0].length_s, breaks[1:]
                stop = self._stop(order, at, time)
            visits.append(stop)
            at, time = order.at, stop.finish
        return tuple(visits), breaks

    def _stop(self, order: PlanningOrder, at: int, time: int) -> Visit:
        """Served as early as its windows allow, and late where they have closed."""
        leg = int(self._matrix[at, order.at])
        arrive = time + leg
        starts = [max(arrive, window.earliest) for window in order.windows if arrive <= window.latest]
        start = min(starts, default=arrive)
        finish = start + order.service_s
        return Visit(STOP, order.at, arrive, start, finish, leg, order.number)
