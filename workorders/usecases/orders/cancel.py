"""Calling an order off: by the office, by a payment, or because a newer customer event supersedes it."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.grammar.texts import checked_line
from workorders.judgement.lifecycle import IN_FIELD, Command
from workorders.messages.message import Message, typed
from workorders.problems import Problem
from workorders.queries.lookups import order_for_update
from workorders.queries.owed_service import account_waiting_for
from workorders.tables import Order
from workorders.usecases.history import command, enqueue_order
from workorders.usecases.orders.assignment import end_assignment
from workorders.usecases.orders.follow_on import raise_contingent_reconnect


def cancel_order(
    session: Session,
    number: str,
    *,
    reason: str | Message,
    now: datetime,
    actor: str,
    expected_version: int | None = None,
    tablet_knows: bool = False,
) -> Order:
    """Cancel an order; its tablet is notified, and keeps it until the technician finishes or backs out.

    `reason` is what a person typed, or a message. Calling off a cut that a tablet has makes a reconnect
    stand ready, unless the tablet itself brought the reason (`tablet_knows`): then it is known that the cut
    was not made. Raises Problem `not_found`, `stale_order`, `illegal_transition`, `bad_input` without a
    reason, and `service_is_owed` where a person would leave a customer who has paid without service.
    """
    why = reason if isinstance(reason, Message) else _typed_reason(reason)
    order = order_for_update(session, number, expected_version=expected_version)
    if not isinstance(reason, Message):
        keep_while_waited_for(session, order, now=now)
    in_field = order.state in IN_FIELD
    call_off(session, order, Command.CANCEL, reason=why, now=now, actor=actor)
    if in_field and order_type_of(order.type).needs_authority and not tablet_knows:
        raise_contingent_reconnect(session, order, now=now)
    return order


def supersede_order(session: Session, order: Order, *, by: str, now: datetime, actor: str) -> None:
    """Call an order off because the order `by` takes its place. Raises Problem `illegal_transition`."""
    call_off(
        session,
        order,
        Command.SUPERSEDE,
        reason=Message.of("reason.superseded", order=by),
        now=now,
        actor=actor,
    )


def call_off(
    session: Session, order: Order, how: Command, *, reason: Message, now: datetime, actor: str
) -> None:
    """Move a locked order to cancelled or superseded and notify the tablet that has it."""
    in_field = order.state in IN_FIELD
    kind = "cancelled" if how is Command.CANCEL else "superseded"
    command(session, order, how, kind, now=now, actor=actor, detail={"reason": reason.as_json()})
    order.cancelled_at = now
    order.cancel_reason = reason
    if in_field:
        order.cancel_seq = enqueue_order(session, order, now=now)
    else:
        end_assignment(session, order, reason=reason, now=now)
    session.flush()


def keep_while_waited_for(session: Session, order: Order, *, now: datetime) -> None:
    """Raises Problem `service_is_owed` when a customer who has paid waits for this very order."""
    waiting = account_waiting_for(session, order, now=now)
    if waiting is not None:
        raise Problem("service_is_owed", account=waiting.number, order=order.number)


def _typed_reason(reason: str) -> Message:
    words = checked_line(reason, field="reason")
    if not words:
        raise Problem("bad_input", field="reason", reason="say why the order is cancelled")
    return typed(words)
