"""The one place that touches PyVRP: its problem, its moves and its local search, not its own loop.

These are parts that PyVRP changes between minor releases, so the version is pinned in `requirements.in`;
`tests/unit/planner/test_pyvrp_parts.py` says which of their properties a new release breaks.
"""

from collections.abc import Mapping, Sequence

from pyvrp import (
    Activity,
    ActivityType,
    Client,
    ClientGroup,
    CostEvaluator,
    Depot,
    Location,
    ProblemData,
    RandomNumberGenerator,
    Route,
    Solution,
    VehicleType,
)
from pyvrp.search import (
    InsertOptionalClient,
    LocalSearch,
    PerturbationManager,
    PerturbationParams,
    Relocate1,
    RelocateAlternative,
    RelocateWithDepot,
    RemoveAdjacentDepot,
    RemoveOptionalClient,
    ReplaceGroup,
    ReplaceOptionalClient,
    Swap11,
    SwapTails,
)

__all__ = [
    "OPERATORS",
    "Activity",
    "ActivityType",
    "Client",
    "ClientGroup",
    "CostEvaluator",
    "Depot",
    "LocalSearch",
    "Location",
    "ProblemData",
    "Route",
    "Solution",
    "VehicleType",
    "local_search",
]

OPERATORS = (
    Relocate1,
    Swap11,
    SwapTails,
    InsertOptionalClient,
    ReplaceOptionalClient,
    RemoveOptionalClient,
    RelocateAlternative,
    ReplaceGroup,
    RelocateWithDepot,
    RemoveAdjacentDepot,
)
"""Moves of two or three neighbours at once are left out: they cost a third of the time and rarely help."""
PERTURBATIONS = 10


def local_search(
    data: ProblemData, neighbours: Mapping[Activity, Sequence[Activity]], seed: int
) -> LocalSearch:
    """A search that perturbs a solution a little and descends; call it with (solution, costs, False)."""
    perturbation = PerturbationManager(PerturbationParams(1, PERTURBATIONS))
    search = LocalSearch(
        data,
        RandomNumberGenerator(seed=seed),
        {activity: list(near) for activity, near in neighbours.items()},
        perturbation,
    )
    for operator in OPERATORS:
        if operator.supports(data):
            search.add_operator(operator(data))
    return search
