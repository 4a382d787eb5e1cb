"""Days and instants as people and programs write them, within years that calendars can reckon with.

A day is YYYY-MM-DD: 3/4 is March here and April there. An instant is ISO 8601 with its offset; without one
it is a wall-clock time of the district.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from workorders.problems import Problem, Reason

FIRST_DAY = date(1900, 1, 1)
"""Accounts and meters older than this are a slip of the pen or a spreadsheet's zero."""
LAST_DAY = date(2100, 12, 31)
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far two honest clocks may differ."""
FACT_AGE = timedelta(days=366)
"""The oldest a fact of the office can be when it is written down."""
PLANNED_AHEAD = timedelta(days=3 * 366)
"""The furthest that work is planned for."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"(?P<wall>[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)


def day_from_text(text: str, *, field: str) -> date:
    """“2026-03-05” as a day. Raises Problem `bad_input` naming `field` for anything else."""
    given = text.strip()
    try:
        day = date.fromisoformat(given) if _DAY.fullmatch(given) else None
    except ValueError:
        day = None
    if day is None:
        raise Problem("bad_input", field=field, reason="must be a day as YYYY-MM-DD")
    return checked_day(day, field=field)


def checked_day(day: date, *, field: str) -> date:
    """The day itself. Raises Problem `bad_input` naming `field` outside FIRST_DAY to LAST_DAY."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Problem(
            "bad_input",
            field=field,
            reason=Reason("must be from {first} to {last}", first=FIRST_DAY, last=LAST_DAY),
        )
    return day


def instant_from_text(text: str, *, field: str) -> datetime:
    """“2026-03-05T10:00:00-06:00” as an aware instant.

    Raises Problem `bad_input` naming `field` for anything else, a missing offset included.
    """
    instant = _instant(text, field)
    if instant.tzinfo is None:
        raise Problem("bad_input", field=field, reason="must say its offset, for example Z or -06:00")
    return instant


def wall_time_from_text(text: str, zone: tzinfo, *, field: str) -> datetime:
    """An instant whose offset may be left out: then it is read on the clocks of `zone`.

    An hour that a change to summer time leaves out is moved on by the same hour, as clocks are. Raises
    Problem `bad_input` naming `field`.
    """
    wall = _instant(text, field)
    if wall.tzinfo is not None:
        return wall
    aware = wall.replace(tzinfo=zone)
    there_and_back = aware.astimezone(UTC).astimezone(zone)
    return there_and_back if there_and_back.replace(tzinfo=None) != wall else aware


def checked_fact_time(at: datetime, *, now: datetime, field: str) -> datetime:
    """When something happened, held against the clock: not in the future, not older than FACT_AGE.

    Raises Problem `bad_input` naming `field`.
    """
    if at > now + CLOCK_TOLERANCE:
        raise Problem("bad_input", field=field, reason="it lies in the future")
    if at < now - FACT_AGE:
        raise Problem("bad_input", field=field, reason="it is more than a year ago")
    return at


def checked_planned_time(at: datetime, *, now: datetime, field: str) -> datetime:
    """When something is wanted: from a year ago to three years ahead. Raises Problem `bad_input`."""
    if at < now - FACT_AGE:
        raise Problem("bad_input", field=field, reason="it is more than a year ago")
    if at > now + PLANNED_AHEAD:
        raise Problem("bad_input", field=field, reason="it is more than three years ahead")
    return at


def _instant(text: str, field: str) -> datetime:
    given = text.strip()
    try:
        instant = datetime.fromisoformat(given) if _INSTANT.fullmatch(given) else None
    except ValueError:
        instant = None
    if instant is None:
        raise Problem("bad_input", field=field, reason="must be a time as YYYY-MM-DDTHH:MM")
    checked_day(instant.date(), field=field)
    return instant


def start_of_day(day: date, timezone: str) -> datetime:
    """The instant (UTC) at which a calendar day begins in an IANA time zone."""
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)
