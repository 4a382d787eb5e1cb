"""A plan for the rest of a day that has begun: what it changes, kept as JSON, and made the routes."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo.planner.plan import Plan, Route
from geo.schedule.expected import expected_routes
from geo.schedule.states import BEGUN, DONE, MOVABLE, OPEN
from geo.schedule.true_state import Today
from geo.schedule.work import begun_stops, first_free_place, plan_document, still_movable
from workorders.messages.words import state_title
from workorders.problems import Problem, Reason
from workorders.queries.people import technician_names
from workorders.tables import Order
from workorders.usecases.orders.assignment import set_route

BELIEVED = timedelta(minutes=30)
"""A plan for a day under way is no answer to how things are later than this."""
NAMED = 3
"""Changes that the refusal of an outdated plan names."""


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """How much may be disturbed: stops that may change technician at most, and the driving seconds that each
    must save (or more points it must make room for)."""

    max_moved: int = 30
    stickiness_s: int = 600


def rest_document(today: Today, plan: Plan, limits: PlanLimits, *, now: datetime) -> dict[str, Any]:
    """The plan as JSON with what it changes and on what it rests (see `apply_rest`)."""
    work = today.work
    expected = expected_routes(today)
    had = {n: who for who, route in today.routes.items() for n in route.numbers(MOVABLE)}
    before = {v.order: v.start for route in expected.values() for v in route.visits if v.order}
    after = {visit.order: (route.technician, visit.start) for route, visit in plan.stops() if visit.order}
    document = plan_document(work, plan)
    for left in document["unplaced"]:
        left["technician"] = had.get(left["order"])
    moved = [n for n, (who, _) in after.items() if n in had and had[n] != who]
    document |= {
        "made_at": now.isoformat(),
        "limits": asdict(limits),
        "moves": [
            {
                "order": n,
                "from": had[n],
                "to": after[n][0],
                "before": work.at(before[n]).isoformat() if n in before else None,
                "after": work.at(after[n][1]).isoformat(),
            }
            for n in sorted(moved, key=lambda n: (had[n], after[n]))
        ],
        "placed": [
            {"order": n, "to": who, "after": work.at(start).isoformat()}
            for n, (who, start) in after.items()
            if n not in had
        ],
        "before": {
            "drive_s": sum(route.drive_s for route in expected.values()),
            "served": len(before),
            "late": _too_late(today, expected),
        },
        "basis": {
            "routes": {who: list(route.numbers(MOVABLE)) for who, route in today.routes.items()},
            "locked": [n for known in today.state.technicians for n in known.locked],
        },
    }
    return document


def _too_late(today: Today, expected: Mapping[str, Route]) -> int:
    """How many stops would miss their appointment or end after the shift if nothing is changed."""
    problem = today.work.problem
    windows = {order.number: order.windows for order in problem.orders}
    ends = {p.number: p.shifts[-1].end + p.overtime_s for p in problem.technicians}
    return sum(
        visit.finish > ends[route.technician]
        or visit.start > max((window.latest for window in windows[visit.order]), default=visit.start)
        for route in expected.values()
        for visit in route.visits
        if visit.order is not None
    )


def apply_rest(session: Session, document: dict[str, Any], *, now: datetime, actor: str) -> int:
    """Make the plan the technicians' routes and enqueue them; returns how many stops were routed.

    Work begun stays first in its route. What found no place stays at the end of the route it was in. Raises
    Problem plan_outdated, and changes nothing, when the day is no longer the one that was planned: only that
    a technician went on to the stop that the plan has next anyway is no change.
    """
    _check(session, document, now)
    day = date.fromisoformat(document["day"])
    visits = {who: _stops(document, who) for who in _concerned(document)}
    left = {entry["order"]: entry["technician"] for entry in document["unplaced"]}
    routed = 0
    for who, stops in visits.items():
        begun = begun_stops(session, who, day)
        movable = still_movable(session, [number for number, _ in stops])
        numbers = [number for number, _ in stops if number in movable]
        kept = [number for number in document["basis"]["routes"].get(who, []) if left.get(number) == who]
        starts = {number: datetime.fromisoformat(start) for number, start in stops if number in movable}
        route = [*begun, *numbers, *kept]
        if route:
            place = first_free_place(session, who, day)
            set_route(session, who, day, route, now=now, actor=actor, planned_starts=starts, first=place)
        routed += len(numbers)
    return routed


def _concerned(document: dict[str, Any]) -> list[str]:
    return sorted({route["technician"] for route in document["routes"]} | document["basis"]["routes"].keys())


def _stops(document: dict[str, Any], technician: str) -> list[tuple[str, str]]:
    """Orders with their starts, in sequence."""
    return [
        (visit["order"], visit["start"])
        for route in document["routes"]
        if route["technician"] == technician
        for visit in route["visits"]
        if visit["order"]
    ]


def _check(session: Session, document: dict[str, Any], now: datetime) -> None:
    made = datetime.fromisoformat(document["made_at"])
    if now - made > BELIEVED:
        minutes = round(BELIEVED.total_seconds() / 60)
        raise Problem("plan_outdated", what=Reason("it is more than {minutes} minutes old", minutes=minutes))
    changes = list(_changes(session, document, technician_names(session)))
    if changes:
        raise Problem("plan_outdated", what=_listed(changes))


def _listed(changes: list[Reason]) -> Reason:
    """The first few, and how many more there are."""
    listed = changes[0]
    for change in changes[1:NAMED]:
        listed = Reason("{first}; {second}", first=listed, second=change)
    if len(changes) > NAMED:
        listed = Reason("{changes}; and {count} more", changes=listed, count=len(changes) - NAMED)
    return listed


def _changes(session: Session, document: dict[str, Any], names: Mapping[str, str]) -> Iterable[Reason]:
    """What is no longer as the plan has it. Locks the orders, so that it stays that way."""
    day, basis = date.fromisoformat(document["day"]), document["basis"]
    held = {number: who for who, numbers in basis["routes"].items() for number in numbers}
    placed = {entry["order"] for entry in document["placed"]}
    rows = session.execute(
        select(Order.number, Order.state, Order.technician_id, Order.route_day)
        .where(
            or_(
                Order.number.in_([*held, *placed]),
                (Order.route_day == day)
                & Order.technician_id.is_not(None)
                & Order.state.in_(sorted(MOVABLE)),
            )
        )
        .order_by(Order.number)
        .with_for_update()
    ).all()
    for row in rows:
        state = Reason(state_title(row.state))
        if row.number in placed:
            if row.technician_id is not None or row.state not in OPEN:
                yield Reason("{order} is no longer to be assigned ({state})", order=row.number, state=state)
        elif row.number not in held:
            name = names.get(row.technician_id, row.technician_id)
            yield Reason("{order} was added to the route of {name}", order=row.number, name=name)
        elif row.technician_id != held[row.number] or row.route_day != day:
            name = names.get(held[row.number], held[row.number])
            yield Reason("{order} is no longer on the route of {name}", order=row.number, name=name)
        elif row.state not in MOVABLE and not (row.number in basis["locked"] and row.state in BEGUN | DONE):
            yield Reason("{order}: {state}", order=row.number, state=state)
    yield from _reordered(session, day, basis, names)


def _reordered(
    session: Session, day: date, basis: dict[str, Any], names: Mapping[str, str]
) -> Iterable[Reason]:
    """Technicians whose stops somebody put in another order."""
    query = (
        select(Order.technician_id, Order.number)
        .where(Order.route_day == day, Order.technician_id.is_not(None), Order.state.in_(sorted(MOVABLE)))
        .order_by(Order.sequence.is_(None), Order.sequence, Order.number)
    )
    order_now: dict[str, list[str]] = {}
    for who, number in session.execute(query):
        order_now.setdefault(str(who), []).append(number)
    for who, numbers in basis["routes"].items():
        now = order_now.get(who, [])
        if sorted(now) == sorted(n for n in numbers if n in now) and now != [n for n in numbers if n in now]:
            yield Reason("the stops of {name} were put in another order", name=names.get(who, who))
