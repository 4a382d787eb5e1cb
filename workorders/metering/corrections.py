"""A read that was written down wrongly: what was billed by it, and what should have been. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workorders.facts import MeterFacts, ReadFacts, RegisterFacts
from workorders.grammar.money import rounded
from workorders.metering.register_reads import as_meter
from workorders.metering.registers import fits, previous_read, usage
from workorders.policy.rulebook import UsageRate


@dataclass(frozen=True, slots=True)
class Rebilled:
    """The usage up to a read, in units of the register, as it was billed and as it was."""

    previous: ReadFacts
    billed: int
    right: int
    cents: int
    """What the customer owes more at the day's rate; less when negative. 0 where a later bill makes up."""
    made_up: bool
    """A later read was billed too: what this bill had too much of, that one had too little of."""


def rebilled(
    read: ReadFacts, value: int, meter: MeterFacts, reads: Sequence[ReadFacts], rate: UsageRate | None
) -> Rebilled | None:
    """What a billed read's correction to `value` does to the bill; None where that cannot be computed.

    `reads`: those of the service point that none supersedes. Nothing is computed for a read that was not
    billed, without a read before it or a rate, and where a register cannot show one of the figures.
    """
    others = [one for one in reads if one != read]
    before = previous_read(others, meter.serial, read.at)
    if not read.billed or before is None or rate is None:
        return None
    if not all(fits(one, meter.dials) for one in (before.value, read.value, value)):
        return None
    billed, right = (usage(one, before.value, meter.dials, meter.multiplier) for one in (read.value, value))
    made_up = any(one.billed and one.serial == meter.serial and one.at > read.at for one in others)
    cents = 0 if made_up else _cents(right, rate) - _cents(billed, rate)
    return Rebilled(before, billed, right, cents, made_up)


def register_rebilled(
    read: ReadFacts,
    value: int,
    meter: MeterFacts,
    register: RegisterFacts,
    *,
    reads: Sequence[ReadFacts],
    rate: UsageRate | None,
) -> Rebilled | None:
    """As `rebilled`, of a register besides the main one; `reads` are those of the register.

    Money only where its usage comes on top of the main register's: a part of that is billed with it, and what
    was given back has no rate here.
    """
    found = rebilled(read, value, as_meter(meter, register), reads, rate)
    return found if found is None or register.counts == "adds" else replace(found, cents=0)


def _cents(units: int, rate: UsageRate) -> int:
    return rounded(units * rate.cents_per_thousand, 1_000)
