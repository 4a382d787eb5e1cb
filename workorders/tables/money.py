"""Money: sealed journal entries in integer cents, receipts, payments, and balances that can be rebuilt.

A positive amount is a debit, a negative one a credit. Triggers on both engines refuse a seal that does
not balance and any change after it; an unsealed entry cannot be committed, because its foreign key to
the seal is checked at commit.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.messages.message import Message
from workorders.tables.base import Base, Code, Json, UtcDateTime
from workorders.tables.customers import Account


class JournalEntry(Base):
    """One balanced fact of money. `(source, purpose)` makes posting the same fact twice impossible."""

    __tablename__ = "journal_entry"

    # Said aloud because a column with a foreign key, the seal's, gets no sequence by itself.
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(80))
    """Field event, payment, import or correction that caused it."""
    purpose: Mapped[str] = mapped_column(Code)
    effective_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    order_number: Mapped[str | None] = mapped_column(String(20), index=True)
    code: Mapped[str] = mapped_column(Code)
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"), unique=True)

    postings: Mapped[list["Posting"]] = relationship(back_populates="entry")

    @property
    def message(self) -> Message:
        """Its line on the account."""
        return Message(self.code, self.params)

    __table_args__ = (
        ForeignKeyConstraint(
            ["id"],
            ["entry_seal.entry_id"],
            name="fk_journal_entry_seal",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        Index("uq_journal_entry_source", "source", "purpose", unique=True),
        Index("ix_journal_entry_recorded", "recorded_at"),
    )


class Posting(Base):
    """One line of an entry: a ledger account, its party, and signed cents."""

    __tablename__ = "posting"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), index=True)
    ledger: Mapped[str] = mapped_column(Code)
    """Ledger account code: AR, CASH-T, UNDEP, BANK, DEP, SVC, REV, PLANT, STOCK, SUSP, OS …"""
    party: Mapped[str] = mapped_column(String(40), default="")
    """Customer account number (AR, DEP), technician id (CASH-T), or empty."""
    amount_cents: Mapped[int] = mapped_column(BigInteger)

    entry: Mapped[JournalEntry] = relationship(back_populates="postings")

    __table_args__ = (
        CheckConstraint("amount_cents <> 0", name="amount"),
        Index("ix_posting_party", "ledger", "party"),
    )


class EntrySeal(Base):
    """Exists for every committed entry; inserting it is the act of sealing."""

    __tablename__ = "entry_seal"

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("journal_entry.id"), primary_key=True, autoincrement=False
    )
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LedgerBalance(Base):
    """The running sum of sealed postings per ledger and party, kept at sealing and provable at any time.

    Ledgers without a party (SVC, REV, UNDEP …) have no row: all writers would queue on it.
    """

    __tablename__ = "ledger_balance"

    ledger: Mapped[str] = mapped_column(Code, primary_key=True)
    party: Mapped[str] = mapped_column(String(40), primary_key=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)


class Receipt(Base):
    """A receipt handed out in the field, numbered from the device's block and chained by hash."""

    __tablename__ = "receipt"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The number on the slip. `<number>@<device>` where that lies in nobody's or somebody else's block, and
    `<number>~<counter>` where the office accepted a second receipt of one number."""
    device_id: Mapped[str] = mapped_column(String(40), index=True)
    technician_id: Mapped[str] = mapped_column(ForeignKey("technician.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    order_number: Mapped[str | None] = mapped_column(String(20), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(Code)
    """cash | check | card_slip | void (a number spoilt and explained; amount 0)."""
    check_number: Mapped[str | None] = mapped_column(String(40))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    chain_ok: Mapped[bool]
    """The hash follows from the one before; False is shown to the supervisor."""
    source: Mapped[str] = mapped_column(String(80), unique=True)


class ReceiptBlock(Base):
    """A span of receipt numbers given to a technician on a device; gaps inside it must be explained."""

    __tablename__ = "receipt_block"

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(String(40), index=True)
    technician_id: Mapped[str | None] = mapped_column(String(20))
    """Whose profile numbers from it; None where only the device is known (granted before this was kept)."""
    prefix: Mapped[str] = mapped_column(String(20), unique=True)
    first: Mapped[int]
    last: Mapped[int]
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accounted: Mapped[int | None]
    """Every number up to this one is used, void or explained, as of the last signature under a turn-in; None:
    nobody has looked yet."""


class Payment(Base):
    """A payment that reached the office: counter, mail, web or bank."""

    __tablename__ = "payment"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(Code)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))
    reference: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        Index("ix_payment_received", "received_at", "id"),
    )


class PendingPayment(Base):
    """A payment above the district's limit: recorded by one person, posted when a second one approves it.

    Approved, it becomes a Payment of the same id; refused, it stays here with the reason.
    """

    __tablename__ = "pending_payment"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(Code)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))
    reference: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(Code, default="pending", index=True)
    """pending | approved | refused."""
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decision: Mapped[str | None] = mapped_column(String(200))

    account: Mapped[Account] = relationship()

    __table_args__ = (CheckConstraint("amount_cents > 0", name="amount"),)


class PaymentReversal(Base):
    """A payment taken back, never deleted: voided on its own day, or returned by the bank later."""

    __tablename__ = "payment_reversal"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Given by whoever takes back, so that sending it twice does it once."""
    source: Mapped[str] = mapped_column(String(80), unique=True)
    """Source of the entries it reverses: `payment:<id>`, or the field event of a door receipt."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Code)
    """void | returned."""
    reason: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))
    reopened: Mapped[bool]
    """The account had been satisfied and is past due again: a cut needs new notices."""

    __table_args__ = (CheckConstraint("amount_cents > 0", name="amount"),)
