"""A read as it is corrected: whose it is, what stands before it, and what its correction does to the bill."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.facts import MeterFacts, ReadFacts
from workorders.metering.corrections import Rebilled, rebilled
from workorders.metering.registers import ReadCheck, check_read
from workorders.policy.rulebook import UsageRate
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.meter_facts import meter_facts
from workorders.queries.newest_reads import newest_reads
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Meter, Read, ServiceAgreement, ServicePoint

HISTORY = 60
"""Reads of the service point that are looked at: five years of monthly ones."""


@dataclass(frozen=True, slots=True)
class ReadOnRecord:
    """A read that nothing supersedes yet."""

    read: Read
    meter: MeterFacts
    point: ServicePoint
    account: Account | None
    """Whom it was billed to: who answered for the service point on its day."""
    facts: ReadFacts
    known: tuple[ReadFacts, ...]
    """All reads of the service point, this one among them, oldest first."""

    @property
    def billed(self) -> bool:
        """Whether a bill rests on it."""
        return self.read.billed

    @property
    def others(self) -> tuple[ReadFacts, ...]:
        """The reads that judge a correction; a wrong one would vouch for itself."""
        return tuple(one for one in self.known if one is not self.facts)


def read_on_record(session: Session, read_id: int) -> ReadOnRecord:
    """Raises Problem `not_found`, and `read_superseded` when a later one has taken its place."""
    read = session.get(Read, read_id, options=[joinedload(Read.meter)])
    if read is None:
        raise Problem("not_found", what="read", key=read_id)
    later = session.scalar(select(Read.id).where(Read.supersedes_id == read.id).limit(1))
    if later is not None:
        raise Problem("read_superseded", read=read.id, by=later)
    point = session.get_one(ServicePoint, read.service_point_id, options=[joinedload(ServicePoint.premise)])
    account = account_served(session, point, read.taken_at)
    facts = ReadFacts(
        read.meter.serial, read.taken_at, read.value, read.kind, read.source, read.billed, tuple(read.flags)
    )
    known = [one for one, _ in newest_reads(session, [point.id], most=HISTORY).get(point.id, [])]
    known = [facts if one == facts else one for one in known]
    return ReadOnRecord(read, meter_facts(read.meter, None), point, account, facts, tuple(known))


def account_served(session: Session, point: ServicePoint, at: datetime) -> Account | None:
    """Who answered for a service point on the day of `at`; None: nobody."""
    day = district_of(session).day_of(at)
    return session.scalar(
        select(Account)
        .join(ServiceAgreement, ServiceAgreement.account_id == Account.id)
        .where(
            ServiceAgreement.service_point_id == point.id,
            ServiceAgreement.start_on <= day,
            ServiceAgreement.end_on.is_(None) | (ServiceAgreement.end_on >= day),
        )
        # Of a tenant who left and one who came that day, the read closed the first one's bill.
        .order_by(ServiceAgreement.start_on)
        .limit(1)
    )


def checked(session: Session, found: ReadOnRecord, value: int, meter: Meter) -> ReadCheck:
    """What is to be thought of another value at the read's time, by the reads that stand."""
    facts = meter_facts(meter, None)
    rules = rule_book(session).in_force(district_of(session).day_of(found.read.taken_at))
    factors = rules.high_low(found.point.service)
    return check_read(
        value, facts, found.read.taken_at, reads=found.others, meters={facts.serial: facts}, factors=factors
    )


def bill_of_correction(
    session: Session, found: ReadOnRecord, value: int, *, now: datetime
) -> Rebilled | None:
    """What the correction does to the bill, at the rate of the day."""
    rate = rate_of(session, found.point, found.account, now=now)
    return rebilled(found.facts, value, found.meter, found.known, rate)


def rate_of(
    session: Session, point: ServicePoint, account: Account | None, *, now: datetime
) -> UsageRate | None:
    """What usage there costs the account on the day of `now`; None without an account or a rate."""
    if account is None:
        return None
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    return rules.usage_rate(point.service, account.rate_class)
