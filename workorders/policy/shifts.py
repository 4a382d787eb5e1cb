"""Which days a run of shifts falls on, and the instants at which each begins and ends. Pure."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WORKING_WEEK = (0, 1, 2, 3, 4)
"""Monday to Friday."""
LONGEST_DAYS = 400
"""A year and a month: more is a slipped year."""
LONGEST_SHIFT = timedelta(hours=16)
BREAK_MAX_MINUTES = 180


def days_of(first: date, last: date, weekdays: Collection[int]) -> list[date]:
    """The days from `first` to `last` that fall on `weekdays` (0 Monday … 6 Sunday)."""
    every = (first + timedelta(days=after) for after in range((last - first).days + 1))
    return [day for day in every if day.weekday() in weekdays]


def span_of(day: date, starts: time, ends: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants of a shift: an end that is not after its begin is on the next day."""
    last = day if ends > starts else day + timedelta(days=1)
    return datetime.combine(day, starts, zone), datetime.combine(last, ends, zone)


def overlapping(
    span: tuple[datetime, datetime], taken: Collection[tuple[datetime, datetime]]
) -> tuple[datetime, datetime] | None:
    """The first of `taken` that shares time with `span`; None when none does."""
    begin, end = span
    return next((one for one in taken if one[0] < end and begin < one[1]), None)
