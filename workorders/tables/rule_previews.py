"""What a change of rules would have done to last month, as an administrator asked and the worker found."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, Json, UtcDateTime


class RulePreview(Base):
    """One preview. It changes nothing and is dropped when newer ones come."""

    __tablename__ = "rule_preview"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    """The pack's code, or the note of the document."""
    rules: Mapped[list[Any]] = mapped_column(Json)
    """The changed rules, checked: kind, key and value of each."""
    state: Mapped[str] = mapped_column(Code, index=True)
    """waiting | running | ready | failed."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    first: Mapped[date]
    """First day of the month that is looked at."""
    last: Mapped[date]
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    found: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """How many accounts were looked at, and by measure: before, after, and the accounts that differ."""
