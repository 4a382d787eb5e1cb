"""Pickups: orders that technicians ask for from the field."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.tables.base import Base, Code, UtcDateTime
from workorders.tables.customers import ServicePoint


class Pickup(Base):
    """Something a technician found or was asked for, what it asks for, and what became of it."""

    __tablename__ = "pickup"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(80), unique=True)
    """The field event that raised it."""
    technician_id: Mapped[str] = mapped_column(ForeignKey("technician.id"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """tampering | leak | wrong_meter | request."""
    type: Mapped[str] = mapped_column(Code)
    """Order type that it asks for."""
    urgent: Mapped[bool]
    words: Mapped[str] = mapped_column(Text)
    serial: Mapped[str | None] = mapped_column(String(40))
    """Seen on the meter there."""
    address: Mapped[str | None] = mapped_column(String(200))
    """As the technician typed it, where no order says the place."""
    found_on: Mapped[str | None] = mapped_column(String(20))
    """Number of the order on whose visit it was found."""
    service_point_id: Mapped[int | None] = mapped_column(ForeignKey("service_point.id"), index=True)
    """None: the office has yet to say where it is."""
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(Code)
    """waiting | raised | refused."""
    order_number: Mapped[str | None] = mapped_column(ForeignKey("work_order.number"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    """None, once decided: it dispatched itself by rule."""
    reason: Mapped[str | None] = mapped_column(String(200))

    service_point: Mapped[ServicePoint | None] = relationship()

    __table_args__ = (Index("ix_pickup_state", "state", "raised_at"),)
