"""Twenty-four months of reads for a demo household, as its story goes. Pure and seeded."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import cos, pi
from typing import NamedTuple
from zoneinfo import ZoneInfo

from demo.households.households import Household

MONTHS = 24
DIALS = 6
REGISTER = 10**DIALS
CYCLE_DAYS = 20
"""Meters are read on the first twenty days of a month, so that a reader's month has slack."""


class DemoRead(NamedTuple):
    """One read; `units` are those used since the one before, None for the first."""

    at: datetime
    month: str
    value: int
    kind: str
    units: int | None
    flags: tuple[str, ...] = ()


class ReadDay(NamedTuple):
    """A day on which many households are read, and what is the same for all of them."""

    day: date
    month: str
    season: float
    """Use of that month by the mean month's: most in July, least in January."""
    morning: datetime


def make_reads(household: Household, *, seed: int, now: datetime, zone: ZoneInfo) -> list[DemoRead]:
    """The start read and 24 monthly ones before `now`, oldest first.

    A vacant or cut household has no use after its service went off. Values wrap at the register's end.
    """
    rng = random.Random(f"reads {seed} {household.number}")  # noqa: S311 - demo data must repeat
    today = _today(now, zone)
    days = _read_days(today, 1 + household.number * 7 % CYCLE_DAYS, zone)
    uses = _uses(household, days, rng)
    start, first = _start_and_first(household, uses, days[0].day, rng)
    # The reader comes at an hour that is the same for a house each month.
    hour = timedelta(minutes=household.number * 11 % 480)
    installed = _morning(household.installed_on, zone) + hour
    reads = [
        DemoRead(installed, "start", start, "start", None),
        DemoRead(days[0].morning + hour, days[0].month, first, "actual", None),
    ]
    reads.extend(_monthly(household, days, uses, first, hour))
    return reads


def _monthly(
    household: Household, days: Sequence[ReadDay], uses: Sequence[int], first: int, hour: timedelta
) -> Iterator[DemoRead]:
    """The reads after the first; an estimate stays below what was really used, so the next read is higher."""
    truth, shown, multiplier, last = first, first, household.multiplier, len(days)
    estimates = {last - 8, last - 2} if household.story == "estimated" else ()
    for place in range(1, last):
        truth += uses[place]
        kind, value = "actual", truth
        if place in estimates:
            kind, value = "estimated", shown + int((truth - shown) * 0.9)
        units = (value - shown) * multiplier
        flags = ("wrap",) if value // REGISTER > shown // REGISTER else _flags(household, place, last)
        shown, day = value, days[place]
        yield DemoRead(day.morning + hour, day.month, value % REGISTER, kind, units, flags)


def _flags(household: Household, place: int, count: int) -> tuple[str, ...]:
    if household.story == "leak" and place == count - 2:
        return ("high",)
    if household.story == "stuck" and place == count - 4:
        return ("low",)
    return ()


def _uses(household: Household, days: Sequence[ReadDay], rng: random.Random) -> list[int]:
    """Counts of the last dial in the month before each day, with the season, chance and the story."""
    mean, story = household.monthly_gallons, household.story
    gallons = [mean * one.season * rng.uniform(0.85, 1.15) for one in days]
    if story == "leak":
        gallons[MONTHS - 2 :] = [4 * use for use in gallons[MONTHS - 2 :]]
    if story == "stuck":
        gallons[MONTHS - 4 :] = [0] * 4
    if story in {"vacant", "cut"}:
        gallons[MONTHS - 1 :] = [0]
    return [int(use) // household.multiplier for use in gallons]


def _start_and_first(
    household: Household, uses: Sequence[int], day: date, rng: random.Random
) -> tuple[int, int]:
    """What the dials showed when the meter was installed, and at the first of the monthly reads.

    For a rollover they stand where the register ends some months before now.
    """
    months = (day - household.installed_on).days / 30.4
    before = int(months * household.monthly_gallons / household.multiplier)
    if household.story == "rollover":
        first = REGISTER - sum(uses[1 : rng.randint(MONTHS - 10, MONTHS - 3)])
        return max(0, first - before), first
    return 0, min(before, REGISTER - 1 - sum(uses[1:]))


@lru_cache(maxsize=4)
def _today(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


@lru_cache(maxsize=64)
def _read_days(today: date, cycle_day: int, zone: ZoneInfo) -> tuple[ReadDay, ...]:
    """The last 24 days of a cycle that lie before today, oldest first."""
    year, month = today.year, today.month
    days: list[ReadDay] = []
    while len(days) < MONTHS:
        day = date(year, month, cycle_day)
        if day < today:
            season = 1 - 0.3 * cos(2 * pi * (day.timetuple().tm_yday - 15) / 365)
            days.append(ReadDay(day, f"{day:%Y-%m}", season, _morning(day, zone)))
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return tuple(days[::-1])


@lru_cache(maxsize=50_000)
def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(8), zone).astimezone(UTC)
