"""An urgent order: who could take it into the plan as it stands, and what that costs each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from geo.planning.board import Board
from geo.planning.instance import Ints, index
from geo.planning.links import redraw, span_left
from geo.planning.model import Options, Order, Problem
from geo.planning.plan import RELOAD, STOP, Plan, Route
from geo.planning.simulate import route_of
from geo.planning.trials import IMPOSSIBLE, Prober, Trials


A_POINT = 10_000
"""More driving seconds than any two places of an order differ by: points come first."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """One way to serve an order: `technician` takes it as stop number `position` (0: the next one).

    `extra_drive_s`, `extra_overtime_s`: against the plan as it stands. `starts`: when the service begins.
    `delayed`: how many seconds later than planned each other order of the route begins. `displaces`: the
    order that must go for it, when nobody has room. `route`: the whole route with it.
    """

    technician: str
    position: int
    extra_drive_s: int
    extra_overtime_s: int
    starts: int
    delayed: Mapping[str, int]
    displaces: str | None
    route: Route


def cheapest_insertions(
    problem: Problem, plan: Plan, order: Order, k: int = 3, options: Options | None = None
) -> list[Insertion]:
    """The `k` technicians who can serve `order` most cheaply, cheapest first, each with its cost.

    `order` is not in `plan`; its place is in the matrix. Where fewer than `k` have room, those follow who
    would have to leave out one less urgent order. An empty list: nobody may or can serve it today.
    """
    options = options or Options()
    others = tuple(other for other in problem.orders if other.number != order.number)
    whole = replace(problem, orders=(*others, order))
    board = board_of(whole, plan, options)
    number, prober = len(others), Prober(board)
    bound = span_left(board, number)
    if bound is None:
        return []
    found = _ways(whole, board, plan, prober.insertions(number, bound), displacing=False)[:k]
    if len(found) < k:
        known = {way.technician for way in found}
        lesser = _without_urgent(board, prober.swaps(number, bound), number)
        found += [
            way for way in _ways(whole, board, plan, lesser, displacing=True) if way.technician not in known
        ]
    return found[:k]


def board_of(problem: Problem, plan: Plan, options: Options) -> Board:
    """The routes of `plan` on a board; a stop that no longer works is left out."""
    return lay_on(Board(index(problem, options)), problem, plan)


def lay_on(board: Board, problem: Problem, plan: Plan) -> Board:
    """Put the routes of `plan` on an empty `board`, starts of linked orders held where they are."""
    row = {order.number: number for number, order in enumerate(problem.orders)}
    shifts = {
        (problem.technicians[vehicle.technician].number, vehicle.shift): number
        for number, vehicle in enumerate(board.instance.vehicles)
    }
    for _, visit in plan.stops():
        held = row.get(visit.order or "")
        if held in board.instance.linked:
            board.bounds[held] = (visit.start, visit.start)
    for route in plan.routes:
        number = shifts.get((route.technician, route.shift))
        nodes = [
            -1 if visit.kind == RELOAD else row[visit.order or ""]
            for visit in route.visits
            if visit.kind == RELOAD or (visit.kind == STOP and visit.order in row)
        ]
        if number is not None and not board.set_route(number, nodes):
            board.take_what_works(number, nodes)
    redraw(board)
    return board


def _without_urgent(board: Board, trials: Trials, order: int) -> Trials:
    """Only places of orders of fewer points, and which nothing else hangs on."""
    worth = board.instance.worth
    out: Ints = board.node[trials.vehicles, : trials.cost.shape[1]]
    held = np.isin(out, list(board.instance.linked))
    lesser = (worth[out] < worth[order]) & ~held
    return Trials(trials.vehicles, np.where(lesser, trials.cost + worth[out] * A_POINT, IMPOSSIBLE))


def _ways(problem: Problem, board: Board, plan: Plan, trials: Trials, displacing: bool) -> list[Insertion]:
    """The best place of each vehicle, cheapest first, timed by the simulation."""
    if not trials.cost.size:
        return []
    best = trials.cost.argmin(axis=1)
    cost = trials.cost[np.arange(len(best)), best]
    ways, known = list[Insertion](), set[str]()
    for row in np.argsort(cost, kind="stable"):
        if cost[row] >= IMPOSSIBLE:
            break
        way = _way(problem, board, plan, int(trials.vehicles[row]), int(best[row]), displacing)
        if way is not None and way.technician not in known:
            known.add(way.technician)
            ways.append(way)
    return ways


def _way(
    problem: Problem, board: Board, plan: Plan, number: int, position: int, displacing: bool
) -> Insertion | None:
    vehicle, nodes = board.instance.vehicles[number], list(board.routes[number])
    technician = problem.technicians[vehicle.technician]
    displaced = problem.orders[nodes[position]].number if displacing else None
    nodes[position : position + displacing] = [len(problem.orders) - 1]
    bounds = {problem.orders[order].number: bound for order, bound in board.bounds.items()}
    if (own := span_left(board, len(problem.orders) - 1)) is not None:
        bounds[problem.orders[-1].number] = own
    steps = [problem.orders[node] if node >= 0 else None for node in nodes]
    route = route_of(problem, technician, vehicle.shift, steps, bounds)
    if route is None:
        return None
    now = next(
        (r for r in plan.routes if (r.technician, r.shift) == (technician.number, vehicle.shift)), None
    )
    before = {visit.order: visit.start for visit in now.visits if visit.order} if now else {}
    starts = {visit.order: visit.start for visit in route.visits if visit.order}
    return Insertion(
        technician=technician.number,
        position=position,
        extra_drive_s=route.drive_s - (now.drive_s if now else 0),
        extra_overtime_s=route.overtime_s - (now.overtime_s if now else 0),
        starts=starts[problem.orders[-1].number],
        delayed={o: starts[o] - s for o, s in before.items() if o in starts and starts[o] > s},
        displaces=displaced,
        route=route,
    )
