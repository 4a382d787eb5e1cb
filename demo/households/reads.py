"""Twenty-four months of reads for a demo household, told by its story. Pure and seeded."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import cos, pi
from zoneinfo import ZoneInfo

from demo.households.households import Household

MONTHS = 24
DIALS = 6
REGISTER = 10**DIALS
CYCLE_DAYS = 20
"""Meters are read on the first twenty days of a month, so that a reader's month has slack."""


@dataclass(frozen=True, slots=True)
class DemoRead:
    """One read; `units` are those used since the one before, None for the first."""

    at: datetime
    month: str
    value: int
    kind: str
    units: int | None
    flags: tuple[str, ...] = ()


def make_reads(household: Household, *, seed: int, now: datetime, zone: ZoneInfo) -> list[DemoRead]:
    """The start read and 24 monthly ones before `now`, oldest first.

    A vacant or cut household has no use after its service went off. Values wrap at the register's end.
    """
    rng = random.Random(f"reads {seed} {household.number}")  # noqa: S311 - demo data must repeat
    days = _read_days(now.astimezone(zone).date(), 1 + household.number * 7 % CYCLE_DAYS)
    uses = [_use(household, day, place, rng) // household.multiplier for place, day in enumerate(days)]
    start, first = _start_and_first(household, uses, days[0], rng)
    reads = [
        DemoRead(_at(household.installed_on, household, zone), "start", start, "start", None),
        DemoRead(_at(days[0], household, zone), f"{days[0]:%Y-%m}", first, "actual", None),
    ]
    reads.extend(_monthly(household, days, uses, first, zone))
    return reads


def _monthly(
    household: Household, days: list[date], uses: list[int], first: int, zone: ZoneInfo
) -> Iterator[DemoRead]:
    """The reads after the first; an estimate stays below what was really used, so the next read is higher."""
    truth, shown = first, first
    for place in range(1, len(days)):
        truth += uses[place]
        kind, value = "actual", truth
        if household.story == "estimated" and place in {len(days) - 8, len(days) - 2}:
            kind, value = "estimated", shown + int((truth - shown) * 0.9)
        units = (value - shown) * household.multiplier
        flags = ("wrap",) if value // REGISTER > shown // REGISTER else _flags(household, place, len(days))
        shown = value
        day = days[place]
        yield DemoRead(_at(day, household, zone), f"{day:%Y-%m}", value % REGISTER, kind, units, flags)


def _flags(household: Household, place: int, count: int) -> tuple[str, ...]:
    if household.story == "leak" and place == count - 2:
        return ("high",)
    if household.story == "stuck" and place == count - 4:
        return ("low",)
    return ()


def _use(household: Household, day: date, place: int, rng: random.Random) -> int:
    """Gallons in the month before `day`: most in July, least in January, with chance and the story."""
    season = 1 - 0.3 * cos(2 * pi * (day.timetuple().tm_yday - 15) / 365)
    gallons = household.monthly_gallons * season * rng.uniform(0.85, 1.15)
    if household.story == "leak" and place >= MONTHS - 2:
        gallons *= 4
    if household.story == "stuck" and place >= MONTHS - 4:
        gallons = 0
    if household.story in {"vacant", "cut"} and place >= MONTHS - 1:
        gallons = 0
    return int(gallons)


def _start_and_first(household: Household, uses: list[int], day: date, rng: random.Random) -> tuple[int, int]:
    """What the dials showed when the meter was installed, and at the first of the monthly reads.

    For a rollover they stand where the register ends some months before now.
    """
    months = (day - household.installed_on).days / 30.4
    before = int(months * household.monthly_gallons / household.multiplier)
    if household.story == "rollover":
        first = REGISTER - sum(uses[1 : rng.randint(MONTHS - 10, MONTHS - 3)])
        return max(0, first - before), first
    return 0, min(before, REGISTER - 1 - sum(uses[1:]))


@lru_cache(maxsize=64)
def _read_days(today: date, cycle_day: int) -> list[date]:
    """The last 24 days of a cycle that lie before today, oldest first."""
    year, month = today.year, today.month
    days: list[date] = []
    while len(days) < MONTHS:
        day = date(year, month, cycle_day)
        if day < today:
            days.append(day)
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return days[::-1]


@lru_cache(maxsize=50_000)
def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(8), zone).astimezone(UTC)


def _at(day: date, household: Household, zone: ZoneInfo) -> datetime:
    """An hour of the reader's day, the same for a house each month."""
    return _morning(day, zone) + timedelta(minutes=household.number * 11 % 480)
