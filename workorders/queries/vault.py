"""What an office's vault holds, what is asked of it, and its counts. Cents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.ledger import balance
from workorders.tables import CashCount, CashOffice, PettyTransfer, VaultCount, VaultTransfer

STANDING = ("open", "counted")
"""States of a count during which nothing goes in or out."""
RECENT = 30
"""Transfers that a page lists."""


@dataclass(frozen=True, slots=True)
class VaultView:
    """A vault as its page shows it."""

    office: CashOffice
    cents: int
    asked: Sequence[VaultTransfer]
    recent: Sequence[VaultTransfer]
    count: VaultCount | None
    counts: Sequence[CashCount]
    """Of the count that stands."""


def vault_cents(session: Session, office: str) -> int:
    """What the books say the vault holds."""
    return balance(session, "VAULT", office)


def standing_count(session: Session, office: str, ledger: str = "VAULT") -> VaultCount | None:
    """The count that has begun and is not closed; `ledger`: VAULT, or PETTY for the box of petty cash."""
    wanted = select(VaultCount).where(
        VaultCount.state.in_(STANDING), VaultCount.office == office, VaultCount.ledger == ledger
    )
    return session.scalar(wanted.order_by(VaultCount.id.desc()).limit(1))


def vault_view(session: Session, office: CashOffice) -> VaultView:
    """The vault with what waits for a second person, and the latest transfers."""
    asked = (
        select(VaultTransfer)
        .where(VaultTransfer.state == "asked", VaultTransfer.office == office.code)
        .order_by(VaultTransfer.id)
        .limit(RECENT)
    )
    recent = (
        select(VaultTransfer)
        .where(VaultTransfer.office == office.code, VaultTransfer.state != "asked")
        .order_by(VaultTransfer.id.desc())
        .limit(RECENT)
    )
    count = standing_count(session, office.code)
    counts = select(CashCount).where(CashCount.subject == (count.id if count else "")).order_by(CashCount.id)
    return VaultView(
        office,
        vault_cents(session, office.code),
        session.scalars(asked).all(),
        session.scalars(recent).all(),
        count,
        session.scalars(counts).all() if count else (),
    )


def kept_out_of_bags(session: Session, subjects: Iterable[str]) -> dict[str, int]:
    """By turn-in or drawer, the cents of its cash that went into a vault or petty cash, not to the bank."""
    wanted = list(subjects)
    if not wanted:
        return {}
    moved: dict[str, int] = {}
    for transfer in (VaultTransfer, PettyTransfer):
        rows = session.execute(
            select(transfer.subject, func.sum(transfer.amount_cents))
            .where(transfer.subject.in_(wanted))
            .where(transfer.kind == "from_bag", transfer.state == "done")
            .group_by(transfer.subject)
        )
        for subject, cents in rows:
            if subject:
                moved[subject] = moved.get(subject, 0) + int(cents)
    return moved


def float_from_vault(session: Session, drawer_id: str) -> int:
    """Cents of a drawer's float that came out of a vault; 0 when none did."""
    wanted = select(VaultTransfer.amount_cents).where(
        VaultTransfer.subject == drawer_id, VaultTransfer.kind == "float", VaultTransfer.state == "done"
    )
    return session.scalar(wanted) or 0
