"""A read on record that turns out wrong, or was an estimate: judged without it, its bill corrected. Pure."""

from datetime import datetime, timedelta

from workorders.facts import MeterFacts, ReadFacts
from workorders.grammar.money import rounded
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message
from workorders.metering.registers import ReadCheck, check_read, fits, previous_read, usage


def check_without(visit: Visit, meter: MeterFacts, first: ReadFacts, value: int) -> ReadCheck:
    """Judge a read of this visit against the history without `first`: a wrong read would vouch for itself."""
    known = dict(visit.situation.meters) | {meter.serial: meter}
    factors = visit.rules.high_low(visit.point.service)
    reads = _without(visit, first)
    return check_read(value, meter, visit.at, reads=reads, meters=known, factors=factors)


def rebill(visit: Visit, verdict: Verdict, meter: MeterFacts, first: ReadFacts, check: ReadCheck) -> None:
    """Take back the usage billed up to `first` and bill what the new read says was used by then.

    `check` is of the new read, by `check_without`. Usage is spread evenly from the read before to the new
    one; the rest belongs to the next bill.
    """
    before = previous_read(_without(visit, first), meter.serial, first.at)
    rate = visit.account and visit.rules.usage_rate(visit.point.service, visit.account.rate_class)
    if before is None or not rate or check.usage is None or check.previous != before:
        verdict.case("bill_by_hand", blocking=False, reason=Message("bill.price_unknown"))
        return
    if not fits(first.value, meter.dials):
        verdict.case("bill_by_hand", blocking=False, reason=Message("bill.read_impossible"))
        return
    billed = usage(first.value, before.value, meter.dials, meter.multiplier)
    share = _days(before.at, first.at) / _days(before.at, visit.at)
    right = round(check.usage * share)

    def cents(units: int) -> int:
        return rounded(units * rate.cents_per_thousand, 1000)

    lines = (("REV", "AR", cents(billed)), ("AR", "REV", cents(right)))
    corrected = Message.of("entry.rebill", billed=billed, right=right, unit=meter.unit)
    verdict.post("rebill", corrected, *lines)


def _without(visit: Visit, first: ReadFacts) -> tuple[ReadFacts, ...]:
    return tuple(r for r in visit.situation.reads if r is not first)


def _days(since: datetime, until: datetime) -> float:
    return (until - since) / timedelta(days=1)
