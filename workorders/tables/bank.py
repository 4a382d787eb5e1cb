"""Bank statements: the lines that concern deposits, and what became of each. Amounts are integer cents.

What the bank said is never changed; a line is decided once, and never after.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, UtcDateTime


class BankStatement(Base):
    """A statement file that was taken in."""

    __tablename__ = "bank_statement"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    """BS-000001."""
    source: Mapped[str] = mapped_column(String(80), unique=True)
    """Names the file by its digest, so that the same bytes are taken in once."""
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_by: Mapped[str] = mapped_column(String(80))
    first_day: Mapped[date]
    last_day: Mapped[date] = mapped_column(index=True)
    """Days of its first and last line."""
    lines: Mapped[int]
    """All lines of the file."""
    new_lines: Mapped[int]
    """Lines about deposits that no earlier file had."""


class BankLine(Base):
    """One line about a deposit: a credit, a correction of the bank's, or an item that came back."""

    __tablename__ = "bank_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[str] = mapped_column(ForeignKey("bank_statement.id"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """Digest of what the line says, so that statements that overlap bring it once."""
    kind: Mapped[str] = mapped_column(Code)
    """deposit | correction | returned."""
    posted_on: Mapped[date] = mapped_column(index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    """What the bank credited (positive) or debited (negative)."""
    reference: Mapped[str | None] = mapped_column(String(80))
    """The customer's: the slip's number, or the number of the check."""
    bank_reference: Mapped[str | None] = mapped_column(String(80))
    bank_account: Mapped[str | None] = mapped_column(String(40))
    description: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(Code, index=True)
    """open (for a person) | to_correct (its deposit is known, the figure differs) | matched | corrected |
    returned | set_aside."""
    deposit_id: Mapped[str | None] = mapped_column(ForeignKey("deposit.id"), index=True)
    reason: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        CheckConstraint("amount_cents <> 0", name="amount"),
        Index(
            "uq_bank_line_deposit",
            "deposit_id",
            unique=True,
            sqlite_where=text("kind = 'deposit' AND deposit_id IS NOT NULL"),
            postgresql_where=text("kind = 'deposit' AND deposit_id IS NOT NULL"),
        ),
    )
