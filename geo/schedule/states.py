"""What the states of an order mean to a planner."""

from workorders.judgement.lifecycle import State

OPEN = frozenset({State.APPROVED, State.SCHEDULED, State.ASSIGNED})
WITH_TABLET = frozenset({State.DISPATCHED, State.ACKNOWLEDGED})
"""On the tablet but not begun: a new plan may still move it."""
MOVABLE = OPEN | WITH_TABLET
UNDER_WAY = frozenset({State.EN_ROUTE, State.ON_SITE, State.STARTED})
SUSPENDED = frozenset({State.SUSPENDED})
BEGUN = UNDER_WAY | SUSPENDED
DONE = frozenset({State.COMPLETED, State.CLOSED, State.EXCEPTION, State.REJECTED, State.UNABLE})
