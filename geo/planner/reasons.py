"""Why an order is in no route: a message a dispatcher can act on.

Codes, each `unplaced.…`: `nobody_works`; `missing_skill`, `pinned_absent`, `not_carried` … (nobody may
serve it); `unreachable`, `window_closed`, `too_long` (those who may cannot, even with an empty day);
`waits_for` (what it follows is not placed); `no_stock`, `no_stops_left`, `window_busy`, `full` (everybody
is used up).
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from geo.planner.instance import may_serve
from geo.planner.model import UNREACHABLE_S, PlanningOrder, PlanningProblem, PlanningTechnician, Window
from geo.planner.plan import Plan, Unplaced, Visit
from geo.planner.simulate import route_of
from workorders.messages.message import Message


class _Day:
    """What one technician's routes use up."""

    def __init__(self, technician: PlanningTechnician) -> None:
        self._technician = technician
        self._given: Counter[str] = Counter()
        self._stops = 0
        self.busy_until = technician.shifts[-1].end if technician.shifts else 0

    def add(self, order: PlanningOrder, visit: Visit) -> None:
        """Count one stop; visits come in the order of the day."""
        self._given.update(order.stock)
        self._stops += 1
        self.busy_until = visit.finish

    def has_no_stop_left(self) -> bool:
        """Whether the most stops allowed are reached."""
        return self._technician.max_stops is not None and self._stops >= self._technician.max_stops

    def lacks(self, order: PlanningOrder) -> bool:
        """Whether a piece for `order` is no longer on the van, and cannot be fetched."""
        stock = self._technician.stock
        if stock is None or self._technician.reload_at is not None:
            return False
        return any(
            stock.get(size, 0) - self._given[size] < count for size, count in order.stock.items() if count
        )


def reasons(problem: PlanningProblem, plan: Plan) -> dict[str, Unplaced]:
    """A reason for each order that no route of `plan` holds, by order number."""
    served = plan.technician_of()
    days = {technician.number: _Day(technician) for technician in problem.technicians}
    orders = {order.number: order for order in problem.orders}
    for route, visit in plan.stops():
        days[route.technician].add(orders[visit.order or ""], visit)
    known: dict[object, Message] = {}
    found = {}
    for order in problem.orders:
        if order.number in served:
            continue
        key = (
            order.at,
            order.skills,
            order.pinned,
            order.windows,
            order.zone,
            order.service_s,
            tuple(order.stock.items()),
            order.follows,
        )
        if key not in known:
            known[key] = _reason(problem, days, set(served), order)
        found[order.number] = Unplaced(order.number, known[key])
    return found


def _reason(
    problem: PlanningProblem, days: dict[str, _Day], served: set[str], order: PlanningOrder
) -> Message:
    numbers = {other.number for other in problem.orders}
    if order.follows in numbers and order.follows not in served:
        return Message("unplaced.waits_for", {"order": order.follows})
    able = [technician for technician in problem.technicians if may_serve(order, technician)]
    if not able:
        return _nobody_may(problem.technicians, order)
    could = [technician for technician in able if _could_alone(problem, technician, order)]
    if not could:
        return _nobody_can(problem, able, order)
    return _everybody_used_up(days, could, order)


def _nobody_may(technicians: Sequence[PlanningTechnician], order: PlanningOrder) -> Message:
    """Name the first demand that leaves nobody."""
    if not technicians:
        return Message("unplaced.nobody_works")
    left = [t for t in technicians if order.pinned in (None, t.number)]
    if not left:
        return Message("unplaced.pinned_absent", {"technician": order.pinned})
    skilled = [t for t in left if order.skills <= t.skills]
    if not skilled:
        return _skill_missing(left, order)
    if not any(order.stock.values()):
        return _of_the_skilled("unplaced.takes_no_stop", order)
    return _of_the_skilled("unplaced.not_carried", order, stock=_pieces(order))


def _skill_missing(left: Sequence[PlanningTechnician], order: PlanningOrder) -> Message:
    held = {skill for technician in left for skill in technician.skills}
    missing = sorted(order.skills - held)
    if order.pinned:
        return Message("unplaced.pinned_lacks_skill", {"technician": order.pinned, "skills": missing})
    if missing:
        return Message("unplaced.missing_skill", {"skills": missing})
    return Message("unplaced.missing_skills_together", {"skills": sorted(order.skills)})


def _of_the_skilled(code: str, order: PlanningOrder, **params: Any) -> Message:
    """A reason that holds for everybody, or for everybody with the skills that the order needs."""
    if order.skills:
        return Message(f"{code}_skilled", params | {"skills": sorted(order.skills)})
    return Message(code, params)


def _could_alone(problem: PlanningProblem, technician: PlanningTechnician, order: PlanningOrder) -> bool:
    return any(route_of(problem, technician, n, [order]) for n in range(len(technician.shifts)))


def _nobody_can(
    problem: PlanningProblem, able: Sequence[PlanningTechnician], order: PlanningOrder
) -> Message:
    """With an empty day: no way, wrong hours, or more work than a shift holds."""
    matrix, who = problem.matrix, _who(able, order)
    there = [int(matrix[t.start_of(shift), order.at]) for t in able for shift in t.shifts]
    back = [int(matrix[order.at, t.end]) for t in able]
    if there and (min(there) >= UNREACHABLE_S or min(back) >= UNREACHABLE_S):
        return Message.of("unplaced.unreachable", who=who)
    if not any(technician.shifts for technician in able):
        return Message.of("unplaced.no_shift", who=who)
    anytime = PlanningOrder(order.number, order.at, order.service_s)
    if order.windows and any(_could_alone(problem, technician, anytime) for technician in able):
        return Message.of("unplaced.window_closed", who=who, windows=_hours(order.windows))
    return Message.of("unplaced.too_long", who=who, seconds=order.service_s)


def _everybody_used_up(
    days: dict[str, _Day], could: Sequence[PlanningTechnician], order: PlanningOrder
) -> Message:
    who, used = _who(could, order), [days[technician.number] for technician in could]
    if all(day.has_no_stop_left() for day in used):
        return Message.of("unplaced.no_stops_left", who=who)
    if all(day.lacks(order) for day in used):
        return Message.of("unplaced.no_stock", who=who, stock=_pieces(order))
    until = min(day.busy_until for day in used)
    if order.windows and max(window.latest for window in order.windows) < until:
        return Message.of("unplaced.window_busy", who=who, windows=_hours(order.windows))
    return Message.of("unplaced.full", who=who, until=clock(until))


def clock(seconds: int) -> str:
    """Seconds after midnight as HH:MM."""
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}"


def _hours(windows: Sequence[Window]) -> list[list[str]]:
    return [[clock(window.earliest), clock(window.latest)] for window in windows]


def _pieces(order: PlanningOrder) -> list[str]:
    return [f"{count} × {size}" for size, count in order.stock.items() if count]


def _who(technicians: Sequence[PlanningTechnician], order: PlanningOrder) -> Message:
    """One by name, several by number."""
    if len(technicians) == 1:
        return Message("who.one", {"technician": technicians[0].number})
    skills = {"skills": sorted(order.skills)} if order.skills else {}
    if len(technicians) == 2:
        return Message("who.both_skilled" if skills else "who.both", skills)
    return Message("who.all_skilled" if skills else "who.all", {"count": len(technicians)} | skills)
