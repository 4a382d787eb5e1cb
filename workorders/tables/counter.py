"""The counter: receipts handed out at the office, their tenders, and batches keyed with control totals."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, UtcDateTime


class PaymentBatch(Base):
    """Payments keyed one after the other from a pile, whose number and sum were added up beforehand."""

    __tablename__ = "payment_batch"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    """PB-000001: what people call it."""
    channel: Mapped[str] = mapped_column(Code)
    """counter | mail | drop_box | kiosk | phone."""
    point: Mapped[str | None] = mapped_column(String(20))
    """The code of the kiosk or drop box that the pile lies in; None: it lies with whoever keys it."""
    control_count: Mapped[int]
    control_cents: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(Code, index=True)
    """open | closed."""
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why it differs from its control totals."""
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (CheckConstraint("control_count > 0 AND control_cents > 0", name="control"),)


class CounterReceipt(Base):
    """A receipt of the office. Its number is taken with the payment, so that none is ever missing."""

    __tablename__ = "counter_receipt"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    """C-000001."""
    request_id: Mapped[str] = mapped_column(String(40), unique=True)
    """Given by the form, so that sending it twice takes the money once."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    tendered_cents: Mapped[int] = mapped_column(BigInteger)
    change_cents: Mapped[int] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(Code)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[str] = mapped_column(String(80))
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("payment_batch.id"), index=True)

    __table_args__ = (
        CheckConstraint("amount_cents > 0 AND change_cents >= 0", name="amount"),
        CheckConstraint("tendered_cents = amount_cents + change_cents", name="change"),
        Index("ix_counter_receipt_issued", "issued_at", "number"),
    )


class PaymentTender(Base):
    """By which means one payment of a counter receipt was made: each tender is a payment of its own."""

    __tablename__ = "payment_tender"

    payment_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    receipt_number: Mapped[str] = mapped_column(ForeignKey("counter_receipt.number"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """cash | check | money_order | card."""
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[str | None] = mapped_column(String(80))
    """Check or money order number, or the processor's token; never a card number."""
