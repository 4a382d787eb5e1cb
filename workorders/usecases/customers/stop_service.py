"""A customer asks to stop service, or takes that back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.grammar.times import checked_day
from workorders.judgement.lifecycle import TRANSITIONS, Command, State
from workorders.messages.message import typed
from workorders.policy.agreements import WAITING, Step
from workorders.policy.start_service import Start
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named, lock_account, order_for_update
from workorders.queries.service_now import service_now
from workorders.tables import ServiceAgreement, ServicePoint
from workorders.usecases.customers.arrange import arrange_start, arrange_stop
from workorders.usecases.customers.audit import note_agreement, take_step
from workorders.usecases.orders.cancel import cancel_order

AHEAD = timedelta(days=366)
BACK = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequest:
    """What a customer asks for. `points`: numbers of service points that the account answers for."""

    account_number: str
    points: tuple[str, ...]
    stop_on: date
    forwarding_address: str = ""
    leave_on: bool = False
    """The service stays on without a customer: an owner who shows the place, a seller and a buyer."""


def stop_service(
    session: Session, asked: StopRequest, *, now: datetime, actor: str
) -> list[ServiceAgreement]:
    """Stop service at the points on a day: by a turn_off, by a read, or by the next customer's visit.

    A successor of the same day, or a landlord's standing agreement, keeps the service on, and one read serves
    both. The forwarding address becomes the customer's mailing address. Sent again it changes nothing that
    is not different. Raises Problem `not_found`, `bad_input` naming the field, and what `raise_order` raises.
    """
    account = account_named(session, asked.account_number)
    lock_account(session, account.id)
    today = district_of(session).day_of(now)
    if not today - BACK <= checked_day(asked.stop_on, field="stop_on") <= today + AHEAD:
        raise Problem("bad_input", field="stop_on", reason="from a month ago to a year ahead")
    forwarding = checked_line(asked.forwarding_address, field="forwarding_address") or None
    if not asked.points:
        raise Problem("bad_input", field="points", reason="choose at least one service")
    agreements = session.scalars(
        select(ServiceAgreement)
        .join(ServicePoint, ServicePoint.id == ServiceAgreement.service_point_id)
        .where(
            ServiceAgreement.account_id == account.id,
            ServiceAgreement.serving,
            ServicePoint.number.in_(asked.points),
        )
        .order_by(ServiceAgreement.id)
    ).all()
    missing = set(asked.points) - {one.service_point.number for one in agreements}
    if missing:
        raise Problem("not_found", what="service of this account at", key=min(missing))
    if forwarding is not None:
        account.customer.mailing_address = forwarding
    for agreement in agreements:
        if agreement.state == "active":
            _stop(session, agreement, asked, forwarding, now=now, actor=actor)
    session.flush()
    return list(agreements)


def cancel_stop(
    session: Session, agreement_id: int, *, reason: str, now: datetime, actor: str
) -> ServiceAgreement:
    """The customer stays: the stop is off, its order is cancelled.

    Raises Problem `not_found`, `agreement_is`, `bad_input` without a reason, and `successor_waits` when
    somebody else is to move in.
    """
    agreement = agreement_locked(session, agreement_id)
    reason = checked_line(reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    waiting = service_now(session, agreement.service_point).waiting
    if waiting is not None:
        raise Problem("successor_waits", account=waiting.account.number)
    take_step(session, agreement, Step.STOP_CANCELLED, now=now, actor=actor, reason=reason)
    number, agreement.stop_order = agreement.stop_order, None
    agreement.stop_on, agreement.stops_by = None, None
    if number is not None:
        order = order_for_update(session, number)
        if (State(order.state), Command.CANCEL) in TRANSITIONS:
            cancel_order(session, number, reason=typed(reason), now=now, actor=actor)
    session.flush()
    return agreement


def arrange_again(session: Session, agreement_id: int, *, now: datetime, actor: str) -> ServiceAgreement:
    """Raise anew what an agreement waits for, when its order was cancelled or could not be raised.

    Raises Problem `not_found`, `agreement_is` for one that waits for nothing, and what `raise_order` raises.
    """
    agreement = agreement_locked(session, agreement_id)
    if agreement.state == "approved":
        agreement.start_order, agreement.starts_by = None, None
        arrange_start(session, agreement, now=now, actor=actor)
    elif agreement.state == "stopping":
        agreement.stop_order = None
        leave = agreement.stops_by in {"left_on", "successor"}
        arrange_stop(session, agreement, leave_on=leave, now=now, actor=actor)
    else:
        raise Problem("agreement_is", agreement_state=agreement.state, step="ordered")
    return agreement


def agreement_locked(session: Session, agreement_id: int) -> ServiceAgreement:
    """The agreement, its account locked. Raises Problem `not_found`."""
    found = session.get(ServiceAgreement, agreement_id)
    if found is None:
        raise Problem("not_found", what="service agreement", key=agreement_id)
    lock_account(session, found.account_id)
    session.refresh(found)
    return found


def _stop(
    session: Session,
    agreement: ServiceAgreement,
    asked: StopRequest,
    forwarding: str | None,
    *,
    now: datetime,
    actor: str,
) -> None:
    here = service_now(session, agreement.service_point)
    day, today = asked.stop_on, district_of(session).day_of(now)
    if day < agreement.start_on:
        raise Problem("bad_input", field="stop_on", reason="it is before the service began")
    agreement.stop_on, agreement.forwarding_address = day, forwarding
    take_step(session, agreement, Step.STOP_ASKED, now=now, actor=actor, on=day.isoformat())
    successor = here.waiting is not None and here.waiting.state in WAITING and here.waiting.start_on == day
    landlord = here.landlord
    reverts = (
        landlord is not None
        and landlord.account_id != agreement.account_id
        and (landlord.starts_on <= day <= (landlord.ends_on or day))
    )
    arrange_stop(session, agreement, leave_on=asked.leave_on or successor or reverts, now=now, actor=actor)
    if agreement.stop_order is not None and day < today:
        raise Problem("bad_input", field="stop_on", reason="no read of that day is on record")
    if here.waiting is not None and successor and here.waiting.state == "approved" and agreement.stop_order:
        here.waiting.starts_by, here.waiting.start_order = Start.WITH_STOP.value, agreement.stop_order
        note_agreement(
            session,
            here.waiting,
            "ordered",
            before=here.waiting.state,
            now=now,
            actor=actor,
            order=agreement.stop_order,
        )
