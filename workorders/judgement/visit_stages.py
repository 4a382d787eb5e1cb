"""What a customer sees of a visit, and how long a link to it lives. Pure."""

from datetime import datetime, timedelta

from workorders.judgement.lifecycle import State

AFTERWARDS = timedelta(hours=24)
"""A link still opens on the day after, so that the customer reads how the visit ended."""
LONGEST = timedelta(days=30)
"""Whoever is visited later gets a new link."""
_STAGES: dict[str, tuple[State, ...]] = {
    "waiting": (
        State.REQUESTED,
        State.HELD,
        State.APPROVED,
        State.SCHEDULED,
        State.RECALLED,
    ),
    "scheduled": (State.ASSIGNED, State.DISPATCHED, State.ACKNOWLEDGED),
    "on_the_way": (State.EN_ROUTE,),
    "there": (State.ON_SITE, State.STARTED),
    "interrupted": (State.SUSPENDED,),
    "done": (State.COMPLETED, State.CLOSED, State.EXCEPTION, State.REJECTED),
    "unfinished": (State.UNABLE,),
    "cancelled": (State.CANCELLED, State.SUPERSEDED),
}
STAGES = {state.value: stage for stage, states in _STAGES.items() for state in states}
"""Order state → what the customer reads: what the office still has to judge is done for the customer."""
OVER = frozenset({"done", "unfinished", "cancelled"})
"""Nobody comes any more; a link is no longer made or sent."""


def expiry(now: datetime, visit_ends: datetime | None) -> datetime:
    """When a link ends. `visit_ends`: the end of the visit's day or appointment; None without one."""
    return min(max(visit_ends or now, now) + AFTERWARDS, now + LONGEST)


def first_name(name: str) -> str:
    """The part of a technician's name that a customer may know."""
    return name.split(maxsplit=1)[0] if name.split() else ""
