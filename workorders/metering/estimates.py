"""A read that nobody took: what the dials probably show, and by which method. Pure.

The two methods are those that state utility codes commonly name: the same season of the year before, and the
average of the customer's history. The read keeps its method as a flag.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workorders.facts import MeterFacts, ReadFacts
from workorders.metering.registers import daily_rate, fits, previous_read, register_size, usage

YEAR = timedelta(days=365)
SEASON_SLACK = timedelta(days=20)
"""How far the reads of a year ago may lie from the days asked for."""
METHODS = {"season": "estimated_by_season", "average": "estimated_by_average"}
"""Method → flag of the read."""


@dataclass(frozen=True, slots=True)
class EstimatedRead:
    """What the dials probably show, and how that was found out; `units` since `previous`."""

    value: int
    units: int
    method: str
    previous: ReadFacts

    @property
    def flag(self) -> str:
        """As the read keeps its method."""
        return METHODS[self.method]


def estimate_read(
    reads: Sequence[ReadFacts], meters: Mapping[str, MeterFacts], meter: MeterFacts, at: datetime
) -> EstimatedRead | None:
    """By the same season a year ago where it was measured, else by the average of the last year.

    None without a read to go on from, or without one interval of measured usage.
    """
    previous = previous_read(reads, meter.serial, at)
    if previous is None or not fits(previous.value, meter.dials):
        return None
    days = (at - previous.at) / timedelta(days=1)
    method, rate = "season", _season_rate(reads, meter, previous.at - YEAR, at - YEAR)
    if rate is None:
        known = daily_rate([one for one in reads if one.at < at], meters)
        method, rate = "average", known[0] if known is not None else None
    if rate is None:
        return None
    steps = round(rate * days / meter.multiplier)
    value = (previous.value + steps) % register_size(meter.dials)
    return EstimatedRead(value, steps * meter.multiplier, method, previous)


def _season_rate(
    reads: Sequence[ReadFacts], meter: MeterFacts, since: datetime, until: datetime
) -> float | None:
    """Units a day between the measured reads nearest to both days, each within SEASON_SLACK."""
    own = [r for r in reads if r.serial == meter.serial and r.measured and fits(r.value, meter.dials)]
    first, last = (_nearest(own, day) for day in (since, until))
    if first is None or last is None or (last.at - first.at) < timedelta(days=1):
        return None
    return usage(last.value, first.value, meter.dials, meter.multiplier) / (
        (last.at - first.at) / timedelta(days=1)
    )


def _nearest(reads: Sequence[ReadFacts], day: datetime) -> ReadFacts | None:
    close = [one for one in reads if abs(one.at - day) <= SEASON_SLACK]
    return min(close, key=lambda one: abs(one.at - day), default=None)
