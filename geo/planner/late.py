"""A technician is late: how that moves the rest of the day, if everything else stays as it is."""

from dataclasses import dataclass

from geo.planner.model import PlanningOrder, PlanningProblem, PlanningTechnician
from geo.planner.plan import BREAK, STOP, Plan, Route, Visit


@dataclass(frozen=True, slots=True)
class Delayed:
    """A visit that begins later than planned."""

    order: str | None
    kind: str
    planned: int
    starts: int


@dataclass(frozen=True, slots=True)
class Consequences:
    """What follows from a delay in one shift: the visits that it moves, in sequence, and the way home."""

    visits: tuple[Delayed, ...]
    back: int


def late_consequences(
    problem: PlanningProblem, plan: Plan, technician: str, delay_s: int, now: int = 0
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


def _push(
    who: PlanningTechnician, route: Route, orders: dict[str, PlanningOrder], delay_s: int, now: int
) -> Consequences:
    visits, shifted, planned_free, free = [], False, route.leave, route.leave
    for visit in route.visits:
        lag = free - planned_free
        if not shifted and visit.finish > now:
            lag, shifted = delay_s, True
        ready = visit.arrive + lag
        start = max(ready, _opens(who, route, visit, orders, ready)) if lag else visit.start
        planned_free, free = visit.finish, start + visit.finish - visit.start
        if start > visit.start:
            visits.append(Delayed(visit.order, visit.kind, visit.start, start))
    lag = free - planned_free if shifted else delay_s
    return Consequences(tuple(visits), route.back + max(0, lag))


def _spans(
    who: PlanningTechnician, route: Route, visit: Visit, orders: dict[str, PlanningOrder]
) -> list[tuple[int, int]]:
    if visit.kind == STOP and visit.order in orders:
        return sorted((window.earliest, window.latest) for window in orders[visit.order].windows)
    if visit.kind == BREAK:
        breaks = who.shifts[route.shift].breaks
        taken = [other for other in route.visits if other.kind == BREAK].index(visit)
        return [(breaks[taken].earliest, breaks[taken].latest)]
    return []


def _opens(
    who: PlanningTechnician, route: Route, visit: Visit, orders: dict[str, PlanningOrder], ready: int
) -> int:
    """The earliest start not before `ready` that a window allows; `ready` when all have closed."""
    spans = _spans(who, route, visit, orders)
    return next((max(ready, first) for first, last in spans if ready <= last), ready)
