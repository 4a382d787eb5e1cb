"""The life of an order: (state, command) → new state. An absent pair is Problem `illegal_transition`.

Office commands must be allowed (`move`). Field facts are never refused: a fact that no longer moves the order
(an `en_route` that arrives after the completion) leaves its state as it is (`after_fact`).
"""

from enum import StrEnum
from types import MappingProxyType

from workorders.problems import Problem


class State(StrEnum):
    """`Order.state`. Receiving, validating and posting a completion is one transaction: `completed`."""

    REQUESTED = "requested"
    HELD = "held"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    ASSIGNED = "assigned"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    STARTED = "started"
    SUSPENDED = "suspended"
    UNABLE = "unable"
    """Visited without success; the dispatcher decides."""
    EXCEPTION = "exception"
    """Done in the field; a human must judge it."""
    COMPLETED = "completed"
    """Received, validated and posted."""
    REJECTED = "rejected"
    """A human refused the consequences; the facts stay."""
    CLOSED = "closed"
    CANCELLED = "cancelled"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"


class Command(StrEnum):
    """What may be done to an order, by the office or by a fact from the field."""

    HOLD = "hold"
    APPROVE = "approve"
    """Also releases a hold, and returns an unable, recalled or rejected order to the dispatcher."""
    SCHEDULE = "schedule"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    DISPATCH = "dispatch"
    RECALL = "recall"
    CANCEL = "cancel"
    SUPERSEDE = "supersede"
    ACKNOWLEDGE = "acknowledge"
    TRAVEL = "travel"
    ARRIVE = "arrive"
    START = "start"
    SUSPEND = "suspend"
    RESUME = "resume"
    COMPLETE = "complete"
    COMPLETE_WITH_EXCEPTION = "complete_with_exception"
    REPORT_UNABLE = "report_unable"
    HOLD_FROM_FIELD = "hold_from_field"
    """An unable whose reason protects the customer: nobody is sent again until the hold is decided."""
    ACCEPT = "accept"
    REJECT = "reject"
    CLOSE = "close"


_BEFORE_FIELD = (State.REQUESTED, State.HELD, State.APPROVED, State.SCHEDULED, State.ASSIGNED)
_IN_FIELD = (
    State.DISPATCHED,
    State.ACKNOWLEDGED,
    State.EN_ROUTE,
    State.ON_SITE,
    State.STARTED,
    State.SUSPENDED,
)
_RETURNED = (State.UNABLE, State.RECALLED)
_PROGRESS: dict[Command, tuple[State, tuple[State, ...]]] = {
    Command.ACKNOWLEDGE: (State.ACKNOWLEDGED, (State.DISPATCHED,)),
    Command.TRAVEL: (State.EN_ROUTE, (State.DISPATCHED, State.ACKNOWLEDGED, State.SUSPENDED)),
    Command.ARRIVE: (
        State.ON_SITE,
        (State.DISPATCHED, State.ACKNOWLEDGED, State.EN_ROUTE, State.SUSPENDED),
    ),
    Command.START: (
        State.STARTED,
        (State.DISPATCHED, State.ACKNOWLEDGED, State.EN_ROUTE, State.ON_SITE, State.SUSPENDED),
    ),
    Command.SUSPEND: (
        State.SUSPENDED,
        (State.DISPATCHED, State.ACKNOWLEDGED, State.EN_ROUTE, State.ON_SITE, State.STARTED),
    ),
    Command.RESUME: (State.STARTED, (State.SUSPENDED,)),
}


def _table() -> dict[tuple[State, Command], State]:
    table: dict[tuple[State, Command], State] = {}

    def allow(command: Command, to: State, *sources: State) -> None:
        table.update(dict.fromkeys([(source, command) for source in sources], to))

    allow(Command.HOLD, State.HELD, State.REQUESTED, State.APPROVED, State.SCHEDULED, State.UNABLE)
    allow(
        Command.APPROVE,
        State.APPROVED,
        State.REQUESTED,
        State.HELD,
        *_RETURNED,
        State.EXCEPTION,
        State.REJECTED,
    )
    allow(Command.SCHEDULE, State.SCHEDULED, State.APPROVED, State.SCHEDULED, *_RETURNED)
    # Assigning again is how work is moved to another technician, also while the first one has it.
    allow(
        Command.ASSIGN,
        State.ASSIGNED,
        State.APPROVED,
        State.SCHEDULED,
        State.ASSIGNED,
        *_IN_FIELD,
        *_RETURNED,
    )
    allow(Command.UNASSIGN, State.APPROVED, State.ASSIGNED)
    allow(Command.DISPATCH, State.DISPATCHED, State.ASSIGNED)
    allow(Command.RECALL, State.RECALLED, *_IN_FIELD)
    for command in (Command.CANCEL, Command.SUPERSEDE):
        to = State.CANCELLED if command is Command.CANCEL else State.SUPERSEDED
        allow(command, to, *_BEFORE_FIELD, *_IN_FIELD, *_RETURNED)
    for command, (to, sources) in _PROGRESS.items():
        allow(command, to, *sources)
    # A tablet may report what it did long after the office changed its mind; what was done is done.
    done_from = (*_BEFORE_FIELD, *_IN_FIELD, *_RETURNED, State.CANCELLED, State.SUPERSEDED, State.REJECTED)
    allow(Command.COMPLETE, State.COMPLETED, *done_from)
    allow(Command.COMPLETE_WITH_EXCEPTION, State.EXCEPTION, *done_from)
    allow(Command.REPORT_UNABLE, State.UNABLE, State.ASSIGNED, *_IN_FIELD, State.RECALLED)
    allow(Command.HOLD_FROM_FIELD, State.HELD, *_BEFORE_FIELD, *_IN_FIELD, *_RETURNED)
    allow(Command.ACCEPT, State.COMPLETED, State.EXCEPTION)
    allow(Command.REJECT, State.REJECTED, State.EXCEPTION)
    allow(Command.CLOSE, State.CLOSED, State.COMPLETED, State.REJECTED, State.UNABLE)
    return table


TRANSITIONS = MappingProxyType(_table())
"""Every pair that exists."""

FIELD_COMMANDS = MappingProxyType(
    {
        "acknowledged": Command.ACKNOWLEDGE,
        "en_route": Command.TRAVEL,
        "on_site": Command.ARRIVE,
        "started": Command.START,
        "suspended": Command.SUSPEND,
        "resumed": Command.RESUME,
    }
)
"""Progress events of a tablet and the command each amounts to."""

ACTIVE = frozenset({*_BEFORE_FIELD, *_IN_FIELD, *_RETURNED, State.EXCEPTION})
"""The order still wants something from somebody."""

IN_FIELD = frozenset(_IN_FIELD)
"""A tablet has, or is being sent, the order."""


def move(state: str, command: str) -> State:
    """The state after an office command. Raises Problem `illegal_transition` when the pair is absent."""
    try:
        return TRANSITIONS[State(state), Command(command)]
    except (KeyError, ValueError):
        raise Problem("illegal_transition", state=state, command=command) from None


def after_fact(state: str, command: str) -> State:
    """The state after a fact from the field; unchanged where the fact no longer moves the order."""
    return TRANSITIONS.get((State(state), Command(command)), State(state))


def document_state(state: str) -> str:
    """What an order document says of `state` (docs/documents.md): the tablet knows its own progress."""
    kept = {State.SUSPENDED, State.EXCEPTION, State.CLOSED, State.CANCELLED, State.RECALLED}
    current = State(state)
    if current in kept:
        return current.value
    if current in IN_FIELD or current is State.ASSIGNED:
        return State.DISPATCHED.value
    if current is State.COMPLETED:
        return State.COMPLETED.value
    return {State.SUPERSEDED: State.CANCELLED.value, State.REJECTED: State.CLOSED.value}.get(
        current, State.RECALLED.value
    )
