"""Reads that somebody wrote down without an order: a phone call, a photo, a walk past the meter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workorders.facts import MeterFacts, ReadFacts
from workorders.metering.register_reads import as_meter
from workorders.metering.registers import ReadCheck, check_read
from workorders.policy.rulebook import HighLow
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.meter_facts import meter_facts
from workorders.queries.newest_reads import newest_reads
from workorders.queries.register_reads import register_reads_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Installation, Meter, Read, RecordChange, RegisterRead, ServicePoint
from workorders.usecases.meters.stock import checked_reason

HISTORY = 24
"""Reads that the new one is held against."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A register by name, and what was found odd about its read."""

    register: str
    finding: str | None


def enter_reads(
    session: Session,
    serial: str,
    value: int,
    registers: Mapping[str, int],
    *,
    at: datetime,
    reason: str,
    now: datetime,
    actor: str,
) -> list[Entered]:
    """Keep a special read of each register of an installed meter, judged as a technician's is.

    `value` is of the main register, `registers` by code of all others; `reason` says where they come from.
    Raises Problem `not_found`, and
    `bad_input` naming `read`, `read_on` or `register.<code>`: a register left out, more digits than dials,
    a day before the meter was there or ahead, a day whose read is on record.
    """
    meter = session.scalar(select(Meter).where(Meter.serial == serial).with_for_update())
    if meter is None:
        raise Problem("not_found", what="meter", key=serial)
    point = _point(session, meter, at, now)
    facts = meter_facts(meter, point.number)
    day = district_of(session).day_of(at)
    reason = checked_reason(reason)
    source = f"office:{day.isoformat()}"
    factors = rule_book(session).in_force(day).high_low(point.service)
    known = newest_reads(session, [point.id], most=HISTORY).get(point.id, [])
    main = _judged(value, facts, at, [read for read, _of in known], factors, field="read")
    given = {"meter_id": meter.id, "service_point_id": point.id, "taken_at": at, "kind": "special"}
    made: list[Read | RegisterRead] = [Read(**given, value=value, source=source, flags=list(main.flags))]
    entered = [Entered(meter.serial, _odd(main))]
    history = register_reads_of(session, [point.id]).get(point.id, []) if facts.registers else []
    for register in facts.registers:
        field = f"register.{register.code}"
        shown = registers.get(register.code)
        if shown is None:
            raise Problem("bad_input", field=field, reason="it is needed")
        check = _judged(shown, as_meter(facts, register), at, history, factors, field=field)
        row = given | {"register": register.code, "value": shown, "source": source}
        made.append(RegisterRead(**row, flags=list(check.flags)))
        entered.append(Entered(register.title, _odd(check)))
    try:
        with session.begin_nested():
            session.add_all(made)
    except IntegrityError:
        why = Reason("its read of that day is on record; correct that one")
        raise Problem("bad_input", field="read_on", reason=why) from None
    changes = {"read": [None, value]} | {one.title: [None, registers[one.code]] for one in facts.registers}
    session.add(
        RecordChange(subject=f"meter:{meter.id}", at=now, actor=actor[:80], reason=reason, changes=changes)
    )
    session.flush()
    return entered


def _point(session: Session, meter: Meter, at: datetime, now: datetime) -> ServicePoint:
    """Where it is, and was at that time."""
    if at > now:
        raise Problem("bad_input", field="read_on", reason=Reason("the day has not come yet"))
    place = session.scalar(
        select(Installation).where(Installation.meter_id == meter.id, Installation.removed_at.is_(None))
    )
    if place is None or at < place.installed_at:
        raise Problem("bad_input", field="read_on", reason=Reason("that meter was nowhere installed then"))
    return place.service_point


def _judged(
    value: int,
    meter: MeterFacts,
    at: datetime,
    reads: list[ReadFacts],
    factors: HighLow | None,
    *,
    field: str,
) -> ReadCheck:
    check = check_read(value, meter, at, reads=reads, meters={meter.serial: meter}, factors=factors)
    if check.finding == "too_many_digits":
        why = Reason("a register of {dials} dials cannot show it", dials=meter.dials)
        raise Problem("bad_input", field=field, reason=why)
    return check


def _odd(check: ReadCheck) -> str | None:
    return None if check.finding == "no_previous" else check.finding
