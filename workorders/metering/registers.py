"""Registers and reads: usage, rollover, high/low, and whether a meter may go in. Pure.

A register of `dials` digits shows 0 … 10^dials − 1 and starts again at 0. A read is what the dials show;
usage is in units (gal, kWh …): dial steps × multiplier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from workorders.facts import MeterFacts, ReadFacts, ServicePointFacts
from workorders.policy.rulebook import HighLow

DIALS_SEEN = ("start", "actual", "special", "final")
"""Kinds of reads for which somebody, or the meter itself, looked at the dials; an estimate is none."""
HISTORY_INTERVALS = 12
"""A year of monthly reads: long enough to smooth a holiday, short enough to follow a household."""


def register_size(dials: int) -> int:
    """How many different reads a register of `dials` digits can show."""
    return int(10**dials)


def fits(value: int, dials: int) -> bool:
    """Whether a register of `dials` digits can show `value`."""
    return 0 <= value < register_size(dials)


def usage(current: int, previous: int, dials: int, multiplier: int = 1) -> int:
    """Units used between two reads of one subtractive register, a rollover included.

    (current − previous) mod 10^dials × multiplier. Raises ValueError when a read does not fit the register.
    """
    if not (fits(current, dials) and fits(previous, dials)):
        raise ValueError(f"a register of {dials} dials cannot show {current} after {previous}")
    return (current - previous) % register_size(dials) * multiplier


@dataclass(frozen=True, slots=True)
class Estimate:
    """What usage since `previous` is expected: `low` ≤ `units` ≤ `high`, from `intervals` of history."""

    previous: ReadFacts
    units: float
    low: float
    high: float
    intervals: int


@dataclass(frozen=True, slots=True)
class ReadCheck:
    """What is to be thought of a read. `finding` None: nothing odd.

    Findings: `no_previous`, `low`, `high`, `wrap` (believed), or for a read below the previous one the likely
    reason: `below_estimate`, `below_misread`, `below_swapped`; `wrong_meter` and `too_many_digits` are the
    caller's other two answers.
    """

    value: int
    previous: ReadFacts | None
    usage: int | None
    """Units since the previous read; None when it cannot be believed."""
    finding: str | None
    estimate: Estimate | None = None

    @property
    def believed(self) -> bool:
        """False: it must not be billed before a human has looked."""
        return self.finding is None or self.finding in {"low", "high", "wrap", "no_previous"}

    @property
    def flags(self) -> tuple[str, ...]:
        """As the read keeps them."""
        if self.finding is None:
            return ()
        return (self.finding,) if self.believed else (self.finding, "not_billable")


def daily_rate(reads: Sequence[ReadFacts], meters: Mapping[str, MeterFacts]) -> tuple[float, int] | None:
    """(units a day, intervals) of the last year of measured reads; None without an interval of a day or more.

    Estimated reads are no measurement and are skipped; an interval never spans two meters.
    """
    measured = sorted((r for r in reads if r.measured and r.serial in meters), key=lambda r: r.at)
    spans: list[tuple[int, float]] = []
    for earlier, later in pairwise(measured):
        days = (later.at - earlier.at) / timedelta(days=1)
        meter = meters[later.serial]
        if later.serial != earlier.serial or days < 1 or not _both_fit(earlier, later, meter):
            continue
        spans.append((usage(later.value, earlier.value, meter.dials, meter.multiplier), days))
    recent = spans[-HISTORY_INTERVALS:]
    if not recent:
        return None
    return sum(units for units, _ in recent) / sum(days for _, days in recent), len(recent)


def _both_fit(earlier: ReadFacts, later: ReadFacts, meter: MeterFacts) -> bool:
    return fits(earlier.value, meter.dials) and fits(later.value, meter.dials)


def previous_read(reads: Sequence[ReadFacts], serial: str, at: datetime) -> ReadFacts | None:
    """The latest read of `serial` before `at` that may be billed."""
    earlier = [r for r in reads if r.serial == serial and r.at < at and "not_billable" not in r.flags]
    return max(earlier, key=lambda r: r.at, default=None)


def estimate(
    reads: Sequence[ReadFacts],
    meters: Mapping[str, MeterFacts],
    serial: str,
    at: datetime,
    factors: HighLow | None,
) -> Estimate | None:
    """What usage of `serial` is expected from its previous read to `at`; None without enough history."""
    previous = previous_read(reads, serial, at)
    known = [r for r in reads if r.at < at]
    rate = daily_rate(known, meters)
    if previous is None or rate is None or factors is None or rate[1] < factors.minimum_intervals:
        return None
    units = rate[0] * ((at - previous.at) / timedelta(days=1))
    high = max(units * factors.high_factor, float(factors.floor_units))
    return Estimate(previous, units, units * factors.low_factor, high, rate[1])


def expected_dials(expected: Estimate, meter: MeterFacts) -> tuple[int, int]:
    """The span of reads an order document announces (`expected`); it wraps when low > high."""
    around = register_size(meter.dials)
    low = expected.previous.value + round(expected.low / meter.multiplier)
    high = expected.previous.value + round(expected.high / meter.multiplier)
    return low % around, high % around


def check_read(
    value: int,
    meter: MeterFacts,
    at: datetime,
    *,
    reads: Sequence[ReadFacts],
    meters: Mapping[str, MeterFacts],
    factors: HighLow | None,
) -> ReadCheck:
    """Judge a read of `meter` taken at `at` against its history.

    A wrap is believed only when the usage it implies stays inside the high limit; without history there is no
    limit, so it is not believed.
    """
    previous = previous_read(reads, meter.serial, at)
    if not fits(value, meter.dials):
        return ReadCheck(value, previous, None, "too_many_digits")
    if previous is None or not fits(previous.value, meter.dials):
        return ReadCheck(value, previous, None, "no_previous")
    expected = estimate(reads, meters, meter.serial, at, factors)
    used = usage(value, previous.value, meter.dials, meter.multiplier)
    if value < previous.value:
        if expected is not None and used <= expected.high:
            return ReadCheck(value, previous, used, "wrap", expected)
        return ReadCheck(value, previous, None, _why_below(value, previous, meter, expected), expected)
    finding = None
    if expected is not None and used > expected.high:
        finding = "high"
    elif expected is not None and used < expected.low:
        finding = "low"
    return ReadCheck(value, previous, used, finding, expected)


def _why_below(value: int, previous: ReadFacts, meter: MeterFacts, expected: Estimate | None) -> str:
    """The likeliest reason for a read below the one before; a human decides, this only sorts the cases."""
    if previous.kind == "estimated":
        return "below_estimate"
    if expected is None:
        return "below_misread"
    steps = int(expected.high / meter.multiplier)
    if any(previous.value <= guess <= previous.value + steps for guess in _misreads(value, meter.dials)):
        return "below_misread"
    return "below_swapped" if value <= steps else "below_misread"


def _misreads(value: int, dials: int) -> set[int]:
    """What the dials may have shown: two neighbours swapped, or a pointer between two figures taken wrong."""
    digits = f"{value:0{dials}d}"
    guesses = set()
    for i in range(dials):
        for step in (1, -1):
            guesses.add(int(digits[:i] + str((int(digits[i]) + step) % 10) + digits[i + 1 :]))
        if i + 1 < dials:
            guesses.add(int(digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]))
    return guesses


def usage_between(reads: Sequence[ReadFacts], meter: MeterFacts, since: datetime, until: datetime) -> int:
    """Units that `meter` counted from its first read at or after `since` to its last at or before `until`."""
    inside = sorted(
        (
            r
            for r in reads
            if r.serial == meter.serial and since <= r.at <= until and fits(r.value, meter.dials)
        ),
        key=lambda r: r.at,
    )
    return sum(
        usage(later.value, earlier.value, meter.dials, meter.multiplier)
        for earlier, later in pairwise(inside)
    )


def may_install(meter: MeterFacts | None, technician: str, point: ServicePointFacts) -> tuple[str, ...]:
    """Why the records speak against this meter going in here; empty when nothing does.

    Codes: `new_meter_unknown`, `new_meter_elsewhere`, `new_meter_not_on_van`, `new_meter_wrong_service`,
    `new_meter_wrong_size`.
    """
    if meter is None:
        return ("new_meter_unknown",)
    found: list[str] = []
    if meter.installed_at is not None or meter.status == "installed":
        found.append("new_meter_elsewhere")
    elif meter.status != "in_van" or meter.van_technician != technician:
        found.append("new_meter_not_on_van")
    if meter.service != point.service:
        found.append("new_meter_wrong_service")
    elif meter.size != point.size:
        found.append("new_meter_wrong_size")
    return tuple(found)
