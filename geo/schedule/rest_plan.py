"""Planning the rest of today: loads the solver, so that only the process that plans should import it."""

from collections.abc import Callable

from geo.planner.model import Options
from geo.planner.plan import Plan
from geo.planner.replan import replan
from geo.schedule.expected import standing
from geo.schedule.rest import PlanLimits
from geo.schedule.true_state import Today


def plan_rest(
    today: Today,
    limits: PlanLimits,
    *,
    seconds: float,
    progress: Callable[[float, int, int], None] | None = None,
) -> Plan:
    """The rest of the day from its true state, close to the routes as they are (see `replan`)."""
    options = Options(
        seconds=seconds, processes=1, max_moved=limits.max_moved, stickiness_s=limits.stickiness_s
    )
    return replan(today.work.problem, standing(today), today.state, options=options, progress=progress)
