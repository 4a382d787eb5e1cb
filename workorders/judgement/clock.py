"""When a field event happened, by a tablet's clock that may be wrong. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

TOLERANCE = timedelta(minutes=2)
"""A clock less wrong than this is not worth a word: it is what a phone network allows itself."""

_LARGEST_OFFSET_MS = 100 * 366 * 24 * 60 * 60 * 1000
"""A clock that was reset says 1970; what is further off is no measurement."""


@dataclass(frozen=True, slots=True)
class JudgedTime:
    """When it happened by the district's clock; `clock_ahead` or `clock_behind` of a tablet that is wrong."""

    at: datetime
    flags: tuple[str, ...] = ()


def judge_time(
    stated: datetime, offset_ms: Any, *, earliest: datetime | None, received_at: datetime
) -> JudgedTime:
    """The time of an event written at `stated` by the tablet's clock, between `earliest` and `received_at`.

    `offset_ms`: by how much its clock has to be moved to show the server's time, as it measured; anything
    but a whole number of milliseconds is no measurement. It keeps the distances between events, so it is used
    when it leads into the span in which the event must lie. One measured before somebody set the clock does
    not, and then the stated time is taken as it is, or the end of the span that it lies beyond.
    """
    offset = _offset(offset_ms)
    corrected = stated + offset
    first = earliest if earliest is not None else min(corrected, received_at)
    for time, shift in ((corrected, offset), (stated, timedelta(0))):
        if first - TOLERANCE <= time <= received_at + TOLERANCE:
            return JudgedTime(min(max(time, first), received_at), _flags(-shift))
    if corrected > received_at:
        return JudgedTime(received_at, _flags(stated - received_at) or ("clock_ahead",))
    return JudgedTime(min(first, received_at), _flags(stated - first) or ("clock_behind",))


def _offset(offset_ms: Any) -> timedelta:
    measured = isinstance(offset_ms, int) and not isinstance(offset_ms, bool)
    if not measured or abs(offset_ms) > _LARGEST_OFFSET_MS:
        return timedelta(0)
    return timedelta(milliseconds=offset_ms)


def _flags(ahead: timedelta) -> tuple[str, ...]:
    if abs(ahead) <= TOLERANCE:
        return ()
    return ("clock_ahead",) if ahead > timedelta(0) else ("clock_behind",)
