"""An urgent order: who could take it into the plan as it stands, and what that costs each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from geo.planner.board import RouteBoard
from geo.planner.instance import RELOAD_NODE, Ints, index
from geo.planner.links import redraw, span_left
from geo.planner.model import Options, PlanningOrder, PlanningProblem
from geo.planner.plan import RELOAD, STOP, Plan, Route
from geo.planner.simulate import route_of
from geo.planner.trials import IMPOSSIBLE, Prober, Trials

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
    problem: PlanningProblem, plan: Plan, order: PlanningOrder, k: int = 3, options: Options | None = None
) -> list[Insertion]:
    """The `k` technicians who can serve `order` most cheaply, cheapest first, each with its cost.

    `order` is not in `plan`; its place is in the matrix. Where fewer than `k` have room, those follow who
    would have to leave out one less urgent order. An empty list: nobody may or can serve it today.
    """
    others = tuple(other for other in problem.orders if other.number != order.number)
    inserter = _Inserter(replace(problem, orders=(*others, order)), plan, options or Options())
    found = inserter.ways(displacing=False)[:k]
    known = {way.technician for way in found}
    if len(found) < k:
        found += [way for way in inserter.ways(displacing=True) if way.technician not in known]
    return found[:k]


def board_of(problem: PlanningProblem, plan: Plan, options: Options) -> RouteBoard:
    """The routes of `plan` on a board; a stop that no longer works is left out."""
    return lay_on(RouteBoard(index(problem, options)), problem, plan)


def lay_on(board: RouteBoard, problem: PlanningProblem, plan: Plan, linked: bool = True) -> RouteBoard:
    """Put the routes of `plan` on an empty `board`, linked orders held where they are, or left out."""
    row = {order.number: number for number, order in enumerate(problem.orders)}
    shifts = {
        (problem.technicians[vehicle.technician].number, vehicle.shift): number
        for number, vehicle in enumerate(board.instance.vehicles)
    }
    for _, visit in plan.stops():
        held = row.get(visit.order or "")
        if linked and held in board.instance.linked:
            board.bounds[held] = (visit.start, visit.start)
    for route in plan.routes:
        number = shifts.get((route.technician, route.shift))
        nodes = [
            RELOAD_NODE if visit.kind == RELOAD else row[visit.order or ""]
            for visit in route.visits
            if visit.kind == RELOAD or (visit.kind == STOP and visit.order in row)
        ]
        if not linked:
            nodes = [node for node in nodes if node not in board.instance.linked]
        if number is not None and not board.set_route(number, nodes):
            board.take_what_works(number, nodes)
    redraw(board)
    return board


class _Inserter:
    """Tries the last order of a problem in a plan that does not hold it."""

    def __init__(self, problem: PlanningProblem, plan: Plan, options: Options) -> None:
        self._problem, self._plan = problem, plan
        self._board = board_of(problem, plan, options)
        self._number = len(problem.orders) - 1
        self._span = span_left(self._board, self._number)
        self._bounds = {problem.orders[order].number: bound for order, bound in self._board.bounds.items()}
        if self._span is not None:
            self._bounds[problem.orders[-1].number] = self._span

    def ways(self, displacing: bool) -> list[Insertion]:
        """The best way of each technician, cheapest first, timed by the simulation."""
        if self._span is None:
            return []
        prober, board = Prober(self._board), self._board
        trials = (
            self._instead_of_lesser(prober.swaps(self._number, self._span))
            if displacing
            else prober.insertions(self._number, self._span)
        )
        if not trials.cost.size:
            return []
        best = trials.cost.argmin(axis=1)
        cost = trials.cost[np.arange(len(best)), best]
        found: dict[str, Insertion] = {}
        for row in np.argsort(cost, kind="stable"):
            if cost[row] < IMPOSSIBLE:
                number, position = int(trials.vehicles[row]), int(best[row])
                gone = board.routes[number][position] if displacing else None
                way = self._way(number, position, gone)
                if way is not None:
                    found.setdefault(way.technician, way)
        return list(found.values())

    def _instead_of_lesser(self, trials: Trials) -> Trials:
        """Only instead of orders of fewer points, the fewest first, and on which nothing else hangs."""
        out: Ints = self._board.node[trials.vehicles, : trials.cost.shape[1]]
        lost = self._board.instance.worth[np.maximum(out, 0)]
        own = self._board.instance.worth[self._number]
        lesser = (lost < own) & ~np.isin(out, list(self._board.instance.linked))
        return Trials(trials.vehicles, np.where(lesser, trials.cost + lost * A_POINT, IMPOSSIBLE))

    def _way(self, number: int, position: int, gone: int | None) -> Insertion | None:
        vehicle, nodes = self._board.instance.vehicles[number], list(self._board.routes[number])
        technician = self._problem.technicians[vehicle.technician]
        nodes[position : position + (gone is not None)] = [self._number]
        steps = [self._problem.orders[node] if node != RELOAD_NODE else None for node in nodes]
        route = route_of(self._problem, technician, vehicle.shift, steps, self._bounds)
        if route is None:
            return None
        key = (technician.number, vehicle.shift)
        now = next((r for r in self._plan.routes if (r.technician, r.shift) == key), None)
        before = {visit.order: visit.start for visit in now.visits if visit.order} if now else {}
        starts = {visit.order: visit.start for visit in route.visits if visit.order}
        return Insertion(
            technician=technician.number,
            position=position,
            extra_drive_s=route.drive_s - (now.drive_s if now else 0),
            extra_overtime_s=route.overtime_s - (now.overtime_s if now else 0),
            starts=starts[self._problem.orders[-1].number],
            delayed={o: starts[o] - s for o, s in before.items() if o in starts and starts[o] > s},
            displaces=None if gone is None else self._problem.orders[gone].number,
            route=route,
        )
