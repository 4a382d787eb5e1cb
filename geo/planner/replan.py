"""Planning the rest of a day that has begun, and changing little of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from geo.planner.anneal import CLOCKS
from geo.planner.board import RouteBoard
from geo.planner.day_state import DayState, Remaining, remaining_day
from geo.planner.insert import lay_on
from geo.planner.instance import Instance, index
from geo.planner.model import UNREACHABLE_S, Options, PlanningProblem, PlanningTechnician, worth
from geo.planner.plan import Plan, Route, Visit
from geo.planner.problem_check import check_problem
from geo.planner.publish import publish
from geo.planner.search import Progress, Search, Watch, finish
from geo.planner.simulate import route_of
from geo.planner.targets import aimed, place_late
from geo.planner.workers import WorkerPool

HOT, COLD = 0.15, 0.02
"""Cooler than a new plan: what stands is good, and stays unless something clearly better turns up."""
USUAL = Options(seconds=1.5, processes=1)


def replan(
    problem: PlanningProblem,
    current: Plan,
    state: DayState,
    *,
    options: Options = USUAL,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """The rest of the day from the true `state`, close to the `current` plan.

    `problem` holds the whole day with new orders; what is done, in progress or locked stays. An order moves
    to another technician only if that saves `options.stickiness_s` of driving or makes room for more
    points; with `options.max_moved` at most so many do. The routes begin with the locked stops; `moved`
    names the orders whose technician changed. Raises Problem `bad_input`.
    """
    clock = CLOCKS[options.clock]
    watch = Watch(clock(), options.seconds, 0.1, clock, stop or (lambda: False))
    check_problem(problem)
    remaining = remaining_day(problem, state)
    has = current.technician_of()
    # Stops that have a place keep their own windows: a target missed already is no reason to move them.
    wanted = aimed(remaining.problem, without=has)
    board = _warm(remaining, current, index(wanted, options, keep=has))
    limit = _Limit(remaining.problem, has, options.max_moved)
    if not limit.keeps(board):
        board = _warm(remaining, current, _held(wanted, has, options))
    with WorkerPool(options.processes) as pool:
        board = Search(pool, watch, options, progress).improve(board, HOT, COLD, limit.keeps)
    place_late(remaining.problem, board, making_room=False)
    finish_board = board.copy()
    finish(finish_board, lambda: watch.left < 0)
    board = finish_board if limit.keeps(finish_board) else board
    return _whole(problem, remaining, publish(remaining.problem, board, options), has, options)


class _Limit:
    """Counts the orders that change technician."""

    def __init__(self, problem: PlanningProblem, has: Mapping[str, str], most: int | None) -> None:
        self._most = most
        self._owner = [has.get(order.number) for order in problem.orders]
        self._names = [technician.number for technician in problem.technicians]

    def keeps(self, board: RouteBoard) -> bool:
        """Whether no more orders moved than allowed."""
        if self._most is None:
            return True
        moved = 0
        for order, vehicle in board.vehicle_of.items():
            name = self._names[board.instance.vehicles[vehicle].technician]
            moved += self._owner[order] not in (None, name)
        return moved <= self._most


def _warm(remaining: Remaining, current: Plan, instance: Instance) -> RouteBoard:
    """The current routes as far as they still work, and everything else put in at its cheapest."""
    routes = [
        replace(route, shift=route.shift - remaining.past.get(route.technician, 0))
        for route in current.routes
    ]
    board = lay_on(
        RouteBoard(instance), remaining.problem, replace(current, routes=tuple(routes)), linked=False
    )
    finish(board, lambda: False)
    return board


def _held(problem: PlanningProblem, has: Mapping[str, str], options: Options) -> Instance:
    """An instance in which orders may only be served by who has them already."""
    instance = index(problem, options, keep=has)
    owner = np.array([has.get(order.number, "") for order in problem.orders])
    names = np.array([problem.technicians[vehicle.technician].number for vehicle in instance.vehicles])
    mine = (owner[:, None] == names[None, :]) | (owner == "")[:, None]
    return replace(instance, allowed=instance.allowed & mine)


def _whole(
    problem: PlanningProblem, remaining: Remaining, planned: Plan, has: Mapping[str, str], options: Options
) -> Plan:
    """Locked visits and the planned rest as one route for each shift of the day."""
    rest = {(route.technician, route.shift): route for route in planned.routes}
    routes = []
    for technician, person in zip(problem.technicians, remaining.problem.technicians, strict=True):
        past, ahead = remaining.past[technician.number], remaining.ahead[technician.number]
        for number in range(max(len(person.shifts), bool(ahead))):
            after = rest.get((technician.number, number))
            front = ahead if number == 0 else ()
            if front or after is not None:
                if after is None and person.shifts:
                    after = route_of(remaining.problem, person, 0, [])
                shift = min(number + past, max(len(technician.shifts) - 1, 0))
                home = int(problem.matrix[front[-1].at, technician.end]) if front else 0
                routes.append(_joined(technician, shift, front, after, home if home < UNREACHABLE_S else 0))
    now_has = {visit.order: route.technician for route in routes for visit in route.visits if visit.order}
    moved = tuple(o for o, t in has.items() if now_has.get(o, t) != t)
    points = sum(worth(order, options) for order in problem.orders if order.number in now_has)
    return Plan(tuple(routes), planned.unplaced, points, moved)


def _joined(
    technician: PlanningTechnician, shift: int, front: tuple[Visit, ...], after: Route | None, home_s: int
) -> Route:
    """Locked visits, then the planned rest; without a rest, straight home in `home_s`."""
    if after is None:
        after = Route(technician.number, shift, front[-1].finish, front[-1].finish + home_s, home_s, 0, ())
    overtime = max(0, after.back - technician.shifts[shift].end) if technician.shifts else 0
    if not front:
        return replace(after, shift=shift, overtime_s=overtime)
    driven = after.drive_s + sum(visit.drive_s for visit in front)
    leave = front[0].arrive - front[0].drive_s
    return Route(technician.number, shift, leave, after.back, driven, overtime, _chained(front, after))


def _chained(front: tuple[Visit, ...], after: Route) -> tuple[Visit, ...]:
    """The first visit after the locked ones is driven to at once, not just in time."""
    if not after.visits:
        return front
    first = after.visits[0]
    return (*front, replace(first, arrive=front[-1].finish + first.drive_s), *after.visits[1:])
