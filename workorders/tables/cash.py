"""The cash office: turn-ins, drawers, counts, signatures and deposits. All amounts are integer cents.

What a person counted, signed, explained or deposited is never changed: triggers on both engines refuse it.
A turn-in or drawer is changed until it is closed, and never after.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, Json, UtcDateTime


class TurnIn(Base):
    """A technician's receipts handed in together, counted by two people who both sign."""

    __tablename__ = "turn_in"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    """TI-000001: what people call it."""
    kind: Mapped[str] = mapped_column(Code)
    """turn_in | lost_tablet (custody of a revoked tablet; a supervisor signs, nothing may be there)."""
    technician_id: Mapped[str] = mapped_column(ForeignKey("technician.id"), index=True)
    device_id: Mapped[str | None] = mapped_column(String(40))
    """The one tablet whose receipts these are; None: all of the technician's."""
    state: Mapped[str] = mapped_column(Code, index=True)
    """open | counted (two counts agree, expected is shown) | signed | cancelled."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(80))
    expected_cents: Mapped[int] = mapped_column(BigInteger)
    """What its receipts say; shown to nobody before two counts agree."""
    counted_cents: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why it is over or short, or was cancelled."""
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    closed_by: Mapped[str | None] = mapped_column(String(80))


class TurnInReceipt(Base):
    """A receipt named in a turn-in; in one that stands it is only once."""

    __tablename__ = "turn_in_receipt"

    turn_in_id: Mapped[str] = mapped_column(ForeignKey("turn_in.id"), primary_key=True)
    receipt_number: Mapped[str] = mapped_column(ForeignKey("receipt.number"), primary_key=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    released: Mapped[bool] = mapped_column(default=False)
    """Its turn-in was cancelled: the receipt is in the technician's hands again."""

    __table_args__ = (
        Index(
            "uq_turn_in_receipt_standing",
            "receipt_number",
            unique=True,
            sqlite_where=text("released = 0"),
            postgresql_where=text("NOT released"),
        ),
        Index("ix_turn_in_receipt_receipt_number", "receipt_number"),
    )


class ReceiptInCustody(Base):
    """A receipt over money that a technician has: in no standing turn-in, and not taken back.

    Follows from receipts, turn-ins and reversals, and `curbstop verify-ledger` proves it; kept so that
    whoever asks what is held need not look at every receipt ever written.
    """

    __tablename__ = "receipt_in_custody"

    receipt_number: Mapped[str] = mapped_column(ForeignKey("receipt.number"), primary_key=True)


class WaitingBag(Base):
    """A signed turn-in or closed drawer that no deposit has taken to the bank; proved like custody."""

    __tablename__ = "waiting_bag"

    subject: Mapped[str] = mapped_column(String(20), primary_key=True)
    """The turn-in's or drawer's id."""


class CashCount(Base):
    """What one person counted, blind. A second one of the same person replaces the first, which is kept."""

    __tablename__ = "cash_count"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(20), index=True)
    """The turn-in's or drawer's id."""
    counted_by: Mapped[str] = mapped_column(String(80))
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cash: Mapped[dict[str, Any]] = mapped_column(Json)
    """Denomination in cents → pieces."""
    items: Mapped[dict[str, Any]] = mapped_column(Json)
    """Receipt number or payment id of a check → cents written on it; one that is not there is left out."""
    cash_cents: Mapped[int] = mapped_column(BigInteger)
    items_cents: Mapped[int] = mapped_column(BigInteger)


class CountSetAside(Base):
    """Counts of a kiosk or drop box that those who made them do not bring to an end: others count anew."""

    __tablename__ = "count_set_aside"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(20), index=True)
    """The kiosk's or drop box's drawer."""
    last_count_id: Mapped[int] = mapped_column(ForeignKey("cash_count.id"), index=True)
    """The counts of the subject up to this one."""
    reason: Mapped[str] = mapped_column(String(200))
    set_aside_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_aside_by: Mapped[str] = mapped_column(String(80))


class CashSignature(Base):
    """A person stands for what was counted."""

    __tablename__ = "cash_signature"

    subject: Mapped[str] = mapped_column(String(20), primary_key=True)
    signed_by: Mapped[str] = mapped_column(String(80), primary_key=True)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    as_supervisor: Mapped[bool]


class ReceiptExplanation(Base):
    """Why a number of a block has no receipt."""

    __tablename__ = "receipt_explanation"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    explained_at: Mapped[datetime] = mapped_column(UtcDateTime)
    explained_by: Mapped[str] = mapped_column(String(80))


class Drawer(Base):
    """One person's cash drawer of one day at an office, or what lies in a kiosk or drop box.

    A person's is opened with a float, counted blind and closed by somebody else; a kiosk or drop box is
    counted blind by two people.
    """

    __tablename__ = "drawer"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    """DR-000001; KI-000001 of a kiosk, DB-000001 of a drop box."""
    kind: Mapped[str] = mapped_column(Code, server_default="person")
    """person | kiosk | drop_box."""
    office: Mapped[str] = mapped_column(String(20), server_default="main")
    """The office's code."""
    owner: Mapped[str] = mapped_column(String(80))
    """The person's sign-in name; the code of the kiosk or drop box."""
    day: Mapped[date] = mapped_column(index=True)
    float_cents: Mapped[int] = mapped_column(BigInteger)
    """Change put in at opening and taken out at closing; never part of a deposit."""
    state: Mapped[str] = mapped_column(Code, index=True)
    """open | counted | closed."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expected_cents: Mapped[int | None] = mapped_column(BigInteger)
    """Float, payments and moves, as of the count."""
    counted_cents: Mapped[int | None] = mapped_column(BigInteger)
    """All that was counted, the float included."""
    reason: Mapped[str | None] = mapped_column(String(200))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    closed_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        Index(
            "uq_drawer_owner_day_office",
            "owner",
            "day",
            "office",
            unique=True,
            sqlite_where=text("kind = 'person'"),
            postgresql_where=text("kind = 'person'"),
        ),
        Index(
            "uq_drawer_open_point",
            "owner",
            unique=True,
            sqlite_where=text("kind <> 'person' AND state = 'open'"),
            postgresql_where=text("kind <> 'person' AND state = 'open'"),
        ),
        CheckConstraint("float_cents >= 0", name="float"),
    )


class DrawerTakenOver(Base):
    """A supervisor took an open drawer over whose owner does not come back to count it, and said why.

    Nothing goes in or out of it any more; two other people count it and close it.
    """

    __tablename__ = "drawer_taken_over"

    drawer_id: Mapped[str] = mapped_column(ForeignKey("drawer.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    taken_by: Mapped[str] = mapped_column(String(80))


class DrawerMove(Base):
    """Cash put into (positive) or taken out of (negative) an open drawer, with its reason."""

    __tablename__ = "drawer_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    drawer_id: Mapped[str] = mapped_column(ForeignKey("drawer.id"), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(200))
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (CheckConstraint("amount_cents <> 0", name="amount"),)


class DrawerPayment(Base):
    """A payment, posted or waiting for approval, whose cash or check lies in a drawer."""

    __tablename__ = "drawer_payment"

    payment_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    drawer_id: Mapped[str] = mapped_column(ForeignKey("drawer.id"), index=True)
    method: Mapped[str] = mapped_column(Code)
    """cash | check."""


class Deposit(Base):
    """Turn-ins and closed drawers taken to the bank with one slip."""

    __tablename__ = "deposit"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))
    cash_cents: Mapped[int] = mapped_column(BigInteger)
    items_cents: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint("cash_cents + items_cents > 0", name="amount"),)

    @property
    def amount_cents(self) -> int:
        """What the slip says."""
        return self.cash_cents + self.items_cents


class DepositItem(Base):
    """A turn-in or drawer in a deposit; it is in only one."""

    __tablename__ = "deposit_item"

    subject: Mapped[str] = mapped_column(String(20), primary_key=True)
    deposit_id: Mapped[str] = mapped_column(ForeignKey("deposit.id"), index=True)
    cash_cents: Mapped[int] = mapped_column(BigInteger)
    items_cents: Mapped[int] = mapped_column(BigInteger)


class DepositCorrection(Base):
    """The bank counted something else; the difference from the figure before is an entry of its own."""

    __tablename__ = "deposit_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    deposit_id: Mapped[str] = mapped_column(ForeignKey("deposit.id"), index=True)
    bank_cents: Mapped[int] = mapped_column(BigInteger)
    difference_cents: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(200))
    corrected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    corrected_by: Mapped[str] = mapped_column(String(80))
