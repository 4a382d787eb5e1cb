"""What can be deposited, what a deposit holds, and what became of each day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.queries.people import technician_names
from workorders.queries.vault import kept_out_of_bags
from workorders.tables import (
    Account,
    CashCount,
    Deposit,
    DepositCorrection,
    DepositItem,
    Drawer,
    Payment,
    Receipt,
    Settlement,
    TurnIn,
    VaultTransfer,
    WaitingBag,
)

Closed = TurnIn | Drawer | Settlement | VaultTransfer


@dataclass(frozen=True, slots=True)
class Bag:
    """What goes to the bank: a signed turn-in, a closed drawer, cash out of a vault, a processor's batch."""

    subject: str
    whose: str
    """The technician's, owner's, office's or processor's name as the records have it."""
    kind: Literal["drawer", "kiosk", "drop_box", "turn_in", "vault", "settlement"]
    closed_at: datetime | None
    cash_cents: int
    """Without a drawer's float and what went into a vault or petty cash; below zero when part of the float
    is missing."""
    items_cents: int
    items: tuple[tuple[str, int], ...]
    """(what the bank sees: check number or payment, cents) of each check."""

    @property
    def is_drawer(self) -> bool:
        """It is somebody's drawer."""
        return self.kind == "drawer"

    @property
    def cents(self) -> int:
        """All of it."""
        return self.cash_cents + self.items_cents


def waiting_bags(session: Session) -> list[Bag]:
    """What is counted and signed and in no deposit yet, oldest first."""
    waiting = select(WaitingBag.subject)
    turn_ins = session.scalars(select(TurnIn).where(TurnIn.id.in_(waiting))).all()
    drawers = session.scalars(select(Drawer).where(Drawer.id.in_(waiting))).all()
    # Sorted here: for the sake of the order SQLite would walk through all there ever were.
    transfers = session.scalars(select(VaultTransfer).where(VaultTransfer.id.in_(waiting))).all()
    by_id: list[Closed] = [
        *sorted(turn_ins, key=lambda one: one.id),
        *sorted(drawers, key=lambda one: one.id),
        *sorted(transfers, key=lambda one: one.id),
    ]
    return bags_of(session, by_id)


def closed_named(session: Session, subjects: Sequence[str]) -> list[Closed]:
    """Signed turn-ins, closed drawers and settlements by their ids, in that order.

    Raises Problem `not_found`.
    """
    turn_ins = select(TurnIn).where(TurnIn.id.in_(subjects), TurnIn.state == "signed")
    drawers = select(Drawer).where(Drawer.id.in_(subjects), Drawer.state == "closed")
    batches = select(Settlement).where(Settlement.id.in_(subjects))
    found: dict[str, Closed] = {one.id: one for one in session.scalars(turn_ins)}
    found |= {one.id: one for one in session.scalars(drawers)}
    found |= {one.id: one for one in session.scalars(batches)}
    transfers = select(VaultTransfer).where(
        VaultTransfer.id.in_(subjects), VaultTransfer.kind == "to_bank", VaultTransfer.state == "done"
    )
    found |= {one.id: one for one in session.scalars(transfers)}
    for subject in subjects:
        if subject not in found:
            raise Problem("not_found", what="closed turn-in or drawer", key=subject)
    return [found[subject] for subject in subjects]


def bags_of(session: Session, closed: Sequence[Closed]) -> list[Bag]:
    """The bags of signed turn-ins, closed drawers and settlements."""
    counts = select(CashCount).where(CashCount.subject.in_([one.id for one in closed]))
    last = {one.subject: one for one in session.scalars(counts.order_by(CashCount.id))}
    handed_in = [one for one in closed if isinstance(one, TurnIn)]
    names = technician_names(session) if handed_in else {}
    named = sorted({number for one in handed_in for number in last[one.id].items})
    receipts = select(Receipt.number, Receipt.check_number).where(Receipt.number.in_(named))
    checks = dict(session.execute(receipts).all()) if named else {}
    paid = [key for one in closed if isinstance(one, Drawer) for key in last[one.id].items]
    numbers = _check_numbers(session, sorted(paid))
    moved = kept_out_of_bags(session, last)

    def bag(one: Closed) -> Bag:
        if isinstance(one, Settlement):
            return _settlement_bag(one)
        if isinstance(one, VaultTransfer):
            return Bag(one.id, one.office, "vault", one.decided_at, one.amount_cents, 0, ())
        if isinstance(one, Drawer):
            made = _drawer_bag(one, last[one.id], numbers)
        else:
            whose = names.get(one.technician_id, one.technician_id)
            made = _turn_in_bag(one, last[one.id], whose, checks)
        return replace(made, cash_cents=made.cash_cents - moved.get(one.id, 0))

    return [bag(one) for one in closed]


def _check_numbers(session: Session, payments: Sequence[str]) -> dict[str, str]:
    """By payment, the check's number as it was keyed with the account that paid by it."""
    if not payments:
        return {}
    wanted = (
        select(Payment.id, Payment.reference, Account.number)
        .join(Account, Account.id == Payment.account_id)
        .where(Payment.id.in_(payments), Payment.reference.is_not(None))
    )
    return {key: f"{number} · {account}" for key, number, account in session.execute(wanted)}


def _drawer_bag(drawer: Drawer, count: CashCount, numbers: Mapping[str, str]) -> Bag:
    """Each check by its number and account, by its payment's id where nobody keyed a number."""
    cash = count.cash_cents - drawer.float_cents
    items = tuple((numbers.get(key, key), cents) for key, cents in _plain(count))
    kind: Any = "drawer" if drawer.kind == "person" else drawer.kind
    return Bag(drawer.id, drawer.owner, kind, drawer.closed_at, cash, count.items_cents, items)


def _turn_in_bag(turn_in: TurnIn, count: CashCount, whose: str, checks: Mapping[str, str | None]) -> Bag:
    """Each check by its receipt, with its own number where the technician wrote that down."""
    items = tuple(
        (f"{key} · {checks[key]}" if checks.get(key) else key, cents) for key, cents in _plain(count)
    )
    return Bag(turn_in.id, whose, "turn_in", turn_in.closed_at, count.cash_cents, count.items_cents, items)


def _settlement_bag(made: Settlement) -> Bag:
    """What the processor pays in, by its own name of the batch."""
    items = ((f"{made.processor} · {made.batch}", made.net_cents),)
    return Bag(made.id, made.processor, "settlement", made.made_at, 0, made.net_cents, items)


def _plain(count: CashCount) -> tuple[tuple[str, int], ...]:
    return tuple((key, int(cents)) for key, cents in sorted(count.items.items()))


@dataclass(frozen=True, slots=True)
class DepositView:
    """A deposit with what is in it and what the bank made of it."""

    deposit: Deposit
    bags: tuple[Bag, ...]
    corrections: Sequence[DepositCorrection]

    @property
    def bank_cents(self) -> int:
        """What the bank has credited as far as anybody knows."""
        return self.corrections[-1].bank_cents if self.corrections else self.deposit.amount_cents


def find_deposit(session: Session, deposit_id: str) -> DepositView:
    """One deposit. Raises Problem `not_found`."""
    deposit = session.get(Deposit, deposit_id)
    if deposit is None:
        raise Problem("not_found", what="deposit", key=deposit_id)
    subjects = session.scalars(
        select(DepositItem.subject).where(DepositItem.deposit_id == deposit_id).order_by(DepositItem.subject)
    ).all()
    bags = bags_of(session, closed_named(session, subjects))
    return DepositView(deposit, tuple(bags), corrections_of(session, deposit_id))


def corrections_of(session: Session, deposit_id: str) -> Sequence[DepositCorrection]:
    """Corrections in the order they were made."""
    return session.scalars(
        select(DepositCorrection)
        .where(DepositCorrection.deposit_id == deposit_id)
        .order_by(DepositCorrection.id)
    ).all()


def undeposited_cents(session: Session) -> int:
    """Cents of everything that is counted and waits for a deposit."""
    return sum(bag.cents for bag in waiting_bags(session))


def recent_deposits(session: Session, limit: int) -> list[tuple[Deposit, int]]:
    """The newest deposits with the bank's figure less the slip's."""
    found = session.scalars(select(Deposit).order_by(Deposit.id.desc()).limit(limit)).all()
    sums = (
        select(DepositCorrection.deposit_id, func.sum(DepositCorrection.difference_cents))
        .where(DepositCorrection.deposit_id.in_([one.id for one in found]))
        .group_by(DepositCorrection.deposit_id)
    )
    changed: dict[str, Any] = dict(session.execute(sums).all())
    return [(one, int(changed.get(one.id, 0))) for one in found]
