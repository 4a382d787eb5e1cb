"""Meter side: devices, where they are installed, what they read, and what the service point's state was."""

from datetime import date, datetime
from typing import Any

import shapely
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.tables.base import Base, Code, Json, UtcDateTime, geo
from workorders.tables.customers import ServicePoint


class Meter(Base):
    """A meter by serial number, with the figures of its register."""

    __tablename__ = "meter"

    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(String(40), unique=True)
    make: Mapped[str] = mapped_column(String(60))
    service: Mapped[str] = mapped_column(Code, default="water")
    size: Mapped[str] = mapped_column(String(20))
    dials: Mapped[int]
    multiplier: Mapped[int] = mapped_column(default=1)
    unit: Mapped[str] = mapped_column(String(20), default="gal")
    endpoint: Mapped[str | None] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(Code, default="in_stock")
    """The room it is in (`metering.rooms`): in_stock | in_van | installed | held (test bench) | retired."""
    registers: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")
    """Registers besides the main one (`metering.register_definitions`)."""
    remote_switch: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The head-end can turn it on and off, and read it."""
    van_technician_id: Mapped[str | None] = mapped_column(ForeignKey("technician.id"), index=True)

    __table_args__ = (
        CheckConstraint("dials between 3 and 9", name="dials"),
        CheckConstraint("multiplier >= 1", name="multiplier"),
        CheckConstraint("(status = 'in_van') = (van_technician_id is not null)", name="van"),
        # Rooms are counted without those at service points, which are nearly all.
        Index(
            "ix_meter_room",
            "status",
            "van_technician_id",
            "service",
            "size",
            "serial",
            sqlite_where=text("status <> 'installed'"),
            postgresql_where=text("status <> 'installed'"),
        ),
    )


class Installation(Base):
    """One meter at one service point over a span of time; `removed_at` None: it is there now."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"), index=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    installed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    start_read: Mapped[int]
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    final_read: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(80))
    """The field event or import that recorded it."""

    meter: Mapped[Meter] = relationship()
    service_point: Mapped[ServicePoint] = relationship()

    __table_args__ = (
        Index(
            "uq_installation_meter_open",
            "meter_id",
            unique=True,
            sqlite_where=text("removed_at is null"),
            postgresql_where=text("removed_at is null"),
        ),
        Index(
            "uq_installation_service_point_open",
            "service_point_id",
            unique=True,
            sqlite_where=text("removed_at is null"),
            postgresql_where=text("removed_at is null"),
        ),
    )


class Read(Base):
    """What the dials showed. Never edited: a later read supersedes an earlier one by pointing at it."""

    __tablename__ = "read"

    id: Mapped[int] = mapped_column(primary_key=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    value: Mapped[int]
    kind: Mapped[str] = mapped_column(Code)
    """start | actual | estimated | special | final."""
    source: Mapped[str] = mapped_column(String(80))
    """Field event, import or bill cycle; with meter and kind it is unique."""
    order_number: Mapped[str | None] = mapped_column(String(20))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("read.id"), index=True)
    billed: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[list[str]] = mapped_column(Json, default=list)
    """Codes from the high/low and rollover checks."""

    meter: Mapped[Meter] = relationship()

    __table_args__ = (
        Index("ix_read_meter_taken", "meter_id", "taken_at"),
        Index(
            "ix_read_order_number",
            "order_number",
            sqlite_where=text("order_number is not null"),
            postgresql_where=text("order_number is not null"),
        ),
        Index("uq_read_source", "source", "meter_id", "kind", unique=True),
    )


class RegisterRead(Base):
    """What a register besides the main one showed, always together with a read of the meter. Never edited."""

    __tablename__ = "register_read"

    id: Mapped[int] = mapped_column(primary_key=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    register: Mapped[str] = mapped_column(Code)
    """Code of one of the meter's registers."""
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    value: Mapped[int]
    kind: Mapped[str] = mapped_column(Code)
    """As of `Read`."""
    source: Mapped[str] = mapped_column(String(80))
    order_number: Mapped[str | None] = mapped_column(String(20), index=True)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("register_read.id"), index=True)
    flags: Mapped[list[str]] = mapped_column(Json, default=list)

    meter: Mapped[Meter] = relationship()

    __table_args__ = (
        Index("ix_register_read_meter", "meter_id", "register", "taken_at"),
        Index("uq_register_read_source", "source", "meter_id", "register", "kind", unique=True),
    )


class ServicePointEvent(Base):
    """What became of a service point, when, and by which fact. The service point's state is its latest."""

    __tablename__ = "service_point_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    state: Mapped[str] = mapped_column(Code)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was done in the field (clamped), not when it was heard of."""
    source: Mapped[str] = mapped_column(String(80))
    order_number: Mapped[str | None] = mapped_column(String(20))

    __table_args__ = (
        Index("uq_service_point_event_source", "source", "service_point_id", "state", unique=True),
    )


class MeterTest(Base):
    """A finished meter test: volumes per flow and the verdict of the profile in force."""

    __tablename__ = "meter_test"

    id: Mapped[int] = mapped_column(primary_key=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"), index=True)
    order_number: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(80), unique=True)
    tested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    standard: Mapped[str] = mapped_column(String(60))
    flows: Mapped[list[dict[str, object]]] = mapped_column(Json)
    """Per flow: gpm, as_found and as_left meter and standard volumes."""
    accuracy_percent: Mapped[float]
    """Weighted registration of the meter as found, in percent of the true volume."""
    verdict: Mapped[str] = mapped_column(Code)
    """pass | fast | slow."""


class BackflowDevice(Base):
    """An assembly that keeps a customer's water from flowing back into the mains."""

    __tablename__ = "backflow_device"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    serial: Mapped[str] = mapped_column(String(40))
    """As it is stamped; makers use the same numbers, so it is unique within its service point only."""
    kind: Mapped[str] = mapped_column(Code)
    """rp | dc | pvb | svb | avb | air_gap."""
    size: Mapped[str] = mapped_column(String(20))
    """Inches, as `1 1/2`."""
    make: Mapped[str | None] = mapped_column(String(60))
    place: Mapped[str | None] = mapped_column(String(200))
    """Where it is, in words."""
    position: Mapped[shapely.Point | None] = mapped_column(geo("POINT"))
    located_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When somebody last stood before it."""
    source: Mapped[str] = mapped_column(String(80))
    """The field event that recorded it."""
    test_due_on: Mapped[date] = mapped_column(index=True)
    """Day by which it is to be tested next."""

    __table_args__ = (Index("uq_backflow_device", "service_point_id", "serial", unique=True),)
