"""Office payments as pages, API and command line list them: posted, waiting, refused or taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from workorders.tables import Account, Payment, PaymentReversal, PendingPayment


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment and what became of it."""

    id: str
    account: str
    cents: int
    channel: str
    received_at: datetime
    recorded_by: str
    reference: str | None
    state: str
    """posted | pending | refused | taken_back."""
    reason: str | None
    """Why it was taken back or refused."""
    by: str | None
    """Who took it back or refused it."""


def list_payments(
    session: Session,
    *,
    state: str = "all",
    account: str | None = None,
    payment: str | None = None,
    limit: int = 100,
) -> Sequence[PaymentRow]:
    """Payments, newest first; `state` is one of a PaymentRow, or `all`."""
    rows: list[PaymentRow] = []
    for wanted, read in ((POSTED, _posted), (WAITING, _waiting)):
        states = wanted if state == "all" else wanted & {state}
        if states:
            rows += read(session, states, account, payment, limit)
    return sorted(rows, key=lambda row: (row.received_at, row.id), reverse=True)[:limit]


POSTED = frozenset({"posted", "taken_back"})
WAITING = frozenset({"pending", "refused"})


def _posted(
    session: Session, states: frozenset[str], account: str | None, payment: str | None, limit: int
) -> list[PaymentRow]:
    back = PaymentReversal
    query = (
        select(Payment, Account.number, back)
        .join(Account, Account.id == Payment.account_id)
        .outerjoin(back, back.source == literal("payment:") + Payment.id)
        .order_by(Payment.received_at.desc(), Payment.id.desc())
        .limit(limit)
    )
    if states != POSTED:
        query = query.where(back.id.is_not(None) if "taken_back" in states else back.id.is_(None))
    if account is not None:
        query = query.where(Account.number == account)
    if payment is not None:
        query = query.where(Payment.id == payment)
    return [_row(one, number, taken) for one, number, taken in session.execute(query)]


def _waiting(
    session: Session, states: frozenset[str], account: str | None, payment: str | None, limit: int
) -> list[PaymentRow]:
    query = (
        select(PendingPayment, Account.number)
        .join(Account, Account.id == PendingPayment.account_id)
        .where(PendingPayment.state.in_(sorted(states)))
        .order_by(PendingPayment.received_at.desc(), PendingPayment.id.desc())
        .limit(limit)
    )
    if account is not None:
        query = query.where(Account.number == account)
    if payment is not None:
        query = query.where(PendingPayment.id == payment)
    return [_row(one, number, None) for one, number in session.execute(query)]


def _row(one: Payment | PendingPayment, account: str, taken: PaymentReversal | None) -> PaymentRow:
    state, reason, by = "posted", None, None
    if isinstance(one, PendingPayment):
        state, reason, by = one.state, one.decision, one.decided_by
    elif taken is not None:
        state, reason, by = "taken_back", taken.reason, taken.recorded_by
    return PaymentRow(
        id=one.id,
        account=account,
        cents=one.amount_cents,
        channel=one.channel,
        received_at=one.received_at,
        recorded_by=one.recorded_by,
        reference=one.reference,
        state=state,
        reason=reason,
        by=by,
    )
