"""Temporary meters of construction sites."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.tables.base import Base, UtcDateTime
from workorders.tables.customers import Account, Application, ServicePoint


class ConstructionMeter(Base):
    """A meter set for a time: who asked for it, where it stands, and until when.

    Its service point is its own; the agreement there has the reads and the orders that set and remove it.
    """

    __tablename__ = "construction_meter"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    """CM-000001: what people call it."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), unique=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), unique=True)
    place: Mapped[str] = mapped_column(String(200))
    """Where on the site, in words."""
    ends_on: Mapped[date] = mapped_column(index=True)
    """Its last day; the worker asks for the removal when it has come."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    extended_by: Mapped[str | None] = mapped_column(String(80))
    extended_reason: Mapped[str | None] = mapped_column(String(200))
    """Why it stays longer than was asked for at first; the newest reason."""

    account: Mapped[Account] = relationship()
    application: Mapped[Application] = relationship()
    service_point: Mapped[ServicePoint] = relationship()
