"""What an office's vault holds, what is asked of it, and its counts. Cents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.ledger import balance
from workorders.tables import CashCount, CashOffice, VaultCount, VaultTransfer

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


def standing_count(session: Session, office: str) -> VaultCount | None:
    """The count that has begun and is not closed."""
    wanted = select(VaultCount).where(VaultCount.state.in_(STANDING), VaultCount.office == office)
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


def moved_to_vault(session: Session, subjects: Iterable[str]) -> dict[str, int]:
    """By turn-in or drawer, the cents of its cash that went into a vault instead of to the bank."""
    wanted = list(subjects)
    if not wanted:
        return {}
    rows = session.execute(
        select(VaultTransfer.subject, func.sum(VaultTransfer.amount_cents))
        .where(VaultTransfer.subject.in_(wanted))
        .where(VaultTransfer.kind == "from_bag", VaultTransfer.state == "done")
        .group_by(VaultTransfer.subject)
    )
    return {subject: int(cents) for subject, cents in rows if subject}


def float_from_vault(session: Session, drawer_id: str) -> int:
    """Cents of a drawer's float that came out of a vault; 0 when none did."""
    wanted = select(VaultTransfer.amount_cents).where(
        VaultTransfer.subject == drawer_id, VaultTransfer.kind == "float", VaultTransfer.state == "done"
    )
    return session.scalar(wanted) or 0
