"""A read of a register besides the main one as it is corrected, and what that does to the bill."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.facts import MeterFacts, ReadFacts, RegisterFacts
from workorders.metering.corrections import Rebilled, register_rebilled
from workorders.metering.register_reads import as_meter, check_register
from workorders.metering.registers import ReadCheck
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.meter_facts import meter_facts
from workorders.queries.read_corrections import account_served, rate_of
from workorders.queries.register_reads import register_reads_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Read, RegisterRead, ServicePoint


@dataclass(frozen=True, slots=True)
class RegisterReadOnRecord:
    """A read of a register that nothing supersedes yet."""

    read: RegisterRead
    meter: MeterFacts
    register: RegisterFacts
    point: ServicePoint
    account: Account | None
    """Whom it was billed to: who answered for the service point on its day."""
    facts: ReadFacts
    others: tuple[ReadFacts, ...]
    """The other reads of the register there, oldest first; a wrong one would vouch for itself."""

    @property
    def billed(self) -> bool:
        """Whether a bill rests on it: one on which the meter's main read of that moment stands."""
        return self.facts.billed


def register_read_on_record(session: Session, read_id: int) -> RegisterReadOnRecord:
    """Raises Problem `not_found`, and `read_superseded` when a later one has taken its place."""
    read = session.get(RegisterRead, read_id, options=[joinedload(RegisterRead.meter)])
    if read is None:
        raise Problem("not_found", what="read", key=read_id)
    later = session.scalar(select(RegisterRead.id).where(RegisterRead.supersedes_id == read.id).limit(1))
    if later is not None:
        raise Problem("read_superseded", read=read.id, by=later)
    meter = meter_facts(read.meter, None)
    register = next((one for one in meter.registers if one.code == read.register), None)
    if register is None:
        raise Problem("not_found", what="register", key=read.register)
    point = session.get_one(ServicePoint, read.service_point_id, options=[joinedload(ServicePoint.premise)])
    billed = set(session.scalars(select(Read.taken_at).where(Read.meter_id == read.meter_id, Read.billed)))
    name = as_meter(meter, register).serial
    flags = tuple(read.flags)
    facts = ReadFacts(name, read.taken_at, read.value, read.kind, read.source, read.taken_at in billed, flags)
    others = tuple(
        replace(one, billed=one.at in billed)
        for one in register_reads_of(session, [point.id]).get(point.id, [])
        if one.serial == name and (one.at, one.kind, one.source) != (facts.at, facts.kind, facts.source)
    )
    account = account_served(session, point, read.taken_at)
    return RegisterReadOnRecord(read, meter, register, point, account, facts, others)


def register_checked(session: Session, found: RegisterReadOnRecord, value: int) -> ReadCheck:
    """What is to be thought of another value at the read's time, by the register's reads that stand."""
    rules = rule_book(session).in_force(district_of(session).day_of(found.read.taken_at))
    factors = rules.high_low(found.point.service)
    return check_register(
        value, found.meter, found.register, found.read.taken_at, reads=found.others, factors=factors
    )


def bill_of_register_correction(
    session: Session, found: RegisterReadOnRecord, value: int, *, now: datetime
) -> Rebilled | None:
    """What the correction does to the bill, at the rate of the day of `now`."""
    rate = rate_of(session, found.point, found.account, now=now)
    return register_rebilled(found.facts, value, found.meter, found.register, reads=found.others, rate=rate)
