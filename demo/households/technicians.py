"""The demo district's technicians, their shifts, and the meters on their vans. Pure and seeded."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TECHNICIANS = 6
SHIFT_DAYS = range(-1, 14)
"""Days around the loading that have shifts."""
SHIFT_FROM, SHIFT_UNTIL = time(8), time(16, 30)
VAN = ("5/8",) * 9 + ("3/4",) * 3 + ("1",) * 2
"""Sizes of the meters on every van."""
STOCK = ("5/8",) * 30 + ("3/4",) * 8 + ("1",) * 5 + ("1 1/2",) * 2 + ("2",) * 2
"""Sizes of the meters on the warehouse shelf."""


@dataclass(frozen=True, slots=True)
class DemoTechnician:
    """A technician; `home` is longitude and latitude of an address of the town."""

    id: str
    name: str
    skills: tuple[str, ...]
    zone: str
    home: tuple[float, float]


@dataclass(frozen=True, slots=True)
class DemoMeter:
    """A spare meter: on a technician's van, or on the shelf (`van` None)."""

    serial: str
    size: str
    van: str | None


def make_technicians(
    zones: Sequence[str], homes: Sequence[tuple[float, float]], *, seed: int, count: int = TECHNICIANS
) -> list[DemoTechnician]:
    """Technicians spread over the zones; every second one may test meters."""
    rng = random.Random(f"crew {seed}")  # noqa: S311 - demo data must repeat
    return [
        DemoTechnician(
            id=f"t{number:02d}",
            name=f"Demo technician {number}",
            skills=("water", "meter_test") if number % 2 else ("water",),
            zone=zones[(number - 1) % len(zones)],
            home=rng.choice(homes),
        )
        for number in range(1, count + 1)
    ]


def make_spare_meters(technicians: Sequence[DemoTechnician], *, shelves: int = 1) -> list[DemoMeter]:
    """New meters on vans (CB9…) and on the shelf (CB8…), `shelves` times STOCK."""
    vans = [
        DemoMeter(f"CB9{place:02d}{number:03d}", size, technician.id)
        for place, technician in enumerate(technicians, start=1)
        for number, size in enumerate(VAN, start=1)
    ]
    stock = enumerate(STOCK * shelves, start=1)
    return vans + [DemoMeter(f"CB8{number:05d}", size, None) for number, size in stock]


def shift_span(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When work begins and ends on a day in the district."""
    return datetime.combine(day, SHIFT_FROM, zone), datetime.combine(day, SHIFT_UNTIL, zone)


def shift_days(today: date) -> list[date]:
    """The days that have shifts; Saturday and Sunday too, so that the demo works on any day."""
    return [today + timedelta(days=offset) for offset in SHIFT_DAYS]
