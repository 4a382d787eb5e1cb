"""From a board to a plan people see: timed by the simulation, checked by the rules, with reasons.

What does not pass is taken out, order by order, until the plan is valid: a broken rule never leaves.
"""

from collections.abc import Iterable

from geo.planner.board import RouteBoard
from geo.planner.instance import RELOAD_NODE
from geo.planner.model import Options, PlanningProblem, worth
from geo.planner.plan import Plan, Route, Unplaced
from geo.planner.reasons import reasons
from geo.planner.schedule import violations
from geo.planner.simulate import route_of
from workorders.messages.message import Message


def publish(problem: PlanningProblem, board: RouteBoard, options: Options) -> Plan:
    """The valid plan that `board` stands for."""
    routes = [route for number in range(len(board.routes)) if (route := _timed(problem, board, number))]
    draft = _plan(problem, routes, options)
    while broken := violations(problem, draft):
        guilty = {violation.order for violation in broken if violation.order is not None}
        whole = {violation.technician for violation in broken if violation.order is None}
        kept = [route for route in routes if not guilty & set(route.orders) and route.technician not in whole]
        if len(kept) == len(routes):
            kept = []
        routes = kept
        draft = _plan(problem, routes, options)
    return _plan(problem, routes, options, reasons(problem, draft))


def _timed(problem: PlanningProblem, board: RouteBoard, number: int) -> Route | None:
    """The route of vehicle `number`; orders that the simulation finds impossible are left out."""
    vehicle = board.instance.vehicles[number]
    technician = problem.technicians[vehicle.technician]
    bounds = {problem.orders[order].number: bound for order, bound in board.bounds.items()}
    nodes = list(board.routes[number])
    while any(node != RELOAD_NODE for node in nodes):
        steps = [None if node == RELOAD_NODE else problem.orders[node] for node in nodes]
        route = route_of(problem, technician, vehicle.shift, steps, bounds)
        if route is not None:
            return route
        nodes.pop()
    return None


def _plan(
    problem: PlanningProblem,
    routes: Iterable[Route],
    options: Options,
    why: dict[str, Unplaced] | None = None,
) -> Plan:
    kept = tuple(routes)
    served = {number for route in kept for number in route.orders}
    missing = [order for order in problem.orders if order.number not in served]
    known = why or {}
    unplaced = tuple(
        known.get(o.number, Unplaced(o.number, Message("unplaced.unexplained"))) for o in missing
    )
    return Plan(kept, unplaced, sum(worth(o, options) for o in problem.orders if o.number in served))
