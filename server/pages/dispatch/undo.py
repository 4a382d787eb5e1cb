"""Taking the last assignment back, as long as nobody has touched the order since and nobody has begun it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from workorders.grammar.numbers import count_from_text
from workorders.grammar.times import day_from_text
from workorders.judgement.lifecycle import IN_FIELD, State
from workorders.messages.message import Message
from workorders.problems import Problem
from workorders.queries.lookups import order_for_update
from workorders.tables import Order
from workorders.usecases.orders.assignment import assign_order, recall_order, unassign_order

UNTOUCHED = frozenset({State.ASSIGNED, State.DISPATCHED, State.ACKNOWLEDGED})
"""States in which nobody has set out for it."""
PARTS = 7
"""Of an offer as a page keeps it."""


@dataclass(frozen=True, slots=True)
class Before:
    """Who had an order before it was given away, as a page keeps it.

    `epoch` and `given_day` are those of afterwards: while they hold, nobody has given it to somebody else or
    another day. Its version would not do, for planned times are computed anew after every assignment.
    """

    number: str
    epoch: int
    given_day: date | None = None
    technician: str = ""
    day: date | None = None
    sequence: int | None = None
    sent: bool = False

    def as_text(self) -> str:
        """For a form's hidden field."""
        day = self.day.isoformat() if self.day else ""
        sequence = "" if self.sequence is None else str(self.sequence)
        given = self.given_day.isoformat() if self.given_day else ""
        sent = "yes" if self.sent else ""
        return "|".join((self.number, str(self.epoch), given, self.technician, day, sequence, sent))

    @classmethod
    def from_text(cls, text: str) -> "Before":
        """What `as_text` wrote. Raises Problem bad_input for anything else."""
        parts = text.split("|")
        if len(parts) != PARTS:
            raise Problem("bad_input", field="undo", reason="what the page offered")
        number, epoch, given, technician, day, sequence, sent = parts
        return cls(
            number,
            count_from_text(epoch, field="undo"),
            day_from_text(given, field="undo") if given else None,
            technician,
            day_from_text(day, field="undo") if day else None,
            count_from_text(sequence, field="undo") if sequence else None,
            sent == "yes",
        )


def before(order: Order) -> Before:
    """What an order is like now; what holds afterwards is filled in when it was given away."""
    sent = order.state in IN_FIELD
    return Before(
        order.number,
        order.epoch,
        None,
        order.technician_id or "",
        order.route_day,
        order.sequence,
        sent,
    )


def undo(session: Session, was: Before, *, now: datetime, actor: str) -> None:
    """Give an order back to who had it, or to nobody; the technician who loses it reads why.

    Raises Problem stale_order when somebody has given it away or begun it since, and what assigning it again
    raises.
    """
    order = order_for_update(session, was.number)
    if (order.epoch, order.route_day) != (was.epoch, was.given_day) or order.state not in UNTOUCHED:
        raise Problem("stale_order", number=was.number)
    if was.technician and was.day is not None:
        assign_order(
            session,
            was.number,
            was.technician,
            route_day=was.day,
            sequence=was.sequence,
            dispatch=was.sent,
            now=now,
            actor=actor,
        )
        return
    back = unassign_order if order.state == State.ASSIGNED else recall_order
    back(session, was.number, reason=Message("reason.sent_by_mistake"), now=now, actor=actor)
