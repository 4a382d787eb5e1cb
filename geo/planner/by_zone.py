"""Planning a large district zone by zone, several zones at once: cost grows with the size, not faster."""

from dataclasses import replace
from typing import Any

from geo.planner.anneal import CLOCKS
from geo.planner.board import RouteBoard
from geo.planner.insert import lay_on
from geo.planner.instance import index
from geo.planner.model import Options, PlanningProblem
from geo.planner.plan import Plan, Route
from geo.planner.problem_check import check_problem
from geo.planner.publish import publish
from geo.planner.search import Progress, finish
from geo.planner.solve import plan
from geo.planner.targets import aimed, place_late
from geo.planner.workers import Stop, WorkerPool
from geo.planner.zone_split import split_by_zone

REPAIR_SHARE = 0.1
"""Part of the time kept for placing across zones what its own zone has no room for, and for the checks."""

LARGE_DAY_ORDERS = 5_000
"""Orders from which a day with zones is planned zone by zone: as one problem, each step of the search costs
more than the exchanges between zones bring in."""


def plan_day(
    problem: PlanningProblem,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Plan:
    """`plan`, or `plan_by_zone` for a large day whose orders have zones. Raises Problem `bad_input`."""
    zoned = len({order.zone for order in problem.orders}) > 1
    way = plan_by_zone if zoned and len(problem.orders) >= LARGE_DAY_ORDERS else plan
    return way(problem, options=options, progress=progress, stop=stop)


def plan_by_zone(
    problem: PlanningProblem,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Plan:
    """Like `plan`, each zone by itself within `options.seconds` altogether, then what is left across zones.

    A technician works in the one of his zones where he is needed most; whoever has room takes orders of
    other zones at the end, if he may. `progress` hears after each round of zones what `plan` reports.
    Raises Problem `bad_input`.
    """
    options, stop = options or Options(seconds=60), stop or (lambda: False)
    clock = CLOCKS[options.clock]
    began = clock()
    check_problem(problem)
    parts = sorted(split_by_zone(problem), key=lambda part: -len(part.orders))
    routes: list[Route] = []
    with WorkerPool(min(options.processes, max(1, len(parts)))) as pool:
        waves = [parts[first : first + pool.size] for first in range(0, len(parts), pool.size)]
        weight = sum(len(wave[0].orders) for wave in waves)
        for number, wave in enumerate(waves):
            left = (1 - REPAIR_SHARE) * options.seconds - (clock() - began)
            seconds = left * len(wave[0].orders) / max(1, weight)
            weight -= len(wave[0].orders)
            made = None if left <= 0 else _together(pool, wave, replace(options, seconds=seconds), stop)
            if made is None:
                break
            routes += [route for plans in made for route in plans.routes]
            if progress is not None:
                made_so_far = Plan(tuple(routes), (), 0)
                progress((number + 1) / len(waves), made_so_far.served, made_so_far.drive_s)
    board = lay_on(RouteBoard(index(aimed(problem), options)), problem, Plan(tuple(routes), (), 0))
    place_late(problem, board, making_room=True)
    finish(board, lambda: stop() or clock() - began > options.seconds)
    return publish(problem, board, options)


def _together(
    pool: WorkerPool, wave: list[PlanningProblem], options: Options, stop: Stop
) -> list[Plan] | None:
    """One zone a process; where there are fewer zones than processes, some get nothing to do."""
    alone = replace(options, processes=1)
    shares: list[Any] = [(part, alone) for part in wave]
    shares += [None] * (pool.size - len(shares))
    results = pool.run(plan_share, shares, stop)
    return results and [made for made in results if made is not None]


def plan_share(
    memory: dict[str, Any], share: tuple[PlanningProblem, Options] | None, stop: Stop
) -> Plan | None:
    """One process's zone of a wave (see `WorkerPool`)."""
    del memory
    return plan(share[0], options=share[1], stop=stop) if share else None
