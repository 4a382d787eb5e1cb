"""The last check of every plan, from the rules alone: it reads the stated times and knows no solver.

`violations` looks at nothing but the problem and the plan, so a fault of the planner cannot hide a
fault of the plan.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from geo.planner.model import UNREACHABLE_S, PlanningOrder, PlanningProblem, PlanningTechnician, Shift
from geo.planner.plan import BREAK, RELOAD, STOP, Plan, Route, Visit


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that is broken: by whom, at which order (None: the route as a whole), and how."""

    technician: str
    order: str | None
    words: str


def violations(problem: PlanningProblem, plan: Plan) -> list[Violation]:
    """Everything that is wrong with `plan`; empty when it may be shown to people."""
    orders = {order.number: order for order in problem.orders}
    technicians = {technician.number: technician for technician in problem.technicians}
    found: list[Violation] = list(_everyone_once(orders, plan))
    seen: set[tuple[str, int]] = set()
    days: dict[str, list[Route]] = defaultdict(list)
    for route in plan.routes:
        technician = technicians.get(route.technician)
        if technician is None or not 0 <= route.shift < len(technician.shifts):
            found.append(Violation(route.technician, None, f"has no shift {route.shift}"))
            continue
        if (route.technician, route.shift) in seen:
            found.append(Violation(route.technician, None, f"has two routes in shift {route.shift}"))
        seen.add((route.technician, route.shift))
        days[route.technician].append(route)
        found += _clock(problem, technician, route, orders)
        found += _fitness(technician, route, orders)
    for number, routes in days.items():
        routes.sort(key=lambda route: route.shift)
        found += _van(technicians[number], routes, orders)
        found += _day(technicians[number], routes, orders)
    return found + list(_follows(orders, plan))


def _everyone_once(orders: dict[str, PlanningOrder], plan: Plan) -> Iterator[Violation]:
    named = Counter(visit.order or "" for _, visit in plan.stops())
    named.update(unplaced.order for unplaced in plan.unplaced)
    for number, times in named.items():
        if number not in orders:
            yield Violation("", number, "is not an order of this day")
        elif times > 1:
            yield Violation("", number, f"is named {times} times")
    for number in orders.keys() - named.keys():
        yield Violation("", number, "is neither placed nor explained")


def _clock(
    problem: PlanningProblem, technician: PlanningTechnician, route: Route, orders: dict[str, PlanningOrder]
) -> Iterator[Violation]:
    """Legs, arrivals, windows, service times, breaks and the end of the shift."""
    shift = technician.shifts[route.shift]
    at, time, driven = technician.start_of(shift), route.leave, 0
    if route.leave < shift.start:
        yield Violation(route.technician, None, "leaves before the shift begins")
    for visit in route.visits:
        leg = int(problem.matrix[at, visit.at])
        if visit.drive_s != leg or visit.arrive != time + leg or leg >= UNREACHABLE_S:
            yield Violation(route.technician, visit.order, f"cannot arrive at {visit.arrive}")
        if visit.start < visit.arrive:
            yield Violation(route.technician, visit.order, "begins before arriving")
        if words := _wrong_duration(technician, visit, orders):
            yield Violation(route.technician, visit.order, words)
        at, time, driven = visit.at, visit.finish, driven + leg
    leg = int(problem.matrix[at, technician.end])
    if route.back != time + leg or leg >= UNREACHABLE_S or route.drive_s != driven + leg:
        yield Violation(route.technician, None, f"cannot be back at {route.back}")
    if route.overtime_s != max(0, route.back - shift.end) or route.overtime_s > technician.overtime_s:
        yield Violation(route.technician, None, f"works past the shift until {route.back}")
    yield from _breaks(route, shift)


def _wrong_duration(
    technician: PlanningTechnician, visit: Visit, orders: dict[str, PlanningOrder]
) -> str | None:
    if visit.kind == RELOAD:
        legal = visit.at == technician.reload_at and visit.finish == visit.start + technician.reload_s
        return None if legal else "fills the van at the wrong place or too fast"
    if visit.kind != STOP:
        return None
    order = orders.get(visit.order or "")
    if order is None or visit.at != order.at:
        return "is served at another place"
    if visit.finish != visit.start + order.service_s:
        return "is served too fast"
    if order.windows and not any(w.earliest <= visit.start <= w.latest for w in order.windows):
        return f"begins at {visit.start}, outside its windows"
    return None


def _breaks(route: Route, shift: Shift) -> Iterator[Violation]:
    taken = [visit for visit in route.visits if visit.kind == BREAK]
    if len(taken) != len(shift.breaks):
        yield Violation(route.technician, None, f"takes {len(taken)} of {len(shift.breaks)} breaks")
    for visit, rest in zip(taken, shift.breaks, strict=False):
        if not rest.earliest <= visit.start <= rest.latest or visit.finish != visit.start + rest.length_s:
            yield Violation(route.technician, None, f"takes a wrong break at {visit.start}")


def _fitness(
    technician: PlanningTechnician, route: Route, orders: dict[str, PlanningOrder]
) -> Iterator[Violation]:
    for order in (orders[number] for number in route.orders if number in orders):
        if missing := order.skills - technician.skills:
            yield Violation(route.technician, order.number, f"lacks {', '.join(sorted(missing))}")
        if order.pinned not in (None, technician.number):
            yield Violation(route.technician, order.number, f"is pinned to {order.pinned}")


def _van(
    technician: PlanningTechnician, routes: list[Route], orders: dict[str, PlanningOrder]
) -> Iterator[Violation]:
    """Pieces taken since the van was last full never exceed what it carries."""
    if technician.stock is None:
        return
    used: Counter[str] = Counter()
    for route in routes:
        if technician.reload_at is not None:
            used.clear()
        for visit in route.visits:
            if visit.kind == RELOAD:
                used.clear()
            elif visit.order in orders:
                used.update(orders[visit.order].stock)
                for size, count in used.items():
                    if count > technician.stock.get(size, 0):
                        yield Violation(technician.number, visit.order, f"has no {size} left")


def _day(
    technician: PlanningTechnician, routes: list[Route], orders: dict[str, PlanningOrder]
) -> Iterator[Violation]:
    """The most stops a day, and the dispatcher's sequence."""
    served = [orders[number] for route in routes for number in route.orders if number in orders]
    if technician.max_stops is not None and len(served) > technician.max_stops:
        yield Violation(technician.number, None, f"has {len(served)} stops, {technician.max_stops} allowed")
    sequenced = [order for order in served if order.sequence is not None]
    for earlier, later in pairwise(sequenced):
        if (earlier.sequence or 0) > (later.sequence or 0):
            yield Violation(technician.number, later.number, f"must come before {earlier.number}")


def _follows(orders: dict[str, PlanningOrder], plan: Plan) -> Iterator[Violation]:
    """An order that follows another starts after that one is finished; one not of this day is done."""
    visits = {visit.order: visit for _, visit in plan.stops()}
    for route, visit in plan.stops():
        order = orders.get(visit.order or "")
        if order is None or order.follows not in orders:
            continue
        first = visits.get(order.follows)
        if first is None or visit.start < first.finish:
            yield Violation(route.technician, order.number, f"starts before {order.follows} is finished")
