"""An office's petty cash: what is in the box, which vouchers are not filled up yet, and what waits. Cents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.ledger import balance
from workorders.policy.petty_cash import PettyRules, account_titles, petty_rules, rules_of
from workorders.policy.rulebook import RuleBook
from workorders.queries.vault import standing_count
from workorders.tables import (
    CashCount,
    CashOffice,
    PettyFund,
    PettyTransfer,
    PettyTransferVoucher,
    PettyVoucher,
    VaultCount,
)

RECENT = 30
"""Vouchers and transfers that a page lists."""


@dataclass(frozen=True, slots=True)
class PettyView:
    """A fund as its page shows it."""

    office: CashOffice
    fund: PettyFund
    cash_cents: int
    """In the box, by the books."""
    rules: PettyRules
    titles: Mapping[str, str]
    """Of expense accounts, also of those that are listed no more."""
    asked: Sequence[PettyVoucher]
    """Vouchers that wait for a second person."""
    open: Sequence[PettyVoucher]
    """Paid, and not filled up yet."""
    recent: Sequence[PettyVoucher]
    transfer: PettyTransfer | None
    """That waits for a second person."""
    transfers: Sequence[PettyTransfer]
    count: VaultCount | None
    counts: Sequence[CashCount]

    @property
    def open_cents(self) -> int:
        """The sum of the vouchers that were not filled up yet."""
        return sum(one.amount_cents for one in self.open)

    @property
    def other_cents(self) -> int:
        """What float, cash and vouchers do not say: over or short since, or never filled."""
        return self.fund.float_cents - self.cash_cents - self.open_cents


def petty_funds(session: Session) -> Sequence[PettyFund]:
    """Every fund, by office: one at each."""
    return session.scalars(select(PettyFund).order_by(PettyFund.office)).all()


def petty_view(
    session: Session, office: CashOffice, fund: PettyFund, rules: RuleBook, day: date
) -> PettyView:
    """The fund with what waits for a second person and the latest vouchers; `rules` as of `day`."""
    count = standing_count(session, office.code, "PETTY")
    counts = select(CashCount).where(CashCount.subject == (count.id if count else "")).order_by(CashCount.id)
    vouchers = select(PettyVoucher).where(PettyVoucher.office == office.code)
    transfers = select(PettyTransfer).where(PettyTransfer.office == office.code)
    return PettyView(
        office,
        fund,
        balance(session, "PETTY", office.code),
        petty_rules(rules.in_force(day)),
        account_titles(rules),
        session.scalars(vouchers.where(PettyVoucher.state == "asked").order_by(PettyVoucher.id)).all(),
        open_vouchers(session, office.code),
        session.scalars(
            vouchers.where(PettyVoucher.state != "asked").order_by(PettyVoucher.id.desc()).limit(RECENT)
        ).all(),
        asked_transfer(session, office.code),
        session.scalars(
            transfers.where(PettyTransfer.state != "asked").order_by(PettyTransfer.id.desc()).limit(RECENT)
        ).all(),
        count,
        session.scalars(counts).all() if count else (),
    )


def open_vouchers(session: Session, office: str) -> Sequence[PettyVoucher]:
    """Vouchers that were paid and that no transfer has filled up, oldest first."""
    wanted = select(PettyVoucher).where(PettyVoucher.state == "paid", PettyVoucher.office == office)
    return session.scalars(wanted.order_by(PettyVoucher.id)).all()


def asked_transfer(session: Session, office: str) -> PettyTransfer | None:
    """The transfer that waits for a second person; at most one does."""
    wanted = select(PettyTransfer).where(PettyTransfer.state == "asked", PettyTransfer.office == office)
    return session.scalar(wanted.limit(1))


def transfer_of_voucher(session: Session, voucher_id: str) -> str | None:
    """The transfer that filled a voucher up, or is asked to."""
    wanted = (
        select(PettyTransfer.id)
        .join(PettyTransferVoucher, PettyTransferVoucher.transfer_id == PettyTransfer.id)
        .where(PettyTransferVoucher.voucher_id == voucher_id, PettyTransfer.state != "refused")
    )
    return session.scalar(wanted.limit(1))


@dataclass(frozen=True, slots=True)
class DatedPettyRules:
    """What was published of petty cash for a day on."""

    effective_from: date
    rule_set: int
    rules: PettyRules


def petty_rule_history(book: RuleBook) -> list[DatedPettyRules]:
    """Everything published of petty cash, the latest day first; of one day the newest rule set holds."""
    rows = [row for row in book.rules if (row.kind, row.key) == ("setting", "petty_cash")]
    rows.sort(key=lambda row: (row.effective_from, row.rule_set), reverse=True)
    return [
        DatedPettyRules(row.effective_from, row.rule_set, rules_of(row.value))
        for row in rows
        if isinstance(row.value, dict)
    ]
