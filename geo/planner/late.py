"""A technician is late: which promises that breaks, if everything else stays as it is."""

from dataclasses import dataclass

from geo.planner.model import Order, Problem, Technician
from geo.planner.plan import BREAK, STOP, Plan, Route, Visit


@dataclass(frozen=True, slots=True)
class Delayed:
    """A visit that begins later than planned. `missed_by`: seconds past its window, 0 when it is kept."""

    order: str | None
    kind: str
    planned: int
    starts: int
    missed_by: int


@dataclass(frozen=True, slots=True)
class Consequences:
    """What follows from a delay: visits in sequence, the way home, and overtime.

    `too_much_overtime`: the shift then ends later than the technician may work.
    """

    technician: str
    visits: tuple[Delayed, ...]
    planned_back: int
    back: int
    overtime_s: int
    too_much_overtime: bool

    @property
    def missed(self) -> tuple[str, ...]:
        """Orders whose window would be missed."""
        return tuple(visit.order for visit in self.visits if visit.order is not None and visit.missed_by)


def late_consequences(
    problem: Problem, plan: Plan, technician: str, delay_s: int, now: int = 0
) -> list[Consequences]:
    """What a delay of `delay_s` seconds from `now` on does to each shift of `technician`; waits absorb some.

    Visits that end before `now` are past and untouched; the sequence stays, breaks included.
    """
    who = next(person for person in problem.technicians if person.number == technician)
    orders = {order.number: order for order in problem.orders}
    found, free = [], now
    for route in sorted((r for r in plan.routes if r.technician == technician), key=lambda r: r.shift):
        if route.back <= now:
            continue
        consequences = _push(who, route, orders, delay_s, max(free, now))
        found.append(consequences)
        free, delay_s = consequences.back, max(0, consequences.back - route.back)
    return found


def _push(who: Technician, route: Route, orders: dict[str, Order], delay_s: int, now: int) -> Consequences:
    shift = who.shifts[route.shift]
    visits, shifted, planned_free, free = [], False, route.leave, route.leave
    for visit in route.visits:
        lag = free - planned_free
        if not shifted and visit.finish > now:
            lag, shifted = delay_s, True
        ready = visit.arrive + lag
        start = max(ready, _opens(who, route, visit, orders, ready)) if lag else visit.start
        planned_free, free = visit.finish, start + visit.finish - visit.start
        if start > visit.start:
            visits.append(
                Delayed(
                    visit.order, visit.kind, visit.start, start, _missed_by(who, route, visit, orders, start)
                )
            )
    lag = free - planned_free if shifted else delay_s
    back = route.back + max(0, lag)
    overtime = max(0, back - shift.end)
    return Consequences(
        route.technician, tuple(visits), route.back, back, overtime, overtime > who.overtime_s
    )


def _spans(who: Technician, route: Route, visit: Visit, orders: dict[str, Order]) -> list[tuple[int, int]]:
    if visit.kind == STOP and visit.order in orders:
        return sorted((window.earliest, window.latest) for window in orders[visit.order].windows)
    if visit.kind == BREAK:
        breaks = who.shifts[route.shift].breaks
        taken = [other for other in route.visits if other.kind == BREAK].index(visit)
        return [(breaks[taken].earliest, breaks[taken].latest)]
    return []


def _opens(who: Technician, route: Route, visit: Visit, orders: dict[str, Order], ready: int) -> int:
    """The earliest start not before `ready` that a window allows; `ready` when all have closed."""
    spans = _spans(who, route, visit, orders)
    return next((max(ready, first) for first, last in spans if ready <= last), ready)


def _missed_by(who: Technician, route: Route, visit: Visit, orders: dict[str, Order], start: int) -> int:
    spans = _spans(who, route, visit, orders)
    return max(0, start - max(last for _, last in spans)) if spans else 0
