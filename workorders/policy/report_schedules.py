"""When a report that is sent regularly is due, on the district's clocks, and which days it is about. Pure."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Every = Literal["daily", "weekly", "monthly"]
EVERY: tuple[Every, ...] = ("daily", "weekly", "monthly")
FORMS = ("csv", "xlsx", "pdf")
PERIODS = ("previous", "page")
"""What days the report is about: those before it is sent, or those that its page begins with."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`hour` 0 to 23; `weekday` 0 is Monday; `month_day` 1 to 31, in shorter months their last day."""

    every: Every
    hour: int
    weekday: int = 0
    month_day: int = 1


def due_after(rhythm: Rhythm, at: datetime, timezone: str) -> datetime:
    """The first due time after `at`. An hour that summer time leaves out is the one after it."""
    day = at.astimezone(ZoneInfo(timezone)).date()
    while True:
        if _is_due_on(rhythm, day) and (due := _on(rhythm, day, timezone)) > at:
            return due
        day += timedelta(days=1)


def latest_due(rhythm: Rhythm, at: datetime, timezone: str) -> datetime:
    """The last due time that is not after `at`."""
    day = at.astimezone(ZoneInfo(timezone)).date()
    while True:
        if _is_due_on(rhythm, day) and (due := _on(rhythm, day, timezone)) <= at:
            return due
        day -= timedelta(days=1)


def days_before(every: Every, day: date) -> tuple[date, date]:
    """The whole day, seven days or calendar month before `day`: the first and the last day of it."""
    if every == "daily":
        return day - timedelta(days=1), day - timedelta(days=1)
    if every == "weekly":
        return day - timedelta(days=7), day - timedelta(days=1)
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _is_due_on(rhythm: Rhythm, day: date) -> bool:
    if rhythm.every == "weekly":
        return day.weekday() == rhythm.weekday
    if rhythm.every == "monthly":
        return day.day == min(rhythm.month_day, calendar.monthrange(day.year, day.month)[1])
    return True


def _on(rhythm: Rhythm, day: date, timezone: str) -> datetime:
    # Of an hour that comes twice in autumn the first one counts.
    return datetime.combine(day, time(rhythm.hour), ZoneInfo(timezone)).astimezone(UTC)
