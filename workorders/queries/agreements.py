"""The agreements of an account, or of a premise, as people look at them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.judgement.lifecycle import ACTIVE
from workorders.messages.message import Message
from workorders.metering.registers import fits, usage
from workorders.policy.agreements import AgreementState
from workorders.policy.start_service import Requirement
from workorders.queries.applications import outstanding_of
from workorders.tables import (
    Account,
    AgreementEvent,
    Application,
    Meter,
    Order,
    Read,
    ServiceAgreement,
    ServicePoint,
)

LINES = 12
"""Lines of the audit shown for an agreement."""


@dataclass(frozen=True, slots=True)
class AgreementView:
    """An agreement, what it waits for, and what happened to it."""

    agreement: ServiceAgreement
    waits: Message | None
    """How it begins or ends, while that is to come."""
    stuck: bool
    """Nothing is under way that would let it go on: an order is to be raised."""
    lines: Sequence[AgreementEvent]


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application that waits for money."""

    application: Application
    required: tuple[Requirement, ...]
    left_cents: int


@dataclass(frozen=True, slots=True)
class FinalBill:
    """What the billing system needs for a customer's last bill."""

    agreement: ServiceAgreement
    start_read: Read | None
    final_read: Read | None
    serial: str | None
    units: int | None
    """Used since the agreement's first read, where both reads are of one meter."""
    unit: str | None


def agreements_of_account(session: Session, account: Account) -> list[AgreementView]:
    """The account's agreements, newest first; those that were withdrawn are left out."""
    found = session.scalars(
        select(ServiceAgreement)
        .where(
            ServiceAgreement.account_id == account.id,
            ServiceAgreement.state != AgreementState.WITHDRAWN.value,
        )
        .options(joinedload(ServiceAgreement.service_point).joinedload(ServicePoint.premise))
        .order_by(ServiceAgreement.start_on.desc(), ServiceAgreement.id.desc())
        .limit(24)
    ).all()
    lines: defaultdict[int, list[AgreementEvent]] = defaultdict(list)
    events = select(AgreementEvent).where(AgreementEvent.agreement_id.in_([one.id for one in found]))
    for line in session.scalars(events.order_by(AgreementEvent.id.desc())):
        if len(lines[line.agreement_id]) < LINES:
            lines[line.agreement_id].append(line)
    numbers = [number for one in found for number in (one.start_order, one.stop_order) if number]
    active = set(
        session.scalars(select(Order.number).where(Order.number.in_(numbers), Order.state.in_(ACTIVE)))
    )
    return [AgreementView(one, _waits(one), _stuck(one, active), lines[one.id]) for one in found]


def waiting_applications(session: Session, account: Account, *, now: datetime) -> list[ApplicationView]:
    """What the account asked for and has not paid for yet."""
    found = session.scalars(
        select(Application)
        .where(Application.account_id == account.id, Application.state == "applied")
        .order_by(Application.id)
    ).all()
    return [
        ApplicationView(
            one, tuple(Requirement(**line) for line in one.required), outstanding_of(session, one, now=now)
        )
        for one in found
    ]


def final_bills(session: Session, *, handed_off_at: datetime | None = None) -> list[FinalBill]:
    """Stopped agreements that billing has not been given; or those given to it at an instant."""
    query = select(ServiceAgreement).options(
        joinedload(ServiceAgreement.service_point).joinedload(ServicePoint.premise),
        joinedload(ServiceAgreement.account).joinedload(Account.customer),
    )
    if handed_off_at is None:
        query = query.where(
            ServiceAgreement.state == AgreementState.STOPPED.value, ServiceAgreement.handed_off_at.is_(None)
        )
    else:
        query = query.where(ServiceAgreement.handed_off_at == handed_off_at)
    found = session.scalars(query.order_by(ServiceAgreement.end_on, ServiceAgreement.id).limit(2_000)).all()
    ids = {number for one in found for number in (one.start_read_id, one.final_read_id) if number}
    reads = {read.id: read for read in session.scalars(select(Read).where(Read.id.in_(ids)))}
    meters = {
        meter.id: meter
        for meter in session.scalars(
            select(Meter).where(Meter.id.in_({one.meter_id for one in reads.values()}))
        )
    }
    return [_final_bill(one, reads, meters) for one in found]


def _final_bill(one: ServiceAgreement, reads: dict[int, Read], meters: dict[int, Meter]) -> FinalBill:
    first = reads.get(one.start_read_id or 0)
    last = reads.get(one.final_read_id or 0)
    meter = meters.get(last.meter_id) if last is not None else None
    units = _used(first, last, meter)
    return FinalBill(one, first, last, meter.serial if meter else None, units, meter.unit if meter else None)


def _used(first: Read | None, last: Read | None, meter: Meter | None) -> int | None:
    if first is None or last is None or meter is None or first.meter_id != last.meter_id:
        return None
    if not (fits(first.value, meter.dials) and fits(last.value, meter.dials)):
        return None
    return usage(last.value, first.value, meter.dials, meter.multiplier)


def _waits(one: ServiceAgreement) -> Message | None:
    if one.state == AgreementState.APPROVED.value and one.starts_by:
        return Message.of(f"starts_by.{one.starts_by}", order=one.start_order)
    if one.state == AgreementState.STOPPING.value and one.stops_by:
        return Message.of(f"stops_by.{one.stops_by}", order=one.stop_order)
    return None


def _stuck(one: ServiceAgreement, active: set[str]) -> bool:
    if one.state == AgreementState.APPROVED.value:
        by_order = one.starts_by in {None, "visit", "with_stop"}
        return by_order and one.start_order not in active
    if one.state == AgreementState.STOPPING.value:
        return one.stops_by in {None, "visit", "left_on", "taken_away"} and one.stop_order not in active
    return False
