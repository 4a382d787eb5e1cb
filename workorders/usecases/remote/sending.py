"""Commands on their way to the head-end, and those that it never answered."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.judgement.verdict import case
from workorders.messages.message import Message
from workorders.problems import Problem
from workorders.queries.lookups import order_for_update
from workorders.tables import Order, RemoteCommand
from workorders.usecases.field.cases import open_cases
from workorders.usecases.orders.assignment import recall_order
from workorders.usecases.remote.request import check_still_allowed, with_switch

TOGETHER = 50


def waiting_commands(session: Session) -> Sequence[str]:
    """Ids of commands that the head-end has not taken, oldest first."""
    query = select(RemoteCommand.id).where(RemoteCommand.state == "waiting")
    return session.scalars(query.order_by(RemoteCommand.requested_at).limit(TOGETHER)).all()


def silent_commands(session: Session, *, now: datetime) -> Sequence[str]:
    """Ids of commands whose time for an answer is over."""
    query = select(RemoteCommand.id).where(
        RemoteCommand.state.in_(("waiting", "sent")), RemoteCommand.deadline_at <= now
    )
    return session.scalars(query.order_by(RemoteCommand.deadline_at).limit(TOGETHER)).all()


def ready_to_send(session: Session, command_id: str, *, now: datetime) -> RemoteCommand | None:
    """The command, marked as sent, if it still may go; None when it was withdrawn instead.

    Marked before it is sent: a command whose fate is not known counts as one that may have switched. The
    order must still be with the switch under the same epoch, and of a cut every rule must hold at this very
    moment; else the command is withdrawn and the order goes back to the dispatcher.
    """
    command, order = _locked(session, command_id)
    if command.state != "waiting":
        return None
    if not with_switch(order, command):
        _end(command, "withdrawn", "order_gone")
        return None
    try:
        check_still_allowed(session, order, now=now)
    except Problem:
        _end(command, "withdrawn", "not_allowed")
        _give_back(session, order, Message("reason.remote_not_allowed"), now)
        return None
    if command.deadline_at <= now:
        # Its time is over and the order goes back to people: nothing may switch behind their backs.
        return None
    command.state, command.sent_at = "sent", now
    command.tries += 1
    session.flush()
    return command


def not_taken(session: Session, command_id: str) -> None:
    """The head-end did not take it: it waits for the next try, until its time is over."""
    command, _order = _locked(session, command_id)
    if command.state == "sent" and command.answered_at is None:
        command.state, command.sent_at = "waiting", None
        session.flush()


def give_up(session: Session, command_id: str, *, now: datetime) -> None:
    """End a command without an answer: its order goes back to the dispatcher.

    One that the head-end had taken may have switched all the same: a case says so until a person has looked,
    and its answer still counts when it comes. One that was never taken has done nothing.
    """
    command, order = _locked(session, command_id)
    if command.state not in ("waiting", "sent"):
        return
    taken = command.state == "sent"
    _end(command, "silent" if taken else "refused", None if taken else "unreachable")
    if with_switch(order, command):
        code = "reason.remote_silent" if taken else "reason.remote_unreachable"
        _give_back(session, order, Message(code), now)
    if taken:
        silent = case("remote_silent", blocking=False, serial=command.meter.serial, command=command.kind)
        open_cases(session, [silent], source=f"remote:{command.id}", order_number=order.number, now=now)
    session.flush()


def _give_back(session: Session, order: Order, reason: Message, now: datetime) -> None:
    recall_order(session, order.number, reason=reason, now=now, actor="curbstop")


def _end(command: RemoteCommand, state: str, why: str | None) -> None:
    command.state, command.why = state, why


def _locked(session: Session, command_id: str) -> tuple[RemoteCommand, Order]:
    """The command and its order, locked in the stated order."""
    found = session.get(RemoteCommand, command_id)
    if found is None:
        raise Problem("not_found", what="command", key=command_id)
    order = order_for_update(session, found.order_number)
    session.refresh(found, with_for_update=True)
    return found, order
