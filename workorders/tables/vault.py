"""The vault of an office: what goes in and out of it by two people, and its counts. Integer cents."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, UtcDateTime


class VaultTransfer(Base):
    """Cash into or out of a vault: one person asks, another hands it over, and only then is it posted."""

    __tablename__ = "vault_transfer"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    """VT-000001."""
    office: Mapped[str] = mapped_column(ForeignKey("cash_office.code"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """from_bank (change) | float (opens the asker's drawer) | from_bag (a bag's cash) | to_bank (a bag)."""
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str | None] = mapped_column(String(20), index=True)
    """from_bag: the turn-in or drawer whose cash it is; float: the drawer that it opened."""
    state: Mapped[str] = mapped_column(Code)
    """asked | done | refused."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    decided_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("state = 'asked' OR decided_by IS NOT NULL", name="decided"),
        CheckConstraint("state <> 'done' OR decided_by <> asked_by", name="two_people"),
        Index("ix_vault_transfer_state", "state", "office"),
    )


class VaultCount(Base):
    """A vault or petty cash box counted blind by two people; while it stands open nothing goes in or out."""

    __tablename__ = "vault_count"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    """VC-000001; PC-000001 of a petty cash box."""
    office: Mapped[str] = mapped_column(ForeignKey("cash_office.code"), index=True)
    ledger: Mapped[str] = mapped_column(String(20), server_default="VAULT")
    """VAULT | PETTY: what of the office is counted."""
    state: Mapped[str] = mapped_column(Code)
    """open | counted (two counts agree) | closed | set_aside."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(80))
    expected_cents: Mapped[int | None] = mapped_column(BigInteger)
    """What the books say, as of when two counts agreed."""
    counted_cents: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(200))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    closed_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (Index("ix_vault_count_state", "state", "office"),)
