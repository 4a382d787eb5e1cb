"""How today goes on if nobody changes anything: when each stop will be reached, late ones included."""

from collections.abc import Mapping
from dataclasses import replace

from geo.planner.day_state import remaining_day
from geo.planner.model import UNREACHABLE_S, PlanningTechnician
from geo.planner.plan import BREAK, Plan, Route, Visit
from geo.schedule.states import MOVABLE
from geo.schedule.true_state import Today


def expected_routes(today: Today, late_s: Mapping[str, int] | None = None) -> dict[str, Route]:
    """Each technician's stops still ahead in their order, from the true state on; a missed window is kept
    as a late visit, unlike in a plan.

    `late_s`: further seconds by technician before they are free to go on. Who has nothing ahead is not in it.
    """
    later = late_s or {}
    orders = {order.number for order in today.work.problem.orders}
    states = tuple(
        replace(
            known,
            free_at=known.free_at + later.get(known.technician, 0),
            locked=tuple(n for n in today.routes[known.technician].numbers(MOVABLE) if n in orders),
        )
        for known in today.state.technicians
    )
    problem = today.work.problem
    remaining = remaining_day(problem, replace(today.state, technicians=states))
    found = {}
    for technician, person in zip(problem.technicians, remaining.problem.technicians, strict=True):
        visits = remaining.ahead[technician.number]
        if visits:
            leg = int(problem.matrix[visits[-1].at, technician.end])
            found[technician.number] = _route(technician, person, visits, leg if leg < UNREACHABLE_S else 0)
    return found


def _route(
    technician: PlanningTechnician, rest: PlanningTechnician, visits: tuple[Visit, ...], home_s: int
) -> Route:
    """The visits, a break that is still due after them, and the way home."""
    time, at = visits[-1].finish, visits[-1].at
    for due in rest.shifts[0].breaks if rest.shifts else ():
        start = max(time, due.earliest)
        visits = (*visits, Visit(BREAK, at, time, start, start + due.length_s, 0))
        time = start + due.length_s
    back = time + home_s
    drive = sum(visit.drive_s for visit in visits) + home_s
    overtime = max(0, back - technician.shifts[-1].end)
    return Route(technician.number, 0, visits[0].arrive - visits[0].drive_s, back, drive, overtime, visits)


def standing(today: Today) -> Plan:
    """Who has which stops in which order, without times: what a re-plan should stay close to."""
    at = {order.number: order.at for order in today.work.problem.orders}
    routes = tuple(
        Route(who, 0, 0, 0, 0, 0, tuple(_untimed(n, at[n]) for n in route.numbers(MOVABLE) if n in at))
        for who, route in today.routes.items()
    )
    return Plan(routes, (), 0)


def _untimed(number: str, at: int) -> Visit:
    return Visit("stop", at, 0, 0, 0, 0, number)
