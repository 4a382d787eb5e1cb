"""Reading meters in bulk: routes, files of read systems, what validation found, and letters about meters."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.tables.base import Base, Code, Json, UtcDateTime
from workorders.tables.customers import Account, ServicePoint
from workorders.tables.metering import BackflowDevice, Meter, Read


class ReadingStop(Base):
    """The place of a service point on a reading route, as handheld files or an import name it."""

    __tablename__ = "reading_stop"

    service_point_id: Mapped[int] = mapped_column(
        ForeignKey("service_point.id"), primary_key=True, autoincrement=False
    )
    route: Mapped[str] = mapped_column(Code, index=True)
    sequence: Mapped[int] = mapped_column(default=0)
    """Order in which the meters of a route are walked."""


class ReadLayout(Base):
    """A named mapping of the columns of a read system's files."""

    __tablename__ = "read_layout"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    source: Mapped[str] = mapped_column(Code)
    """ami | handheld."""
    columns: Mapped[dict[str, str]] = mapped_column(Json)
    """Our column → the file's, as workorders.metering.read_layout names ours."""
    day_form: Mapped[str] = mapped_column(Code)
    """ymd | mdy | dmy: how the file writes days."""
    skip_codes: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """The file's skip code → ours."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(80))


class ReadFile(Base):
    """One file of a read system as it was taken in."""

    __tablename__ = "read_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    layout: Mapped[str] = mapped_column(ForeignKey("read_layout.name"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of its bytes: the same file is taken in once."""
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_by: Mapped[str] = mapped_column(String(80))
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    rows: Mapped[int]
    accepted: Mapped[int]
    """Reads that were written."""
    repeated: Mapped[int]
    """Rows whose read was there already, from this file or another."""
    skipped: Mapped[int]
    """Rows that name a skip code in place of a read."""
    faulty: Mapped[int]
    faults: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """The first of them: row, column, and the message as code and parameters."""
    gap_days: Mapped[list[str]] = mapped_column(Json, default=list)
    """Days between its first and last for which no meter has a read."""
    absent: Mapped[int] = mapped_column(default=0)
    """Meters that belong in it by route or radio and have no row."""


class MeterSkip(Base):
    """A meter reader passed a meter without reading it."""

    __tablename__ = "meter_skip"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"), index=True)
    skipped_on: Mapped[date] = mapped_column(index=True)
    code: Mapped[str] = mapped_column(Code)
    """As `SKIP_CODES` of the special read names them."""
    file_id: Mapped[int] = mapped_column(ForeignKey("read_file.id"), index=True)

    __table_args__ = (Index("uq_meter_skip", "service_point_id", "skipped_on", unique=True),)


class ReadFinding(Base):
    """What validation has against a read, or against there being none; a person decides it."""

    __tablename__ = "read_finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"), index=True)
    read_id: Mapped[int | None] = mapped_column(ForeignKey("read.id"), index=True)
    """None: the read is missing."""
    file_id: Mapped[int | None] = mapped_column(ForeignKey("read_file.id"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """high | low | zero | use_while_off | stopped | reversed | missing."""
    found_on: Mapped[date] = mapped_column(index=True)
    """Day of the read, or the day for which one is missing."""
    usage: Mapped[int | None]
    """Units since the read that it was held against."""
    low: Mapped[int | None]
    high: Mapped[int | None]
    """Units that history would have expected."""
    days: Mapped[int | None]
    """Days over which `usage` was used."""
    state: Mapped[str] = mapped_column(Code)
    """open | accepted | ordered | estimated | read_came."""
    order_number: Mapped[str | None] = mapped_column(ForeignKey("work_order.number"), index=True)
    """The reread or special read that was raised."""
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(200))

    service_point: Mapped[ServicePoint] = relationship()
    meter: Mapped[Meter] = relationship()
    read: Mapped[Read | None] = relationship()

    __table_args__ = (
        Index("uq_read_finding", "service_point_id", "kind", "found_on", unique=True),
        Index("ix_read_finding_state", "state", "kind"),
    )


class CourtesyCall(Base):
    """Somebody called a customer about unusually high usage, before the bill says it."""

    __tablename__ = "courtesy_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("read_finding.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(Code)
    """reached | message_left | no_answer | wrong_number."""
    words: Mapped[str] = mapped_column(String(200))


class LetterBatch(Base):
    """Letters about meters that were printed together."""

    __tablename__ = "letter_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Code)
    """access | backflow_test."""
    day: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))
    mailed_on: Mapped[date | None]
    mailed_by: Mapped[str | None] = mapped_column(String(80))


class ServiceLetter(Base):
    """One letter about a meter that cannot be reached, or an assembly that is to be tested."""

    __tablename__ = "service_letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("letter_batch.id"), index=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    """Who answered for the service point; None: it went to the occupant."""
    backflow_device_id: Mapped[int | None] = mapped_column(ForeignKey("backflow_device.id"), index=True)
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    """What the customer reads, as it was printed."""

    batch: Mapped[LetterBatch] = relationship()
    service_point: Mapped[ServicePoint] = relationship()
    account: Mapped[Account | None] = relationship()


class BackflowTest(Base):
    """A test of a backflow assembly, as the certified tester reported it."""

    __tablename__ = "backflow_test"

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("backflow_device.id"), index=True)
    tested_on: Mapped[date]
    passed: Mapped[bool]
    tester: Mapped[str] = mapped_column(String(120))
    certificate: Mapped[str] = mapped_column(String(60))
    """Number of the tester's certificate or of the report."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))

    device: Mapped[BackflowDevice] = relationship()

    __table_args__ = (Index("uq_backflow_test", "device_id", "tested_on", unique=True),)
