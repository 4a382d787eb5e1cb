"""`plan`: one day, from plain values to checked routes."""

from collections.abc import Callable

from geo.planner.anneal import CLOCKS
from geo.planner.instance import index
from geo.planner.model import Options, PlanningProblem
from geo.planner.plan import Plan
from geo.planner.problem_check import check_problem
from geo.planner.publish import publish
from geo.planner.search import Progress, Search, Watch, finish, first_board
from geo.planner.targets import aimed, place_late
from geo.planner.workers import WorkerPool

SECONDS_AN_ORDER = 0.1
"""More time than this brings nothing: a few orders are planned at once, whatever time is offered."""
RESERVE_AN_ORDER = 0.0003
"""Seconds kept back for the last repairs, the checks and the reasons."""
CHILDREN_FROM = 60
"""Orders from which more than one process is worth its start."""


def plan(
    problem: PlanningProblem,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """Routes for `problem` within `options.seconds`, checked by the rules, a reason for each order left out.

    `progress(share, placed, drive_s)` is called about twenty times. `stop()` is asked often; when it says
    True the best plan so far comes back at once. Raises Problem `bad_input` for what cannot be planned.
    """
    options = options or Options()
    began = CLOCKS[options.clock]()
    check_problem(problem)
    count = len(problem.orders)
    wanted = min(options.seconds, SECONDS_AN_ORDER * count)
    watch = Watch(
        began, wanted, 0.05 + count * RESERVE_AN_ORDER, CLOCKS[options.clock], stop or (lambda: False)
    )
    processes = options.processes if count >= CHILDREN_FROM and wanted > 1 else 1
    with WorkerPool(processes) as pool:
        board = first_board(index(aimed(problem), options))
        board = Search(pool, watch, options, progress).improve(board)
    place_late(problem, board, making_room=True)
    finish(board, lambda: watch.left < -watch.reserve / 2)
    return publish(problem, board, options)
