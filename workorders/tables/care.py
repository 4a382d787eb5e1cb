"""What the office notes about customers and does to their accounts: changes, notes, programs, adjustments."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.tables.base import Base, Code, Json, UtcDateTime
from workorders.tables.customers import Account


class RecordChange(Base):
    """A person changed what is known of a customer, premise, meter or read: what it was, is, and why."""

    __tablename__ = "record_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(40), index=True)
    """`customer:<id>`, `premise:<id>`, `meter:<id>` `construction:<number>`, or `read:<id>` or
    `register_read:<id>` of the read that took the place."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(200))
    """With what proves it: a marriage certificate, who called."""
    changes: Mapped[dict[str, Any]] = mapped_column(Json)
    """Column → [before, after]."""


class AccountNote(Base):
    """Something said by or to a customer, with the day on which somebody is to call back."""

    __tablename__ = "account_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(Code)
    """note | call_in | call_out | email | letter | visit."""
    words: Mapped[str] = mapped_column(Text)
    call_back_on: Mapped[date | None] = mapped_column(index=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[str | None] = mapped_column(String(80))
    outcome: Mapped[str | None] = mapped_column(String(200))
    """What became of the call back."""
    request_key: Mapped[str | None] = mapped_column(String(121))
    """Who asked, and the id that the caller gave: sent again it changes nothing."""

    account: Mapped[Account] = relationship()

    __table_args__ = (Index("uq_account_note_request_key", "request_key", unique=True),)


class Enrollment(Base):
    """A program or flag of an account for a span of days, with its evidence; billing is given it.

    What protects from a cut is a Hold and never here. `tax_exempt` of the account follows from these rows.
    """

    __tablename__ = "enrollment"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(Code, index=True)
    """One of workorders.policy.programs.PROGRAMS."""
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    """Its last day; None: until it is ended."""
    reason: Mapped[str] = mapped_column(String(200))
    evidence: Mapped[str | None] = mapped_column(String(200))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(80))
    end_reason: Mapped[str | None] = mapped_column(String(200))


class Adjustment(Base):
    """Money of an account moved without a payment; above a person's limit a second one decides."""

    __tablename__ = "adjustment"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Given by the form or caller, so that sending it twice does it once."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    to_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    """Of a transfer: who owes it from then on."""
    kind: Mapped[str] = mapped_column(Code)
    """credit | debit | transfer | write_off | refund | refund_paid."""
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(200))
    evidence: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(Code, index=True)
    """pending | posted | refused."""
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decision: Mapped[str | None] = mapped_column(String(200))

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    to_account: Mapped[Account | None] = relationship(foreign_keys=[to_account_id])

    __table_args__ = (CheckConstraint("amount_cents > 0", name="amount"),)
