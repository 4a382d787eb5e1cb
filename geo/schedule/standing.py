"""The routes in force as a plan with times: each stop as early as it can be served from here on."""

from collections.abc import Mapping, Sequence

from geo.planner.model import PlanningOrder, PlanningProblem, PlanningTechnician
from geo.planner.plan import Plan, Route
from geo.planner.simulate import route_of
from geo.schedule.states import MOVABLE
from geo.schedule.true_state import Today


def sequences_of(today: Today) -> dict[str, list[str]]:
    """The stops still ahead of each technician, in their order, without those that come first anyway."""
    locked = {number for known in today.state.technicians for number in known.locked}
    return {
        who: [number for number in route.numbers(MOVABLE) if number not in locked]
        for who, route in today.routes.items()
    }


def timed_plan(problem: PlanningProblem, sequences: Mapping[str, Sequence[str]]) -> Plan:
    """The routes as they stand on what is left of the day; a stop that can no longer be kept is not in it."""
    orders = {order.number: order for order in problem.orders}
    routes = []
    for technician in problem.technicians:
        stops = [orders[number] for number in sequences.get(technician.number, ()) if number in orders]
        route = _as_it_works(problem, technician, stops) if technician.shifts else None
        if route is not None:
            routes.append(route)
    served = {number for route in routes for number in route.orders}
    return Plan(tuple(routes), (), sum(orders[number].priority for number in served))


def _as_it_works(
    problem: PlanningProblem, technician: PlanningTechnician, stops: Sequence[PlanningOrder]
) -> Route | None:
    """All the stops if that can be done, else each that still works after those before it."""
    route = route_of(problem, technician, 0, stops)
    if route is not None:
        return route
    kept: list[PlanningOrder] = []
    route = route_of(problem, technician, 0, kept)
    for stop in stops:
        longer = route_of(problem, technician, 0, [*kept, stop])
        if longer is not None:
            route, kept = longer, [*kept, stop]
    return route
