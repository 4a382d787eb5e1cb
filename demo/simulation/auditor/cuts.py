"""Cuts that were made: after their authority, after a cancel, or after the money, they are before a human."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo.simulation.auditor.finding import Violation
from demo.simulation.fleet import Fleet
from demo.simulation.witness import Witness
from workorders.tables import (
    Account,
    CutAuthority,
    ExceptionCase,
    FieldEvent,
    JournalEntry,
    Order,
    PaymentReversal,
    Posting,
)

CUT = "disconnect_np"


def cuts_out_of_time_are_seen(session: Session, _fleet: Fleet, _witness: Witness) -> Iterator[Violation]:
    """A cut made after its authority had ended, or after it was called off, is in front of somebody."""
    cases = set(session.scalars(select(ExceptionCase.source)))
    expires: dict[str, datetime] = {}
    for given in session.scalars(select(CutAuthority).order_by(CutAuthority.id)):
        expires[given.order_number] = given.expires_at
    for event, order in _made(session):
        if event.id in cases:
            continue
        until = expires.get(order.number)
        if until is not None and event.occurred_at > until:
            words = f"{order.number} was cut at {event.occurred_at:%d. %H:%M}, after its authority had ended"
            yield Violation("authority", event.id, words)
        if order.cancelled_at is not None and order.cancelled_at <= event.occurred_at:
            words = f"{order.number} was cut after it had been called off, and nobody is asked"
            yield Violation("authority", event.id, words)


def cuts_after_the_money_are_wrongful(
    session: Session, _fleet: Fleet, _witness: Witness
) -> Iterator[Violation]:
    """A cut of an account that owed nothing when it was made is no proper cut, whatever was heard first."""
    returned = set(session.scalars(select(PaymentReversal.account_id)))
    cases = set(session.scalars(select(ExceptionCase.source)))
    for event, order in _made(session):
        account = session.get(Account, order.account_id)
        if account is None or account.id in returned or order.outcome != "completed" or event.id in cases:
            continue
        owed = session.scalar(
            select(func.sum(Posting.amount_cents))
            .join(JournalEntry, JournalEntry.id == Posting.entry_id)
            .where(
                Posting.ledger == "AR",
                Posting.party == account.number,
                JournalEntry.effective_at < event.occurred_at,
            )
        )
        if (owed or 0) <= 0:
            words = f"{order.number} was cut when {account.number} owed nothing, and counts as a proper cut"
            yield Violation("wrongful", event.id, words)


def _made(session: Session) -> list[tuple[FieldEvent, Order]]:
    """Completions that report a cut, each with its order."""
    rows = session.execute(
        select(FieldEvent, Order)
        .join(Order, Order.number == FieldEvent.order_number)
        .where(FieldEvent.kind == "completed", Order.type == CUT)
        .order_by(FieldEvent.id)
    )
    return [(event, order) for event, order in rows if event.body["body"]["answers"].get("cut_made") is True]
