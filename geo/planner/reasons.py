"""Why an order is in nobody's route, in words a dispatcher can act on.

Codes: `nobody_works`; `missing_skill`, `needs_crew`, `pinned_absent`, `outside_zones`, `not_carried` (nobody
may serve it); `unreachable`, `window_closed`, `too_long` (those who may cannot, even with an empty day);
`waits_for` (what it follows is not placed); `no_stock`, `no_stops_left`, `window_busy`, `full` (everybody is
used up).
"""

from collections import Counter
from collections.abc import Sequence

from geo.planner.instance import may_serve
from geo.planner.model import UNREACHABLE_S, Order, Problem, Technician, Window
from geo.planner.plan import Plan, Unplaced, Visit
from geo.planner.simulate import route_of


class _Day:
    """What one technician's routes use up."""

    def __init__(self, technician: Technician) -> None:
        self._technician = technician
        self._given: Counter[str] = Counter()
        self._stops = 0
        self.busy_until = technician.shifts[-1].end if technician.shifts else 0

    def add(self, order: Order, visit: Visit) -> None:
        """Count one stop; visits come in the order of the day."""
        self._given.update(order.stock)
        self._stops += 1
        self.busy_until = visit.finish

    def has_no_stop_left(self) -> bool:
        """Whether the most stops allowed are reached."""
        return self._technician.max_stops is not None and self._stops >= self._technician.max_stops

    def lacks(self, order: Order) -> bool:
        """Whether a piece for `order` is no longer on the van, and cannot be fetched."""
        stock = self._technician.stock
        if stock is None or self._technician.reload_at is not None:
            return False
        return any(
            stock.get(size, 0) - self._given[size] < count for size, count in order.stock.items() if count
        )


def reasons(problem: Problem, plan: Plan) -> dict[str, Unplaced]:
    """A reason for each order that no route of `plan` holds, by order number."""
    served = plan.technician_of()
    days = {technician.number: _Day(technician) for technician in problem.technicians}
    orders = {order.number: order for order in problem.orders}
    for route, visit in plan.stops():
        days[route.technician].add(orders[visit.order or ""], visit)
    known: dict[object, tuple[str, str]] = {}
    told = {}
    for order in problem.orders:
        if order.number in served:
            continue
        key = (
            order.at,
            order.skills,
            order.crew,
            order.pinned,
            order.windows,
            order.zone,
            order.service_s,
            tuple(order.stock.items()),
            order.follows,
            order.kind,
        )
        if key not in known:
            known[key] = _reason(problem, days, set(served), order)
        told[order.number] = Unplaced(order.number, *known[key])
    return told


def _reason(problem: Problem, days: dict[str, _Day], served: set[str], order: Order) -> tuple[str, str]:
    numbers = {other.number for other in problem.orders}
    if order.follows in numbers and order.follows not in served:
        return "waits_for", f"must follow order {order.follows}, which is not placed"
    able = [technician for technician in problem.technicians if may_serve(order, technician)]
    if not able:
        return _nobody_may(problem.technicians, order)
    could = [technician for technician in able if _could_alone(problem, technician, order)]
    if not could:
        return _nobody_can(problem, able, order)
    return _everybody_used_up(days, could, order)


def _nobody_may(technicians: Sequence[Technician], order: Order) -> tuple[str, str]:
    """Name the first demand that leaves nobody."""
    if not technicians:
        return "nobody_works", "nobody has a shift that day"
    left = [t for t in technicians if order.pinned in (None, t.number)]
    if not left:
        return "pinned_absent", f"is pinned to {order.pinned}, who is not on duty"
    skilled = [t for t in left if order.skills <= t.skills]
    if not skilled:
        return "missing_skill", _skill_words(left, order)
    crews = [t for t in skilled if order.crew <= t.crew]
    if not crews:
        return "needs_crew", f"needs {order.crew} people; no crew of {order.crew}{_with(order)} is on duty"
    near = [t for t in crews if not (t.zones_hard and t.is_foreign(order))]
    if not near:
        return "outside_zones", f"lies in zone {order.zone}, where nobody{_with(order)} works today"
    wanted = ", ".join(f"{count} × {size}" for size, count in order.stock.items() if count)
    return "not_carried", f"needs {wanted or 'a stop'}; no van{_with(order)} carries that much"


def _skill_words(left: Sequence[Technician], order: Order) -> str:
    held = {skill for technician in left for skill in technician.skills}
    missing = sorted(order.skills - held)
    who = f"{order.pinned}, to whom it is pinned, does not have" if order.pinned else "nobody on duty has"
    if missing:
        return f"needs {_listed(missing)} skill; {who} it"
    return f"needs {_listed(sorted(order.skills))} skill; {who} all of them"


def _could_alone(problem: Problem, technician: Technician, order: Order) -> bool:
    return any(route_of(problem, technician, n, [order]) for n in range(len(technician.shifts)))


def _nobody_can(problem: Problem, able: Sequence[Technician], order: Order) -> tuple[str, str]:
    """With an empty day: no way, wrong hours, or more work than a shift holds."""
    matrix, who = problem.matrix, _who(able, order)
    there = [int(matrix[t.start_of(shift), order.at]) for t in able for shift in t.shifts]
    back = [int(matrix[order.at, t.end]) for t in able]
    if there and (min(there) >= UNREACHABLE_S or min(back) >= UNREACHABLE_S):
        return "unreachable", f"no road leads there and back for {who}"
    if not any(technician.shifts for technician in able):
        return "too_long", f"{who} {_verb(able, 'has', 'have')} no shift today"
    anytime = Order(order.number, order.at, order.service_s, kind=order.kind)
    if order.windows and any(_could_alone(problem, technician, anytime) for technician in able):
        return "window_closed", f"{who} cannot be there {_hours(order.windows)}"
    return (
        "too_long",
        f"drive and {-(-order.service_s // 60)} minutes of work do not fit into a shift of {who}",
    )


def _everybody_used_up(days: dict[str, _Day], could: Sequence[Technician], order: Order) -> tuple[str, str]:
    need = f"needs {_listed(sorted(order.skills))} skill; " if order.skills else ""
    who, used = _who(could, order), [days[technician.number] for technician in could]
    if all(day.has_no_stop_left() for day in used):
        return "no_stops_left", f"{need}{who} {_verb(could, 'has', 'have')} as many stops as allowed"
    if all(day.lacks(order) for day in used):
        wanted = ", ".join(f"{count} × {size}" for size, count in order.stock.items() if count)
        return "no_stock", f"{need}{who} {_verb(could, 'has', 'have')} no {wanted} left to give"
    until = min(day.busy_until for day in used)
    if order.windows and max(window.latest for window in order.windows) < until:
        return "window_busy", f"{need}{who} {_verb(could, 'is', 'are')} full {_hours(order.windows)}"
    return "full", f"{need}{who} {_verb(could, 'is', 'are')} full until {clock(until)}"


def clock(seconds: int) -> str:
    """Seconds after midnight as HH:MM."""
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}"


def _hours(windows: Sequence[Window]) -> str:
    return " or ".join(f"between {clock(window.earliest)} and {clock(window.latest)}" for window in windows)


def _who(technicians: Sequence[Technician], order: Order) -> str:
    whom = "with it" if order.skills else "on duty"
    if len(technicians) == 1:
        return f"{technicians[0].number}"
    return (
        f"both technicians {whom}" if len(technicians) == 2 else f"all {len(technicians)} technicians {whom}"
    )


def _verb(technicians: Sequence[Technician], one: str, many: str) -> str:
    return one if len(technicians) == 1 else many


def _with(order: Order) -> str:
    return f" with {_listed(sorted(order.skills))} skill" if order.skills else ""


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
