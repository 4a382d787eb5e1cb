"""What a human decides about an exception case, and what photos that arrive decide by themselves."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_text
from workorders.judgement.late_payment import still_due
from workorders.judgement.lifecycle import Command, State
from workorders.messages.message import TEXT, Message, typed
from workorders.problems import Problem
from workorders.queries.lookups import find_order_for_update
from workorders.tables import ExceptionCase, FieldEvent, Order
from workorders.usecases.cash.receipts import keep_receipt
from workorders.usecases.field.cases import is_blocking, open_cases, waiting
from workorders.usecases.field.effects import Cause, carry_out, reconsider_after
from workorders.usecases.field.field_facts import recalled_facts
from workorders.usecases.history import command, tell, tell_order

DECISION_MAX = 500
"""Characters of a decision's reason."""
PENDING_PHOTOS = "evidence_pending"


def decide_exception(
    session: Session, case_id: int, *, accept: bool, words: str, now: datetime, actor: str
) -> ExceptionCase:
    """Decide an open case: accepted, what waits in it is carried out; rejected, it is not. The facts stay.

    The order leaves `exception` with its last blocking case: completed, or rejected when one was rejected.
    Raises Problem `not_found`, `bad_input` (no words), `case_decided`, and `decision_refused` when the
    records still refuse what is accepted; nothing is changed then.
    """
    words = checked_text(words, field="words", longest=DECISION_MAX)
    if not words:
        raise Problem("bad_input", field="words", reason="say why")
    return _decide(session, case_id, accept=accept, why=typed(words), now=now, actor=actor)


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
        _move(session, order, case, why, now=now, actor=actor)
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
        reason = str(refusal.orig).splitlines()[0]
        raise Problem("decision_refused", reason=f"The database said: {reason}.") from refusal
    except Problem as refusal:
        raise Problem("decision_refused", reason=refusal.words) from refusal


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
    tell(session, event.technician_id, "ack", event.id, now=now)


def _move(
    session: Session, order: Order, case: ExceptionCase, why: Message, *, now: datetime, actor: str
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
    rejected = any(is_blocking(other) for other in refused)
    how, kind = (Command.REJECT, "rejected") if rejected else (Command.ACCEPT, "accepted")
    command(session, order, how, kind, now=now, actor=actor, detail={"decision": why.as_json()})
    session.flush()
    tell_order(session, order, now=now)


def _open_cases(session: Session, condition: ColumnElement[bool]) -> list[ExceptionCase]:
    return list(session.scalars(select(ExceptionCase).where(condition, ExceptionCase.state == "open")))
