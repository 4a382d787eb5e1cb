"""What is sent by e-mail: letters with reports or receipts, and the reports that are sent regularly."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, Json, UtcDateTime


class ReportSchedule(Base):
    """A report that is sent at an hour of the district, daily, weekly or monthly, until somebody ends it."""

    __tablename__ = "report_schedule"

    id: Mapped[int] = mapped_column(primary_key=True)
    report: Mapped[str] = mapped_column(Code)
    filters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """As the report's page takes them, but for days: those follow from `period`."""
    sort: Mapped[str | None] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(Code)
    """csv | xlsx | pdf."""
    period: Mapped[str] = mapped_column(Code)
    """previous | page."""
    every: Mapped[str] = mapped_column(Code)
    """daily | weekly | monthly."""
    hour: Mapped[int]
    """0 to 23, on the district's clocks."""
    weekday: Mapped[int]
    """0 is Monday; counts where `every` is weekly."""
    month_day: Mapped[int]
    """1 to 31, at most the month's last; counts where `every` is monthly."""
    recipients: Mapped[list[str]] = mapped_column(Json, default=list)
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    """Whose rights it is run with."""
    next_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        CheckConstraint("hour BETWEEN 0 AND 23 AND weekday BETWEEN 0 AND 6", name="hour"),
        CheckConstraint("month_day BETWEEN 1 AND 31", name="month_day"),
        Index("ix_report_schedule_due", "ended_at", "next_due_at"),
    )


class OutgoingMail(Base):
    """A letter that becomes one file in the outgoing folder, and never a second one."""

    __tablename__ = "outgoing_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    # By letters and not by the rules of a language: those of one receipt are a span of the index.
    key: Mapped[str] = mapped_column(
        String(300).with_variant(String(300, collation="C"), "postgresql"), unique=True
    )
    """What it is for: `schedule:<id>:<due>`, `receipt:<number>:<address>`, `visit:<link>:<address>` or
    `on_the_way:<order>:<epoch>`; there is one for each."""
    kind: Mapped[str] = mapped_column(Code)
    """report | receipt | visit."""
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """report: schedule, due (ISO 8601); receipt: number; visit: link (its key), order."""
    recipients: Mapped[list[str]] = mapped_column(Json, default=list)
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(Code)
    """waiting: to be made; ready: made, and put into the folder in a moment; written; set_aside."""
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Code)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_name: Mapped[str | None] = mapped_column(String(80))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was written or set aside."""
    settled_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (Index("ix_outgoing_mail_state", "state", "id"),)
