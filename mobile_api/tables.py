"""What the server knows of tablets: devices, the technicians who work on them, and how they were let in."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.tables.base import Base, Json, UtcDateTime
from workorders.tables.money import ReceiptBlock
from workorders.tables.work import Technician


class Device(Base):
    """A tablet. Its id begins every event it writes, so an id is never given twice."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(String(8), primary_key=True)
    """Eight lowercase base32 characters."""
    name: Mapped[str] = mapped_column(String(80))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    revoked_by: Mapped[str | None] = mapped_column(String(80))
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Last request of any kind, to the minute: what "tablet last heard 11:42" is read from."""
    app_version: Mapped[str | None] = mapped_column(String(20))
    last_counter: Mapped[int] = mapped_column(Integer, default=0)
    """Highest event counter the tablet has reported; one restored from a backup continues above it."""

    profiles: Mapped[list["DeviceTechnician"]] = relationship(back_populates="device")

    __table_args__ = (CheckConstraint("length(id) = 8", name="id_length"),)


class DeviceTechnician(Base):
    """One technician's profile on a tablet: a key of its own, so a shared tablet has one per person."""

    __tablename__ = "device_technician"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    technician_id: Mapped[str] = mapped_column(ForeignKey("technician.id"), primary_key=True, index=True)
    public_jwk: Mapped[dict[str, Any]] = mapped_column(Json)
    """Public half of the P-256 key that never leaves the tablet (RFC 7517)."""
    thumbprint: Mapped[str] = mapped_column(String(43), unique=True)
    """RFC 7638 thumbprint of that key: one key belongs to one profile."""
    receipt_prefix: Mapped[str] = mapped_column(ForeignKey("receipt_block.prefix"), unique=True)
    """The block this profile takes receipt numbers from. One per profile, not per tablet: the chain of hashes
    then stays within one technician's feed and never waits for another's upload."""
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)

    device: Mapped[Device] = relationship(back_populates="profiles")
    technician: Mapped[Technician] = relationship()
    block: Mapped[ReceiptBlock] = relationship()


class EnrolmentCode(Base):
    """A one-time code that lets one technician onto one tablet; only its keyed hash is kept."""

    __tablename__ = "enrolment_code"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    technician_id: Mapped[str] = mapped_column(ForeignKey("technician.id"), index=True)
    issued_by: Mapped[str] = mapped_column(String(80))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"), index=True)
    """The tablet that used it: the same key asking again, after a lost answer, gets the same answer."""


class EnrolmentAttempt(Base):
    """A wrong enrolment code, kept for minutes so that guessing stops in every server process at once."""

    __tablename__ = "enrolment_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_enrolment_attempt_recent", "address", "at"),)


class UsedAssertion(Base):
    """The id of a sign-in assertion already accepted: the same one is refused until it is stale anyway."""

    __tablename__ = "used_assertion"

    jti: Mapped[str] = mapped_column(String(64), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
