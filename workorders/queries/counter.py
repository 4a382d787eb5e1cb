"""Receipts of the counter and batches, as their pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.problems import Problem
from workorders.tables import Account, CounterReceipt, PaymentReversal, PaymentTender, PendingPayment


@dataclass(frozen=True, slots=True)
class TenderLine:
    """A tender of a receipt and what became of its payment."""

    payment: str
    kind: str
    cents: int
    reference: str | None
    state: str
    """posted | pending | refused | taken_back."""


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt of the counter."""

    receipt: CounterReceipt
    account: Account
    tenders: tuple[TenderLine, ...]

    @property
    def is_void(self) -> bool:
        """Every payment of it was taken back."""
        return all(one.state == "taken_back" for one in self.tenders)


def find_receipt(session: Session, number: str) -> ReceiptView:
    """One receipt. Raises Problem `not_found`."""
    found = session.get(CounterReceipt, number)
    if found is None:
        raise Problem("not_found", what="receipt", key=number)
    return receipt_views(session, [found])[0]


def receipt_views(session: Session, receipts: Sequence[CounterReceipt]) -> list[ReceiptView]:
    """Receipts with their accounts and tenders, in the order given."""
    numbers = [one.number for one in receipts]
    accounts = select(Account).where(Account.id.in_({one.account_id for one in receipts}))
    known = {one.id: one for one in session.scalars(accounts.options(joinedload(Account.customer)))}
    back = "payment:" + PaymentTender.payment_id
    rows = session.execute(
        select(PaymentTender, PaymentReversal.id, PendingPayment.state)
        .outerjoin(PaymentReversal, PaymentReversal.source == back)
        .outerjoin(PendingPayment, PendingPayment.id == PaymentTender.payment_id)
        .where(PaymentTender.receipt_number.in_(numbers))
        .order_by(PaymentTender.payment_id)
    ).all()
    tenders: dict[str, list[TenderLine]] = {number: [] for number in numbers}
    for tender, reversal, pending in rows:
        waits = pending if pending in {"pending", "refused"} else "posted"
        state = "taken_back" if reversal is not None else waits
        tenders[tender.receipt_number].append(
            TenderLine(tender.payment_id, tender.kind, tender.amount_cents, tender.reference, state)
        )
    return [ReceiptView(one, known[one.account_id], tuple(tenders[one.number])) for one in receipts]


def receipts_of_batch(session: Session, batch_id: str, limit: int) -> list[ReceiptView]:
    """The receipts of a batch, newest first."""
    query = select(CounterReceipt).where(CounterReceipt.batch_id == batch_id)
    return receipt_views(
        session, session.scalars(query.order_by(CounterReceipt.number.desc()).limit(limit)).all()
    )


def recent_receipts(session: Session, limit: int) -> list[ReceiptView]:
    """The newest receipts of the counter."""
    query = select(CounterReceipt).order_by(CounterReceipt.issued_at.desc(), CounterReceipt.number.desc())
    return receipt_views(session, session.scalars(query.limit(limit)).all())
