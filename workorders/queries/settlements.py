"""Payments that wait for their processor, and what processors paid out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.tables import (
    Account,
    DepositItem,
    Payment,
    PaymentReversal,
    SettledPayment,
    Settlement,
    SettlementChargeback,
    UnsettledPayment,
)

SHOWN = 1_000
"""Payments that a page lists at most: more are settled by file."""


@dataclass(frozen=True, slots=True)
class ProcessedPayment:
    """A payment by web, telephone or card."""

    id: str
    account: str
    channel: str
    reference: str | None
    received_at: datetime
    cents: int


@dataclass(frozen=True, slots=True)
class SettlementView:
    """A settlement with its deposit, payments and chargebacks (by payment)."""

    settlement: Settlement
    deposit: str
    payments: Sequence[ProcessedPayment]
    chargebacks: Sequence[tuple[str, int]]


def unsettled(session: Session, *, limit: int = SHOWN) -> list[ProcessedPayment]:
    """Those that wait, the oldest first."""
    waiting = select(UnsettledPayment.payment_id)
    found = _payments(session, Payment.id.in_(waiting), limit=limit)
    # Sorted here: for the sake of the order SQLite would walk through all payments.
    return sorted(found, key=lambda one: (one.received_at, one.id))


def unsettled_totals(session: Session) -> tuple[int, int]:
    """How many wait, and their cents."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(Payment.amount_cents), 0)).where(
            Payment.id.in_(select(UnsettledPayment.payment_id))
        )
    ).one()
    return int(row[0]), int(row[1])


def recent_settlements(session: Session, limit: int) -> list[tuple[Settlement, str]]:
    """The newest settlements, each with its deposit."""
    query = (
        select(Settlement, DepositItem.deposit_id)
        .join(DepositItem, DepositItem.subject == Settlement.id)
        .order_by(Settlement.id.desc())
    )
    return [(one, deposit) for one, deposit in session.execute(query.limit(limit))]


def settlement_of(session: Session, processor: str, batch: str) -> Settlement | None:
    """The settlement of a processor's batch; None when it was not taken in."""
    return session.scalar(
        select(Settlement).where(Settlement.processor == processor, Settlement.batch == batch)
    )


def find_settlement(session: Session, settlement_id: str) -> SettlementView:
    """One settlement. Raises Problem `not_found`."""
    found = session.get(Settlement, settlement_id)
    deposit = session.scalar(select(DepositItem.deposit_id).where(DepositItem.subject == settlement_id))
    if found is None or deposit is None:
        raise Problem("not_found", what="settlement", key=settlement_id)
    settled = select(SettledPayment.payment_id).where(SettledPayment.settlement_id == settlement_id)
    back = (
        select(PaymentReversal.source, PaymentReversal.amount_cents)
        .join(SettlementChargeback, SettlementChargeback.reversal_id == PaymentReversal.id)
        .where(SettlementChargeback.settlement_id == settlement_id)
        .order_by(PaymentReversal.id)
    )
    payments = sorted(_payments(session, Payment.id.in_(settled), limit=None), key=lambda one: one.id)
    taken = [(source.removeprefix("payment:"), cents) for source, cents in session.execute(back)]
    return SettlementView(found, deposit, payments, taken)


def _payments(session: Session, which: ColumnElement[bool], *, limit: int | None) -> list[ProcessedPayment]:
    query = select(Payment, Account.number).join(Account, Account.id == Payment.account_id).where(which)
    return [
        ProcessedPayment(one.id, number, one.channel, one.reference, one.received_at, one.amount_cents)
        for one, number in session.execute(query.limit(limit))
    ]
