"""What the planner relies on in PyVRP; when a new release fails here, a test's name says what broke."""

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo.planner.pyvrp_parts import (
    OPERATORS,
    Activity,
    ActivityType,
    Client,
    ClientGroup,
    CostEvaluator,
    Depot,
    Location,
    ProblemData,
    Route,
    Solution,
    VehicleType,
    local_search,
)

STEP = 600
"""Seconds between neighbouring places on a straight road."""


def data(clients: list[Client], groups: list[ClientGroup] | None = None, **vehicle: Any) -> ProblemData:
    """One vehicle that starts and ends at place 0; place 1 is a depot to reload at."""
    places = np.arange(6, dtype=np.int64)
    legs = np.abs(places[:, None] - places[None, :]) * STEP
    given: dict[str, Any] = {"capacity": [1], "start_depot": 0, "end_depot": 0, "tw_late": 36_000} | vehicle
    depots = [Depot(0), Depot(1, service_duration=900)]
    return ProblemData(
        [Location(0, 0)] * 6, clients, depots, [VehicleType(**given)], [legs], [legs], groups or []
    )


def client(place: int, **changes: Any) -> Client:
    return Client(place, delivery=[1], prize=10**6, required=False, **changes)


def on_route(problem: ProblemData, *steps: Activity) -> Solution:
    return Solution(problem, [Route(problem, list(steps), 0)])


def visit(number: int) -> Activity:
    return Activity(ActivityType.CLIENT, number)


def searched(problem: ProblemData, seed: int = 1) -> Solution:
    activities = [visit(number) for number in range(problem.num_clients)]
    near = {one: [other for other in activities if other != one] for one in activities}
    search = local_search(problem, near, seed)
    costs = CostEvaluator([50_000.0] * problem.num_load_dimensions, 50.0, 1.0)
    best = Solution(problem, [])
    for _ in range(50):
        found = search(best, costs, False)
        if found.is_feasible() and costs.penalised_cost(found) <= costs.penalised_cost(best):
            best = found
    return best


def served(solution: Solution) -> list[int]:
    return [step.idx for route in solution.routes() for step in list(route)[1:-1] if step.is_client()]


def test_the_installed_version_is_the_one_pinned() -> None:
    wanted = (Path(__file__).resolve().parents[3] / "requirements.in").read_text()
    pinned = re.search(r"^pyvrp==(\S+)$", wanted, re.MULTILINE)
    assert pinned is not None
    assert version("pyvrp") == pinned[1]


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: str(operator.__name__))
def test_an_operator_says_what_it_supports(operator: Any) -> None:
    assert isinstance(operator.supports(data([client(2), client(3)])), bool)


def test_a_route_begins_and_ends_with_a_depot_and_has_its_stops_between() -> None:
    solution = on_route(data([client(2), client(3)], capacity=[2]), visit(1), visit(0))
    (route,) = solution.routes()
    assert [step.is_client() for step in route] == [False, True, True, False]
    assert (served(solution), route.vehicle_type()) == ([1, 0], 0)


def test_what_is_worth_it_is_served_and_capacity_is_never_traded() -> None:
    assert sorted(served(searched(data([client(2), client(3), client(4)], capacity=[2])))) in (
        [0, 1],
        [0, 2],
        [1, 2],
    )


def test_of_a_group_one_is_served() -> None:
    group = ClientGroup([0, 1], required=False)
    clients = [client(2, tw_early=0, tw_late=900, group=0), client(2, tw_early=9000, tw_late=9900, group=0)]
    assert len(served(searched(data(clients, [group], capacity=[2])))) == 1


def test_filling_the_van_is_a_step_of_a_route_and_restores_its_capacity() -> None:
    problem = data([client(2), client(3)], reload_depots=[1], max_reloads=1)
    assert not on_route(problem, visit(0), visit(1)).is_feasible()
    filled = on_route(problem, visit(0), Activity(ActivityType.DEPOT, 1), visit(1))
    assert filled.is_feasible()
    assert served(filled) == [0, 1]
    assert len(served(searched(problem))) == 2


def test_lateness_is_time_warp_and_weighs_what_the_costs_say() -> None:
    late = on_route(data([client(4, tw_late=STEP)]), visit(0))
    assert late.has_time_warp()
    assert not late.is_feasible()
    cheap, dear = (CostEvaluator([0.0], weight, 1.0).penalised_cost(late) for weight in (1.0, 2.0))
    assert dear - cheap == 3 * STEP


def test_overtime_weighs_and_is_bounded() -> None:
    given: dict[str, Any] = {"shift_duration": 2 * STEP, "max_overtime": 4 * STEP}
    costs = CostEvaluator([0.0], 1.0, 1.0)
    free, paid = (
        costs.penalised_cost(on_route(data([client(3)], unit_overtime_cost=cost, **given), visit(0)))
        for cost in (0, 2)
    )
    assert paid - free == 2 * 4 * STEP
    assert not on_route(data([client(4)], **given), visit(0)).is_feasible()


def test_the_same_seed_finds_the_same() -> None:
    problem = data([client(place) for place in (2, 5, 3, 4)], capacity=[3])
    assert served(searched(problem, seed=3)) == served(searched(problem, seed=3))
