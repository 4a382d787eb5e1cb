"""What must be done for an approved start or an asked stop: an order, a read on record, or its day."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import codes_of, order_type_of, type_changing
from workorders.catalogue.removal import TEMPORARY
from workorders.grammar.times import start_of_day
from workorders.judgement.lifecycle import ACTIVE, State
from workorders.judgement.traits import ServiceChange
from workorders.messages.message import Message
from workorders.policy.agreements import Step
from workorders.policy.start_service import (
    PointNow,
    Start,
    StartService,
    Stop,
    how_to_start,
    how_to_stop,
    start_service_of,
)
from workorders.queries.account_facts import needed_now
from workorders.queries.construction import is_construction
from workorders.queries.district import district_of
from workorders.queries.lookups import order_for_update
from workorders.queries.rules_cache import rule_book
from workorders.queries.service_now import ServiceNow, service_now
from workorders.tables import Order, ServiceAgreement
from workorders.usecases.customers.audit import note_agreement, take_step
from workorders.usecases.customers.moves import begin, end
from workorders.usecases.history import enqueue_order
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.orders import OrderRequest, raise_order

COLLECTING = frozenset({ServiceChange.CUT, ServiceChange.RESTORE})


def start_policy(session: Session, now: datetime) -> tuple[StartService, date]:
    """The rule `start_service` of the day, and the day."""
    today = district_of(session).day_of(now)
    return start_service_of(rule_book(session).in_force(today)), today


def arrange_start(session: Session, agreement: ServiceAgreement, *, now: datetime, actor: str) -> None:
    """Do for an approved agreement the least that lets it begin.

    The newer customer's event supersedes an open disconnect or reconnect of the one before, whose debt stays
    on its own account. Raises what `raise_order` raises.
    """
    policy, today = start_policy(session, now)
    here = service_now(session, agreement.service_point)
    how = how_to_start(here.facts, policy, agreement.start_on, today)
    agreement.starts_by = how.value
    _let_go(session, agreement, here, how, now=now, actor=actor)
    if how is Start.VISIT:
        own_point = is_construction(session, agreement.service_point_id)
        temporary = own_point and here.point.state == "inactive"
        order = (
            _set_meter(session, agreement, now=now, actor=actor)
            if temporary
            else _turn_on(session, agreement, here.facts, now=now, actor=actor)
        )
        agreement.start_order = order.number
        note_agreement(
            session, agreement, "ordered", before=agreement.state, now=now, actor=actor, order=order.number
        )
    elif how is not Start.WITH_STOP:
        drop_collecting(session, here, agreement, now=now, actor=actor)
        if agreement.start_on <= today:
            begin(session, agreement, on=agreement.start_on, read=here.read, now=now, actor=actor)
    session.flush()


def arrange_stop(
    session: Session, agreement: ServiceAgreement, *, leave_on: bool, now: datetime, actor: str
) -> None:
    """Do for a stopping agreement the least that ends it. Raises what `raise_order` raises."""
    policy, today = start_policy(session, now)
    here = service_now(session, agreement.service_point)
    day = agreement.stop_on or today
    how = how_to_stop(here.facts, policy, day, today, leave_on=leave_on)
    if is_construction(session, agreement.service_point_id):
        how = Stop.TAKEN_AWAY
    agreement.stops_by = how.value
    if how is Stop.TAKEN_AWAY:
        order = _take_meter(session, agreement, now=now, actor=actor)
        agreement.stop_order = order.number
        note_agreement(
            session, agreement, "ordered", before=agreement.state, now=now, actor=actor, order=order.number
        )
    elif how in {Stop.VISIT, Stop.LEFT_ON}:
        order = _turn_off(session, agreement, leave_on=how is Stop.LEFT_ON, now=now, actor=actor)
        agreement.stop_order = order.number
        note_agreement(
            session, agreement, "ordered", before=agreement.state, now=now, actor=actor, order=order.number
        )
    else:
        drop_collecting(session, here, agreement, now=now, actor=actor)
        if day <= today:
            end(session, agreement, on=day, read=here.read, now=now, actor=actor)
    session.flush()


def _let_go(
    session: Session, agreement: ServiceAgreement, here: ServiceNow, how: Start, *, now: datetime, actor: str
) -> None:
    """Whoever is served there stops on the day the next customer starts, by the same read."""
    leaving = here.serving
    if leaving is None:
        return
    if leaving.state == "active":
        day = agreement.start_on.isoformat()
        take_step(session, leaving, Step.STOP_ASKED, now=now, actor=actor, on=day)
        leaving.stop_on, leaving.stops_by = agreement.start_on, Stop.SUCCESSOR.value
    if how is not Start.WITH_STOP:
        return
    if leaving.stop_order is None or not _active(session, leaving.stop_order):
        order = _turn_off(session, leaving, leave_on=True, now=now, actor=actor)
        leaving.stop_order, leaving.stops_by = order.number, Stop.LEFT_ON.value
    else:
        order = order_for_update(session, leaving.stop_order)
        order.extra = order.extra | {"leave_on": True}
        leaving.stops_by = Stop.LEFT_ON.value
        enqueue_order(session, order, now=now)
    agreement.start_order = order.number


def _turn_on(
    session: Session, agreement: ServiceAgreement, facts: PointNow, *, now: datetime, actor: str
) -> Order:
    extra: dict[str, Any] = {"start_date": agreement.start_on.isoformat(), "fees_paid": True}
    if facts.state == "on":
        extra["may_be_on"] = True
    # What had to be paid first was judged by the application; other debts do not keep the service off.
    owes = needed_now(session, agreement.account, now=now) > 0
    return _raise(
        session,
        agreement,
        type_changing(ServiceChange.START).code,
        extra=extra,
        day=agreement.start_on,
        override=agreement.application_id if owes else None,
        now=now,
        actor=actor,
    )


def _set_meter(session: Session, agreement: ServiceAgreement, *, now: datetime, actor: str) -> Order:
    """A temporary meter: what it costs was billed with the application, so that the visit is free."""
    owes = needed_now(session, agreement.account, now=now) > 0
    return _raise(
        session,
        agreement,
        type_changing(ServiceChange.SET).code,
        extra={"application": agreement.application_id, "fees_paid": True},
        day=agreement.start_on,
        override=agreement.application_id if owes else None,
        no_charge=True,
        now=now,
        actor=actor,
    )


def _take_meter(session: Session, agreement: ServiceAgreement, *, now: datetime, actor: str) -> Order:
    day = agreement.stop_on or district_of(session).day_of(now)
    code = type_changing(ServiceChange.REMOVE).code
    extra = {"reason": TEMPORARY}
    return _raise(session, agreement, code, extra=extra, day=day, no_charge=True, now=now, actor=actor)


def _turn_off(
    session: Session, agreement: ServiceAgreement, *, leave_on: bool, now: datetime, actor: str
) -> Order:
    day = agreement.stop_on or district_of(session).day_of(now)
    extra: dict[str, Any] = {"stop_date": day.isoformat()}
    if agreement.forwarding_address:
        extra["forwarding_address"] = agreement.forwarding_address
    if leave_on:
        extra["leave_on"] = True
    if keeps_service(session, agreement):
        extra["keep_deposit"] = True
    type_code = type_changing(ServiceChange.STOP).code
    return _raise(session, agreement, type_code, extra=extra, day=day, now=now, actor=actor)


def keeps_service(session: Session, agreement: ServiceAgreement) -> bool:
    """The account has, or is about to have, service elsewhere: its deposit stays."""
    other = session.scalar(
        select(ServiceAgreement.id)
        .where(
            ServiceAgreement.account_id == agreement.account_id,
            ServiceAgreement.id != agreement.id,
            ServiceAgreement.state.in_(("applied", "approved", "active")),
        )
        .limit(1)
    )
    return other is not None


def _raise(
    session: Session,
    agreement: ServiceAgreement,
    type_code: str,
    *,
    extra: dict[str, Any],
    day: date,
    now: datetime,
    actor: str,
    override: str | None = None,
    no_charge: bool = False,
) -> Order:
    zone = district_of(session).timezone
    morning, today = start_of_day(day, zone), district_of(session).day_of(now)
    last = start_of_day(max(day, today) + timedelta(days=1), zone) - timedelta(seconds=1)
    request = OrderRequest(
        type=type_code,
        service_point_id=agreement.service_point_id,
        account_number=agreement.account.number,
        due_from=morning if morning > now else None,
        due_until=last,
        extra=extra,
        override=override,
        no_charge=no_charge,
    )
    return raise_order(session, request, now=now, actor=actor)


def drop_collecting(
    session: Session, here: ServiceNow, agreement: ServiceAgreement, *, now: datetime, actor: str
) -> None:
    """Nobody collects at a place whose customer has changed without a visit."""
    numbers = session.scalars(
        select(Order.number)
        .where(
            Order.service_point_id == here.point.id,
            Order.type.in_(codes_of(COLLECTING)),
            Order.state.in_(ACTIVE - {State.EXCEPTION}),
        )
        .order_by(Order.number)
    ).all()
    reason = Message.of("reason.customer_changed", account=agreement.account.number)
    for number in numbers:
        cancel_order(session, number, reason=reason, now=now, actor=actor)


def _active(session: Session, number: str) -> bool:
    order = session.get_one(Order, number)
    return order.state in ACTIVE and order_type_of(order.type).service is ServiceChange.STOP
