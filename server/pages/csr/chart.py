"""Usage between reads as bars of an SVG drawing: pure geometry, no I/O.

Bars stand for usage per day, because intervals between reads are not of one length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from workorders.facts import ReadFacts
from workorders.metering.registers import fits, usage

WIDTH, HEIGHT = 640, 150
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 10, 26
GAP = 0.25
"""Part of each bar's room that stays empty."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One interval between two reads of the same meter."""

    x: float
    y: float
    width: float
    height: float
    units: int
    """Used in the whole interval."""
    per_day: float
    since: datetime
    until: datetime
    estimated: bool
    """One of the two reads is an estimate."""
    label: bool
    """The axis names this bar's month: room is short, so not every one."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars and the lines of the value axis: (y, units per day)."""

    bars: tuple[Bar, ...]
    grid: tuple[tuple[float, float], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def usage_chart(reads: Sequence[ReadFacts], registers: Mapping[str, tuple[int, int]]) -> Chart | None:
    """The chart of usage between consecutive reads, oldest first; None when there is nothing to draw.

    `registers`: serial → (dials, multiplier). Reads of different meters have no usage between them.
    """
    intervals = [
        (earlier, later, usage(later.value, earlier.value, *registers[later.serial]), _days(earlier, later))
        for earlier, later in pairwise(reads)
        if earlier.serial == later.serial
        and later.serial in registers
        and all(fits(read.value, registers[later.serial][0]) for read in (earlier, later))
        and later.at > earlier.at
    ]
    if not intervals:
        return None
    top = nice_top(max(units / days for _, _, units, days in intervals))
    room = (WIDTH - LEFT - RIGHT) / len(intervals)
    tall = HEIGHT - TOP - BOTTOM
    every = -(-len(intervals) // 12)
    bars = []
    for place, (earlier, later, units, days) in enumerate(intervals):
        height = tall * units / days / top
        bars.append(
            Bar(
                x=round(LEFT + room * (place + GAP / 2), 1),
                y=round(TOP + tall - height, 1),
                width=round(room * (1 - GAP), 1),
                height=round(height, 1),
                units=units,
                per_day=units / days,
                since=earlier.at,
                until=later.at,
                estimated="estimated" in {earlier.kind, later.kind},
                label=(len(intervals) - 1 - place) % every == 0,
            )
        )
    grid = tuple((round(TOP + tall * (1 - part), 1), top * part) for part in (0, 0.5, 1))
    return Chart(tuple(bars), grid)


def nice_top(most: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 … that is not below `most`: a scale people can read."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor >= most:
                return float(step * factor)
        step *= 10


def _days(earlier: ReadFacts, later: ReadFacts) -> float:
    return (later.at - earlier.at) / timedelta(days=1)
