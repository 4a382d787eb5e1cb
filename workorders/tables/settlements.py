"""Payments by web, telephone and card: they wait for their processor, which pays out in batches."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, UtcDateTime


class UnsettledPayment(Base):
    """A posted payment whose processor has not paid it out; proved like what waits for the bank."""

    __tablename__ = "unsettled_payment"

    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"), primary_key=True)


class Settlement(Base):
    """A batch that a processor paid out: its payments, less what it kept and what it took back."""

    __tablename__ = "settlement"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    """ST-000001. It goes to the bank in a deposit of its own."""
    processor: Mapped[str] = mapped_column(String(40))
    batch: Mapped[str] = mapped_column(String(80))
    """The processor's own name of the batch; each once."""
    settled_on: Mapped[date] = mapped_column(index=True)
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    chargeback_cents: Mapped[int] = mapped_column(BigInteger)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        Index("uq_settlement_batch", "processor", "batch", unique=True),
        CheckConstraint("fee_cents >= 0 AND chargeback_cents >= 0", name="parts"),
        CheckConstraint("gross_cents - fee_cents - chargeback_cents > 0", name="net"),
    )

    @property
    def net_cents(self) -> int:
        """What the processor pays into the bank."""
        return self.gross_cents - self.fee_cents - self.chargeback_cents


class SettledPayment(Base):
    """A payment that a settlement paid out; it is in only one."""

    __tablename__ = "settled_payment"

    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"), primary_key=True)
    settlement_id: Mapped[str] = mapped_column(ForeignKey("settlement.id"), index=True)


class SettlementChargeback(Base):
    """A payment that a processor took back out of a settlement, by the reversal of it."""

    __tablename__ = "settlement_chargeback"

    reversal_id: Mapped[str] = mapped_column(ForeignKey("payment_reversal.id"), primary_key=True)
    settlement_id: Mapped[str] = mapped_column(ForeignKey("settlement.id"), index=True)
