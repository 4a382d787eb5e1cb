"""What a human decides about an exception case, and what photos that arrive decide by themselves."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_text
from workorders.judgement.decided import after_last_decision, is_unworked
from workorders.judgement.late_payment import still_due
from workorders.judgement.lifecycle import Command, State
from workorders.messages.message import TEXT, Message, typed
from workorders.problems import Problem, Reason
from workorders.queries.case_choices import is_blocking, orders_owing_service, waiting
from workorders.queries.lookups import find_order_for_update, lock_accounts
from workorders.tables import ExceptionCase, FieldEvent, Order
from workorders.usecases.cash.receipts import keep_receipt
from workorders.usecases.field.cases import open_cases
from workorders.usecases.field.cause import Cause
from workorders.usecases.field.effects import carry_out
from workorders.usecases.field.field_facts import recalled_facts
from workorders.usecases.field.money_effects import reconsider_after
from workorders.usecases.history import command, enqueue, enqueue_order
from workorders.usecases.orders.assignment import end_assignment

DECISION_MAX = 500
"""Characters of a decision's reason."""
PENDING_PHOTOS = "evidence_pending"
MOVED = {Command.ACCEPT: "accepted", Command.REJECT: "rejected", Command.APPROVE: "approved"}
"""The line of history of each way out of `exception`."""


def decide_exception(
    session: Session, case_id: int, *, accept: bool, words: str, now: datetime, actor: str
) -> ExceptionCase:
    """Decide an open case: accepted, what waits in it is carried out; rejected, it is not. The facts stay.

    The order leaves `exception` with its last blocking case: completed, or rejected when one was rejected.
    Work that is still wanted (a site that was unsafe, service that was not brought back) goes back to the
    dispatcher.
    Raises Problem `not_found`, `bad_input` (no words), `case_decided`, and `decision_refused` when the
    records still refuse what is accepted; nothing is changed then.
    """
    words = checked_text(words, field="words", longest=DECISION_MAX)
    if not words:
        raise Problem("bad_input", field="words", reason="say why")
    return _decide(session, case_id, accept=accept, why=typed(words), now=now, actor=actor)


def note_plain_cases(
    session: Session, numbers: Sequence[int], *, words: str, now: datetime, actor: str
) -> int:
    """Accept cases on which nothing hangs, with one reason; how many were still open.

    Raises Problem `bad_input`: none is given (`case`), one of them holds an order or carries something out
    and is decided by itself (`case`), or no words.
    """
    if not numbers:
        raise Problem("bad_input", field="case", reason=Reason("tick at least one"))
    noted = 0
    # Accounts are locked by ascending id, here as elsewhere, however the cases lie.
    concerned = select(Order.account_id).join(ExceptionCase, ExceptionCase.order_number == Order.number)
    found = session.scalars(concerned.where(ExceptionCase.id.in_(numbers), Order.account_id.is_not(None)))
    lock_accounts(session, {account for account in found if account is not None})
    for number in sorted(set(numbers)):
        case = session.get(ExceptionCase, number)
        if case is not None and (is_blocking(case) or waiting(case)):
            raise Problem(
                "bad_input", field="case", reason=Reason("case {case} is decided by itself", case=number)
            )
        try:
            decide_exception(session, number, accept=True, words=words, now=now, actor=actor)
        except Problem as problem:
            # Somebody else was quicker: their decision stands.
            if problem.code != "case_decided":
                raise
        else:
            noted += 1
    return noted


def accept_arrived(session: Session, event: FieldEvent, *, now: datetime) -> None:
    """The last missing photo came: what waited for it is carried out without anybody's decision."""
    case = session.scalar(
        select(ExceptionCase).where(
            ExceptionCase.source == event.id,
            ExceptionCase.code == PENDING_PHOTOS,
            ExceptionCase.state == "open",
        )
    )
    if case is not None:
        why = Message("reason.photos_arrived")
        _decide(session, case.id, accept=True, why=why, now=now, actor="curbstop")


def _decide(
    session: Session, case_id: int, *, accept: bool, why: Message, now: datetime, actor: str
) -> ExceptionCase:
    # The order goes before the case in the stated order of locks; a case never changes its order.
    number = session.scalar(select(ExceptionCase.order_number).where(ExceptionCase.id == case_id))
    order = find_order_for_update(session, number) if number else None
    case = session.scalar(
        select(ExceptionCase)
        .where(ExceptionCase.id == case_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if case is None:
        raise Problem("not_found", what="case", key=case_id)
    if case.state != "open":
        raise Problem("case_decided", case=case_id, state=case.state)
    event = session.get(FieldEvent, case.source)
    if accept and event is not None and order is not None:
        _carry_out(session, case, order, event, now)
    _close(case, accept=accept, why=why, now=now, actor=actor)
    session.flush()
    if event is not None:
        _answer_again(session, event, why, now)
    if order is not None:
        _move(session, order, case, event, why, now=now, actor=actor)
    return case


def _carry_out(session: Session, case: ExceptionCase, order: Order, event: FieldEvent, now: datetime) -> None:
    cause = Cause(event.id, event.technician_id, event.occurred_at, order, now)
    try:
        with session.begin_nested():
            what = still_due(waiting(case), order.outcome)
            found = carry_out(session, what, cause)
            if case.code == "receipt_conflict":
                number = f"{case.detail['receipt']}~{event.counter}"
                found += keep_receipt(
                    session, recalled_facts(event), event.device_id, cause, number=number[:40]
                )
            if found:
                open_cases(session, found, source=event.id, order_number=order.number, now=now)
                session.flush()
            reconsider_after(session, what, cause)
    except (IntegrityError, DataError) as refusal:
        reason = Reason("The database said: {error}.", error=str(refusal.orig).splitlines()[0])
        raise Problem("decision_refused", reason=reason) from refusal
    except Problem as refusal:
        raise Problem("decision_refused", reason=refusal.as_reason()) from refusal


def _close(case: ExceptionCase, *, accept: bool, why: Message, now: datetime, actor: str) -> None:
    case.state = "accepted" if accept else "rejected"
    case.decided_at = now
    case.decided_by = actor[:80]
    if why.code == TEXT:
        case.decision = str(why.params[TEXT])
    else:
        case.decision_code = why.code


def _answer_again(session: Session, event: FieldEvent, why: Message, now: datetime) -> None:
    """An event with no blocking case left open is posted; the technician reads the decision."""
    if any(is_blocking(other) for other in _open_cases(session, ExceptionCase.source == event.id)):
        return
    event.status = "posted"
    event.ack = Message.of("ack.decided", decision=why)
    session.flush()
    enqueue(session, event.technician_id, "ack", event.id, now=now)


def _move(
    session: Session,
    order: Order,
    case: ExceptionCase,
    event: FieldEvent | None,
    why: Message,
    *,
    now: datetime,
    actor: str,
) -> None:
    """The order leaves `exception` when no blocking case of it is open any more."""
    if order.state != State.EXCEPTION or not is_blocking(case):
        return
    if any(is_blocking(other) for other in _open_cases(session, ExceptionCase.order_number == order.number)):
        return
    refused = session.scalars(
        select(ExceptionCase).where(
            ExceptionCase.order_number == order.number, ExceptionCase.state == "rejected"
        )
    )
    how = after_last_decision(
        rejected=any(is_blocking(other) for other in refused),
        unworked=event is not None and is_unworked(event.kind, order.outcome),
        service_owed=order.number in orders_owing_service(session, [order]),
        called_off=order.cancelled_at is not None,
    )
    detail = {"reason" if how is Command.APPROVE else "decision": why.as_json()}
    command(session, order, how, MOVED[how], now=now, actor=actor, detail=detail)
    if how is Command.APPROVE:
        end_assignment(session, order, reason=why, now=now)
    session.flush()
    enqueue_order(session, order, now=now)


def _open_cases(session: Session, condition: ColumnElement[bool]) -> list[ExceptionCase]:
    return list(session.scalars(select(ExceptionCase).where(condition, ExceptionCase.state == "open")))
