"""Meters on their way between rooms, and the counts of a room."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.grammar.texts import CODE_MAX, LINE_MAX
from workorders.tables.base import Base, Code, UtcDateTime
from workorders.tables.metering import Meter


class MeterMove(Base):
    """A meter that went from one room to another, or whose record was corrected. Never changed.

    The first move of a meter says where it was before; one that never moved is where it was taken over.
    """

    __tablename__ = "meter_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """received | transferred | corrected | counted | installed | removed."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was carried, in the field (clamped) or in the warehouse."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    from_room: Mapped[str | None] = mapped_column(Code)
    """None: it came into the district."""
    from_van: Mapped[str | None] = mapped_column(String(20))
    to_room: Mapped[str] = mapped_column(Code)
    to_van: Mapped[str | None] = mapped_column(String(20))
    service_point_id: Mapped[int | None] = mapped_column(ForeignKey("service_point.id"), index=True)
    """Where it was installed or removed."""
    actor: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(LINE_MAX))
    source: Mapped[str | None] = mapped_column(String(80))
    """The field event, import or count that it comes from."""
    reference: Mapped[str | None] = mapped_column(String(60))
    """Of a receipt: the delivery note."""

    meter: Mapped[Meter] = relationship()


class StockCount(Base):
    """A blind count of one room. Counted first, then compared with the records, then explained."""

    __tablename__ = "stock_count"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(60))
    """Key of the room: `in_stock`, `in_van:t01`, `held`."""
    state: Mapped[str] = mapped_column(Code)
    """counting | explaining | closed."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(80))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When counting ended and the records were looked at."""
    finished_by: Mapped[str | None] = mapped_column(String(80))
    seen: Mapped[int | None]
    expected: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_stock_count_open",
            "place",
            unique=True,
            sqlite_where=text("closed_at is null"),
            postgresql_where=text("closed_at is null"),
        ),
    )


class StockCountSerial(Base):
    """A serial that somebody saw in the room that is counted."""

    __tablename__ = "stock_count_serial"

    id: Mapped[int] = mapped_column(primary_key=True)
    count_id: Mapped[int] = mapped_column(ForeignKey("stock_count.id"))
    serial: Mapped[str] = mapped_column(String(CODE_MAX))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (Index("uq_stock_count_serial", "count_id", "serial", unique=True),)


class StockDifference(Base):
    """A serial of which a count and the records said different things, and how it was explained."""

    __tablename__ = "stock_difference"

    id: Mapped[int] = mapped_column(primary_key=True)
    count_id: Mapped[int] = mapped_column(ForeignKey("stock_count.id"))
    serial: Mapped[str] = mapped_column(String(CODE_MAX))
    kind: Mapped[str] = mapped_column(Code)
    """missing | unexpected | unknown."""
    on_record: Mapped[str | None] = mapped_column(String(60))
    """Key of the place where the records had it then."""
    answer: Mapped[str | None] = mapped_column(Code)
    """kept (the records stay) | moved (they follow the count) | lost (retired)."""
    explanation: Mapped[str | None] = mapped_column(String(LINE_MAX))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (Index("uq_stock_difference", "count_id", "serial", unique=True),)
