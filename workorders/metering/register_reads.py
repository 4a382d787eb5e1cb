"""A read of one of a meter's further registers, judged as every read is. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from workorders.facts import MeterFacts, ReadFacts, RegisterFacts
from workorders.metering.registers import (
    Estimate,
    ReadCheck,
    check_read,
    estimate,
    expected_dials,
)
from workorders.policy.rulebook import HighLow


def as_meter(meter: MeterFacts, register: RegisterFacts) -> MeterFacts:
    """The register as a meter of its own, named as its reads are: `SERIAL/code`."""
    return MeterFacts(
        serial=f"{meter.serial}/{register.code}",
        service=meter.service,
        size=meter.size,
        dials=register.dials,
        multiplier=register.multiplier,
        unit=register.unit,
    )


def check_register(
    value: int,
    meter: MeterFacts,
    register: RegisterFacts,
    at: datetime,
    *,
    reads: Sequence[ReadFacts],
    factors: HighLow | None,
) -> ReadCheck:
    """Judge a read of a register against its own history: digits, rollover, high and low."""
    one = as_meter(meter, register)
    return check_read(value, one, at, reads=reads, meters={one.serial: one}, factors=factors)


def expected_of(
    meter: MeterFacts,
    register: RegisterFacts,
    at: datetime,
    *,
    reads: Sequence[ReadFacts],
    factors: HighLow | None,
) -> tuple[int, int] | None:
    """The span that a register should show, as `expected_dials`; None without enough history."""
    one = as_meter(meter, register)
    known: Mapping[str, MeterFacts] = {one.serial: one}
    found: Estimate | None = estimate(reads, known, one.serial, at, factors)
    return None if found is None else expected_dials(found, one)
