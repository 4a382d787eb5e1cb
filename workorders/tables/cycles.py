"""Billing cycles: who is read, billed and followed up together, and the days of a year for it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.tables.base import Base, Code, UtcDateTime


class BillingCycle(Base):
    """Premises that are read and billed on the same days."""

    __tablename__ = "billing_cycle"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Code, unique=True)


class CyclePremise(Base):
    """The cycle that a premise belongs to, and through its agreements the accounts served there."""

    __tablename__ = "cycle_premise"

    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"), primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("billing_cycle.id"), index=True)


class CyclePeriod(Base):
    """One billing of a cycle: the days of reading, billing and payment."""

    __tablename__ = "cycle_period"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("billing_cycle.id"), index=True)
    year: Mapped[int]
    number: Mapped[int]
    """Counts a year's billings from 1."""
    read_on: Mapped[date]
    bill_on: Mapped[date]
    due_on: Mapped[date] = mapped_column(index=True)

    cycle: Mapped[BillingCycle] = relationship()
    steps: Mapped[list["CycleStep"]] = relationship(order_by="CycleStep.on_day", cascade="all, delete-orphan")

    __table_args__ = (Index("uq_cycle_period", "cycle_id", "year", "number", unique=True),)


class CycleStep(Base):
    """What follows when a period's bills stay unpaid, with its day, and whether it was done."""

    __tablename__ = "cycle_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("cycle_period.id"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """past_due | second_past_due | late_fee | final | door_tag | cut."""
    on_day: Mapped[date]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[str | None] = mapped_column(String(80))
    done_note: Mapped[str | None] = mapped_column(String(200))
    """In the words of who closed it by hand; None: it was done by a run, a mailing or raised cuts."""

    __table_args__ = (
        Index("uq_cycle_step", "period_id", "kind", unique=True),
        Index("ix_cycle_step_open", "done_at", "on_day"),
    )
