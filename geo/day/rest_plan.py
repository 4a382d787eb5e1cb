"""Planning the rest of today: loads the solver, so that only the process that plans should import it."""

from collections.abc import Callable

from geo.day.expected import standing
from geo.day.rest import Wishes
from geo.day.true_state import Today
from geo.planning.model import Options
from geo.planning.plan import Plan
from geo.planning.replan import replan


def plan_rest(
    today: Today,
    wishes: Wishes,
    *,
    seconds: float,
    progress: Callable[[float, int, int], None] | None = None,
) -> Plan:
    """The rest of the day from its true state, close to the routes as they are (see `replan`)."""
    options = Options(
        seconds=seconds, processes=1, max_moved=wishes.max_moved, stickiness_s=wishes.stickiness_s
    )
    return replan(today.work.problem, standing(today), today.state, options=options, progress=progress)
