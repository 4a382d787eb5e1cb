"""Whose hands field money is in, receipt by receipt, and where a counted payment lies now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.queries.lookups import lock_technician
from workorders.tables import (
    Account,
    CashCount,
    CountSetAside,
    DepositItem,
    Drawer,
    DrawerPayment,
    Receipt,
    ReceiptInCustody,
    SettledPayment,
    TurnIn,
    TurnInReceipt,
)

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Before any day of a cash office: what was closed later was closed, which an index of such days answers."""
COUNTING = ("open", "counted")
"""States of a turn-in whose receipts are on the table and not yet signed for."""


@dataclass(frozen=True, slots=True)
class HeldReceipt:
    """A receipt whose money a technician still has."""

    number: str
    technician: str
    device: str
    account: str
    method: str
    check_number: str | None
    cents: int
    taken_at: datetime
    chain_ok: bool


@dataclass(frozen=True, slots=True)
class CashOut:
    """What technicians hold together: cents by method (cash, check), and since when the oldest."""

    cents: Mapping[str, int]
    oldest_at: datetime | None


def cash_out(session: Session) -> CashOut:
    """Money of receipts in custody, summed up; both methods are always there."""
    found = session.execute(
        select(Receipt.method, func.sum(Receipt.amount_cents), func.min(Receipt.taken_at))
        .where(Receipt.number.in_(select(ReceiptInCustody.receipt_number)))
        .group_by(Receipt.method)
    ).all()
    cents = {"cash": 0, "check": 0} | {method: int(held) for method, held, _ in found}
    return CashOut(cents, min((oldest for *_, oldest in found), default=None))


def receipts_in_custody(
    session: Session, technician: str | None = None, device: str | None = None
) -> list[HeldReceipt]:
    """Receipts over money that is in no standing turn-in and was not taken back, oldest first."""
    held = (
        select(Receipt, Account.number)
        .join(Account, Account.id == Receipt.account_id)
        .where(Receipt.number.in_(select(ReceiptInCustody.receipt_number)))
    )
    if technician is not None:
        held = held.where(Receipt.technician_id == technician)
    if device is not None:
        held = held.where(Receipt.device_id == device)
    found = [
        HeldReceipt(
            receipt.number,
            receipt.technician_id,
            receipt.device_id,
            account,
            receipt.method,
            receipt.check_number,
            receipt.amount_cents,
            receipt.taken_at,
            receipt.chain_ok,
        )
        for receipt, account in session.execute(held)
    ]
    # Sorted here: for the sake of the order SQLite would walk through every receipt.
    return sorted(found, key=lambda one: (one.technician, one.device, one.number))


def being_counted(session: Session) -> set[str]:
    """Technicians whose receipts lie on the table: what they hold is shown to nobody meanwhile."""
    return set(session.scalars(select(TurnIn.technician_id).where(TurnIn.state == "open").distinct()))


def named_receipts(session: Session, turn_in_id: str) -> Sequence[Receipt]:
    """The receipts of a turn-in, by number."""
    return session.scalars(
        select(Receipt)
        .join(TurnInReceipt, TurnInReceipt.receipt_number == Receipt.number)
        .where(TurnInReceipt.turn_in_id == turn_in_id)
        .order_by(Receipt.number)
    ).all()


def counts_of(session: Session, subject: str) -> Sequence[CashCount]:
    """Every count of a turn-in or drawer that was not set aside, in the order they were made."""
    aside = select(func.coalesce(func.max(CountSetAside.last_count_id), 0))
    after = aside.where(CountSetAside.subject == subject).scalar_subquery()
    counts = select(CashCount).where(CashCount.subject == subject, CashCount.id > after)
    return session.scalars(counts.order_by(CashCount.id)).all()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the money of a payment lies once somebody has counted it."""

    subject: str
    """The turn-in, drawer or processor's batch."""
    deposit: str | None
    """The deposit that took it to the bank."""


def place_of(session: Session, *, receipt: Receipt | None = None, payment: str | None = None) -> Place | None:
    """Where a receipt or an office payment was counted; None: a technician holds it, or no count knows it.

    Locks the technician or the drawer, so that the answer holds until the transaction ends.
    """
    if receipt is not None:
        lock_technician(session, receipt.technician_id)
        subject = session.scalar(
            select(TurnInReceipt.turn_in_id).where(
                TurnInReceipt.receipt_number == receipt.number, TurnInReceipt.released.is_(False)
            )
        )
    else:
        drawer = session.scalar(
            select(Drawer)
            .join(DrawerPayment, DrawerPayment.drawer_id == Drawer.id)
            .where(DrawerPayment.payment_id == payment)
            .with_for_update(of=Drawer, key_share=True)
            .execution_options(populate_existing=True)
        )
        subject = drawer.id if drawer is not None and drawer.state != "open" else None
        if drawer is None:
            settled = select(SettledPayment.settlement_id).where(SettledPayment.payment_id == payment)
            subject = session.scalar(settled)
    if subject is None:
        return None
    deposit = session.scalar(select(DepositItem.deposit_id).where(DepositItem.subject == subject))
    return Place(subject, deposit)
