"""Reads of a meter's further registers, which go wherever the read of its main register goes. Pure.

A completion names them beside its answers: `registers` of the meter that is there, `new_registers` of the one
that goes in, each an object of register code and value.
"""

from collections.abc import Mapping
from typing import Any

from workorders.facts import MeterFacts
from workorders.judgement.consequences import Consequence, OpenException, RecordRead, RecordRegisterRead
from workorders.judgement.verdict import case
from workorders.judgement.visit import Visit
from workorders.metering.register_reads import check_register


def with_register_reads(visit: Visit, consequences: tuple[Consequence, ...]) -> tuple[Consequence, ...]:
    """The consequences with the reads of every register, and the cases that these open.

    Where a read waits for a decision its registers wait with it. A final read without one of its registers is
    a blocking case: a meter that is out cannot be read again.
    """
    if all(not meter.registers for meter in visit.situation.meters.values()):
        return consequences
    cases: list[OpenException] = []
    made = _added(visit, consequences, cases)
    return (*made, *cases)


def _added(
    visit: Visit, consequences: tuple[Consequence, ...], cases: list[OpenException]
) -> tuple[Consequence, ...]:
    made: list[Consequence] = []
    for one in consequences:
        if isinstance(one, OpenException) and one.then:
            waiting = _added(visit, one.then, cases)
            made.append(OpenException(one.code, one.blocking, one.detail, waiting))
            continue
        made.append(one)
        meter = visit.situation.meter(one.serial) if isinstance(one, RecordRead) else None
        if isinstance(one, RecordRead) and meter is not None:
            made.extend(_reads(visit, one, meter, cases))
    return tuple(made)


def _reads(
    visit: Visit, main: RecordRead, meter: MeterFacts, cases: list[OpenException]
) -> list[RecordRegisterRead]:
    given = _given(visit, meter)
    # Of a service that was off, and of a meter that just came, no usage is expected.
    was_off = visit.point.state in {"off", "off_np", "inactive"}
    factors = None if was_off else visit.rules.high_low(visit.point.service)
    made, missing = [], []
    for register in meter.registers:
        value = given.get(register.code)
        if not isinstance(value, int) or isinstance(value, bool):
            missing.append(register.title)
            continue
        check = check_register(
            value, meter, register, main.at, reads=visit.situation.register_reads, factors=factors
        )
        if check.finding not in (None, "no_previous", "wrap"):
            cases.append(
                case(
                    "register_doubted",
                    blocking=False,
                    serial=meter.serial,
                    register=register.title,
                    value=value,
                    finding=check.finding,
                )
            )
        if check.finding == "too_many_digits":
            # No dials show it: of that register nothing is known, as if it had been left out.
            missing.append(register.title)
        else:
            read = RecordRegisterRead(meter.serial, register.code, value, main.kind, main.at, check.flags)
            made.append(read)
    if missing:
        blocking = main.kind == "final"
        cases.append(case("register_unread", blocking=blocking, serial=meter.serial, registers=missing))
    return made


def _given(visit: Visit, meter: MeterFacts) -> Mapping[str, Any]:
    """What the technician typed for this meter's registers."""
    installed = visit.situation.installed
    there = (installed is not None and meter.serial == installed.serial) or meter.serial == visit.serial_seen
    found = visit.event.body.get("registers" if there else "new_registers")
    return found if isinstance(found, Mapping) else {}
