"""Response targets in a plan: kept where they can be, and missed by as little as possible where not.

The search knows windows, not lateness. So an order is first offered only until its target; what found no
place then is offered a little later, and later again, so that each step of lateness is taken only where the
one before failed. An order for which nothing helps is placed as if it had no target.
"""

from collections.abc import Iterable
from dataclasses import replace

from geo.planner.board import RouteBoard
from geo.planner.construct import fill, hardest_first, swap_in
from geo.planner.instance import may_serve, windows_of
from geo.planner.model import DAY_S, PlanningOrder, PlanningProblem, Window

STEPS_S = (900, 1800, 3600, 7200, 14_400, None)
"""Seconds after the target until which an order is offered, step by step; None: for the rest of the day."""


def aimed(problem: PlanningProblem, without: Iterable[str] = ()) -> PlanningProblem:
    """The problem with each order offered only until its target; those named in `without` as they are."""
    as_it_is = set(without)
    orders = tuple(
        order if order.number in as_it_is else until_target(problem, order, 0) for order in problem.orders
    )
    return replace(problem, orders=orders)


def until_target(problem: PlanningProblem, order: PlanningOrder, slack_s: int | None) -> PlanningOrder:
    """The order with windows that end `slack_s` after its target; its own where that leaves none of them.

    No target is sooner than the first technician who may serve it can be there.
    """
    if order.target is None or slack_s is None:
        return order
    limit = max(order.target, _soonest(problem, order)) + slack_s
    windows = tuple(
        Window(earliest, min(latest, limit)) for earliest, latest in windows_of(order) if earliest <= limit
    )
    return replace(order, windows=windows) if windows else order


def _soonest(problem: PlanningProblem, order: PlanningOrder) -> int:
    """When the first of those who may serve the order can be there, in seconds of the day."""
    return min(
        (
            shift.start + int(problem.matrix[person.start_of(shift), order.at])
            for person in problem.technicians
            if may_serve(order, person)
            for shift in person.shifts
        ),
        default=DAY_S,
    )


def place_late(problem: PlanningProblem, board: RouteBoard, *, making_room: bool) -> None:
    """Place the orders that could not be served by their targets, each as little late as can be.

    `making_room`: may a less urgent order give way? Their windows on the board are then those they got.
    """
    for slack in STEPS_S:
        late = [
            row
            for row, order in enumerate(problem.orders)
            if order.target is not None and row not in board.vehicle_of
        ]
        if not late:
            return
        windows = list(board.instance.windows)
        for row in late:
            windows[row] = windows_of(until_target(problem, problem.orders[row], slack))
        board.instance = replace(board.instance, windows=tuple(windows))
        left = fill(board, hardest_first(board, late))
        if making_room and left:
            swap_in(board, left, lambda: False)
