"""A read held against the history of its meter: what a person should look at before it is billed. Pure.

The limits are the dated setting `read_validation` and the dated rule `high_low`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workorders.facts import MeterFacts, ReadFacts
from workorders.metering.registers import check_read, daily_rate, fits, usage
from workorders.policy.rulebook import HighLow, RulesInForce

SETTING = "read_validation"
FINDINGS = ("high", "low", "zero", "use_while_off", "stopped", "reversed", "missing")
OFF = frozenset({"off", "off_np"})
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """When a read is worth a look; days are those over which usage is summed."""

    low_days: int = 20
    """Low usage is judged over at least so many days: a daily read is always low on some day."""
    zero_days: int = 20
    stopped_days: int = 55
    """No usage for so long, where the history has some: the meter has probably stopped."""
    off_tolerance_units: int = 10
    """Usage up to this many units while service is off is a dripping valve."""
    missing_days: int = 35
    """A meter without a read of its dials for so long is unread."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. Units and days as workorders.tables.ReadFinding keeps them."""

    kind: str
    usage: int | None = None
    low: int | None = None
    high: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadInQuestion:
    """A read of `meter`, what was read at its service point before, and the rules it is held against.

    `reads`: those that none supersedes; `state`: of the service point since `state_since`.
    """

    value: int
    meter: MeterFacts
    at: datetime
    reads: Sequence[ReadFacts]
    meters: Mapping[str, MeterFacts]
    factors: HighLow | None
    limits: Limits
    state: str = "on"
    state_since: datetime | None = None


def limits_of(rules: RulesInForce) -> Limits:
    """The limits in force; those of Limits where a district has published none."""
    return Limits(**rules.setting(SETTING))


def validate(asked: ReadInQuestion) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """What to look at in a read, and the flags that it keeps.

    A read below the one before is `reversed` whatever its likely reason; the flags name that.
    """
    check = check_read(
        asked.value,
        asked.meter,
        asked.at,
        reads=asked.reads,
        meters=asked.meters,
        factors=asked.factors,
    )
    if check.finding == "no_previous" or check.previous is None:
        return (), ()
    days = max((asked.at - check.previous.at).days, 0)
    if not check.believed:
        return (Finding("reversed", asked.value - check.previous.value, days=days),), check.flags
    if asked.state in OFF and asked.state_since is not None:
        return tuple(_while_off(asked, asked.state_since)), check.flags
    if check.finding == "high" and check.estimate is not None and check.usage is not None:
        low, high = round(check.estimate.low), round(check.estimate.high)
        return (Finding("high", check.usage, low, high, max(days, 1)),), check.flags
    found = tuple(_little(asked))
    kept = tuple(flag for flag in check.flags if flag != "low" or any(one.kind == "low" for one in found))
    return found, kept


def _while_off(asked: ReadInQuestion, since: datetime) -> Iterable[Finding]:
    """Usage since the read at which service was turned off; none without such a read."""
    meter = asked.meter
    # A cut and its read carry times of their own, some minutes apart.
    after = [one for one in _of(asked) if one.at >= since - DAY]
    first = min(after, key=lambda one: one.at, default=None)
    if first is None or not fits(first.value, meter.dials):
        return
    used = usage(asked.value, first.value, meter.dials, meter.multiplier)
    tolerance = asked.limits.off_tolerance_units
    if used > tolerance:
        yield Finding("use_while_off", used, 0, tolerance, max((asked.at - first.at).days, 0))


def _little(asked: ReadInQuestion) -> Iterable[Finding]:
    """Stopped, zero or low, the gravest of the three that holds."""
    meter, limits, own = asked.meter, asked.limits, _of(asked)
    for kind, least in (("stopped", limits.stopped_days), ("zero", limits.zero_days)):
        found = _unmoved(kind, asked, own, least)
        if found is not None:
            yield found
            return
    anchor = _anchor(own, asked.at, limits.low_days)
    if anchor is None or asked.factors is None or asked.value < anchor.value:
        return
    rate = daily_rate([one for one in asked.reads if one.at <= anchor.at], asked.meters)
    if rate is None or rate[1] < asked.factors.minimum_intervals:
        return
    days = (asked.at - anchor.at) / DAY
    used, expected = usage(asked.value, anchor.value, meter.dials, meter.multiplier), rate[0] * days
    low, high = expected * asked.factors.low_factor, expected * asked.factors.high_factor
    if used < low:
        yield Finding("low", used, round(low), round(high), int(days))


def _unmoved(kind: str, asked: ReadInQuestion, own: Sequence[ReadFacts], least_days: int) -> Finding | None:
    """The dials have stood still for so many days, and moved before."""
    anchor = _anchor(own, asked.at, least_days)
    if anchor is None or any(one.value != asked.value for one in own if one.at >= anchor.at):
        return None
    still = [one for one in own if one.value == asked.value]
    rate = daily_rate([one for one in own if one.at <= still[0].at], asked.meters)
    if rate is None or rate[0] <= 0:
        return None
    return Finding(kind, 0, days=(asked.at - anchor.at).days)


def _of(asked: ReadInQuestion) -> list[ReadFacts]:
    """The measured reads of the meter before the one in question, the oldest first."""
    own = (r for r in asked.reads if r.serial == asked.meter.serial and r.at < asked.at and r.measured)
    return sorted(own, key=lambda one: one.at)


def _anchor(own: Sequence[ReadFacts], at: datetime, least_days: int) -> ReadFacts | None:
    """The newest measured read that is at least so many days old."""
    old = [one for one in own if at - one.at >= timedelta(days=least_days)]
    return old[-1] if old else None
