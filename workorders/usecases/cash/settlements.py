"""A processor's batch: its payments leave UNDEP for the bank, less its fee and what it took back.

The batch is a deposit of its own over what arrives at the bank, so that the bank's line finds it and its
difference is corrected like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.money import AMOUNT_MAX_CENTS
from workorders.grammar.texts import checked_line
from workorders.ledger import post
from workorders.messages.message import Message
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.pieces import pieces
from workorders.queries.settlements import settlement_of
from workorders.tables import Payment, SettledPayment, Settlement, SettlementChargeback
from workorders.usecases.cash.deposits import make_deposit
from workorders.usecases.cash.take_payment_back import take_payment_back
from workorders.usecases.cash.unsettled import await_no_more
from workorders.usecases.history import count as next_value

PROCESSOR_MAX, BATCH_MAX = 40, 80


@dataclass(frozen=True, slots=True)
class Batch:
    """What a processor says it paid out. `payments` and `chargebacks` are ids of payments."""

    processor: str
    batch: str
    settled_on: date
    payments: Sequence[str]
    chargebacks: Sequence[str] = ()
    fee_cents: int = 0


def settle(session: Session, wanted: Batch, *, now: datetime, actor: str) -> Settlement:
    """Take a processor's batch in; the same batch again changes nothing.

    A chargeback is taken back from its account as a returned payment, with the fee and ban of that. Raises
    Problem `bad_input` naming the field, `not_found`, `settlement_conflict` for a batch that is on record
    with other figures, `not_awaited` for a payment that does not wait, and what `take_payment_back` refuses.
    """
    processor = checked_line(wanted.processor, field="processor", longest=PROCESSOR_MAX)
    batch = checked_line(wanted.batch, field="batch", longest=BATCH_MAX)
    for name, value in (("processor", processor), ("batch", batch)):
        if not value:
            raise Problem("bad_input", field=name, reason="it is needed")
    if wanted.settled_on > district_of(session).day_of(now) + timedelta(days=1):
        raise Problem("bad_input", field="settled_on", reason="the day has not come yet")
    # Taken first: batches are taken in one after the other, so that a payment is in only one.
    number = next_value(session, "settlement")
    gross, back = _sum(session, wanted.payments), _sum(session, wanted.chargebacks)
    known = settlement_of(session, processor, batch)
    figures = (gross, back, wanted.fee_cents)
    if known is not None:
        if (known.gross_cents, known.chargeback_cents, known.fee_cents) != figures:
            raise Problem("settlement_conflict", batch=batch)
        return known
    if not 0 <= wanted.fee_cents <= AMOUNT_MAX_CENTS or gross - back - wanted.fee_cents <= 0:
        raise Problem(
            "bad_input",
            field="payments",
            reason="the batch pays nothing out; record its chargebacks as returned payments",
        )
    made = Settlement(
        id=f"ST-{number:06d}",
        processor=processor,
        batch=batch,
        settled_on=wanted.settled_on,
        gross_cents=gross,
        chargeback_cents=back,
        fee_cents=wanted.fee_cents,
        made_at=now,
        made_by=actor[:80],
    )
    session.add(made)
    session.flush()
    _pay_out(session, made, wanted.payments)
    _take_back(session, made, wanted.chargebacks, now=now, actor=actor)
    _charge(session, made, now=now)
    make_deposit(session, [made.id], now=now, actor=actor)
    return made


def _sum(session: Session, payments: Sequence[str]) -> int:
    if len(set(payments)) != len(payments):
        raise Problem("bad_input", field="payments", reason="a payment is named twice")
    found: dict[str, int] = {}
    for piece in pieces(payments):
        some = Payment.id.in_(piece)
        rows = session.execute(select(Payment.id, Payment.amount_cents).where(some))
        found |= {row.id: row.amount_cents for row in rows}
    for one in payments:
        if one not in found:
            raise Problem("not_found", what="payment", key=one)
    return sum(found.values())


def _pay_out(session: Session, made: Settlement, payments: Sequence[str]) -> None:
    waited = await_no_more(session, payments)
    for one in payments:
        if one not in waited:
            raise Problem("not_awaited", payment=one)
    session.add_all(SettledPayment(payment_id=one, settlement_id=made.id) for one in payments)
    session.flush()


def _take_back(
    session: Session, made: Settlement, chargebacks: Sequence[str], *, now: datetime, actor: str
) -> None:
    """Out of the batch itself: the money never reaches the bank."""
    rows = session.execute(select(Payment.id, Payment.account_id).where(Payment.id.in_(chargebacks)))
    # Accounts are locked by ascending id.
    for place, (payment, _account) in enumerate(sorted(rows, key=lambda row: (row[1], row[0])), 1):
        if session.get(SettledPayment, payment) is None:
            raise Problem("not_awaited", payment=payment)
        row = take_payment_back(
            session,
            f"{made.id}-chargeback-{place}",
            kind="returned",
            reason=f"{made.processor} {made.batch}",
            now=now,
            actor=actor,
            payment=payment,
            netted=True,
        )
        session.add(SettlementChargeback(reversal_id=row.id, settlement_id=made.id))
    session.flush()


def _charge(session: Session, made: Settlement, *, now: datetime) -> None:
    if made.fee_cents:
        post(
            session,
            source=f"settlement:{made.id}",
            purpose="processor_fee",
            message=Message.of("entry.processor_fee", settlement=made.id),
            lines=[("PFEE", "UNDEP", made.fee_cents)],
            parties={},
            effective_at=now,
            now=now,
        )
