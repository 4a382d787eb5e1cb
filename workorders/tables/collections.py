"""Bills, batches of notices, and what was done to protections: what collections rest on."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, UtcDateTime


class Bill(Base):
    """What an account was billed for one class of service. Never changed; the ledger holds what it moved."""

    __tablename__ = "bill"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    service: Mapped[str] = mapped_column(Code)
    """Class: water | wastewater | electric | fibre | fees."""
    billed_on: Mapped[date]
    due_on: Mapped[date] = mapped_column(index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[str] = mapped_column(Code, unique=True)
    """The billing system's own number of the bill: the same bill is never taken in twice."""
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    """The entry that posted it; None: it lies within the account's opening balance."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (CheckConstraint("amount_cents > 0", name="amount"),)


class NoticeBatch(Base):
    """The notices of one run, printed together. They count from the day on which they were mailed."""

    __tablename__ = "notice_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    """The district's day that the run was for."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))
    mailed_on: Mapped[date | None]
    mailed_by: Mapped[str | None] = mapped_column(String(80))


class HoldEvent(Base):
    """One thing that a person did to a protection, with the reason: the audit of holds."""

    __tablename__ = "hold_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """added | extended | lifted."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(200))
    evidence: Mapped[str | None] = mapped_column(String(200))
    """Where what proves it is kept: a certificate's number, a case number, a letter's date."""
    ends_on: Mapped[date | None]
    """The last day of the protection after it."""
