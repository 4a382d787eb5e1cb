"""Agreements that begin and end: by a visit, by a read on record, or by their day."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.judgement.lifecycle import TRANSITIONS, Command, State
from workorders.ledger import balance, post
from workorders.messages.message import Message
from workorders.policy.agreements import AgreementState, Step
from workorders.policy.start_service import Start, Stop
from workorders.queries.district import district_of
from workorders.queries.lookups import order_for_update
from workorders.queries.service_now import landlord_of
from workorders.tables import Account, Order, Read, ServiceAgreement
from workorders.usecases.customers.audit import note_agreement, take_step
from workorders.usecases.orders.cancel import cancel_order


def visit_started(
    session: Session, order: Order, *, at: datetime, source: str, now: datetime, actor: str
) -> None:
    """The service is on: the agreement that waits for this order begins, and the one before it ends."""
    waiting = session.scalar(
        select(ServiceAgreement).where(
            ServiceAgreement.start_order == order.number,
            ServiceAgreement.state == AgreementState.APPROVED.value,
        )
    )
    if waiting is not None:
        read, day = read_of(session, order, source), district_of(session).day_of(at)
        begin(session, waiting, on=day, read=read, now=now, actor=actor)


def visit_stopped(
    session: Session, order: Order, *, at: datetime, source: str, now: datetime, actor: str
) -> None:
    """The final read is taken: the agreement that waits for this order ends, and its successor begins."""
    stopping = session.scalar(
        select(ServiceAgreement).where(
            ServiceAgreement.stop_order == order.number,
            ServiceAgreement.state == AgreementState.STOPPING.value,
        )
    )
    if stopping is not None:
        read, day = read_of(session, order, source), district_of(session).day_of(at)
        end(session, stopping, on=day, read=read, now=now, actor=actor)


def begin(
    session: Session,
    agreement: ServiceAgreement,
    *,
    on: date,
    read: Read | None,
    now: datetime,
    actor: str,
) -> None:
    """An approved agreement becomes active; whoever was served there before stops by the same read."""
    before = session.scalar(
        select(ServiceAgreement).where(
            ServiceAgreement.service_point_id == agreement.service_point_id, ServiceAgreement.serving
        )
    )
    if before is not None and before.id != agreement.id:
        before.stops_by = before.stops_by or Stop.SUCCESSOR.value
        _finish(session, before, on=on, read=read, now=now, actor=actor)
        _no_second_trip(session, before, now=now, actor=actor)
    agreement.start_on = on
    agreement.start_read_id = read.id if read is not None else None
    take_step(session, agreement, Step.STARTED, now=now, actor=actor, on=on.isoformat())


def end(
    session: Session, agreement: ServiceAgreement, *, on: date, read: Read | None, now: datetime, actor: str
) -> None:
    """A stopping agreement ends. Its successor begins by the same read, else the landlord's stands in."""
    _finish(session, agreement, on=on, read=read, now=now, actor=actor)
    point = agreement.service_point
    waiting = session.scalar(
        select(ServiceAgreement).where(
            ServiceAgreement.service_point_id == point.id,
            ServiceAgreement.state == AgreementState.APPROVED.value,
            ServiceAgreement.starts_by == Start.WITH_STOP.value,
        )
    )
    if waiting is not None and point.state == "on":
        begin(session, waiting, on=max(on, waiting.start_on), read=read, now=now, actor=actor)
    elif waiting is not None:
        # It was turned off all the same: the office sees on the account that somebody must turn it on.
        waiting.start_order, waiting.starts_by = None, None
        note_agreement(session, waiting, "left_off", before=waiting.state, now=now, actor=actor)
    elif point.state == "on":
        _revert(session, agreement, on=on, read=read, now=now)
    session.flush()


def read_of(session: Session, order: Order, source: str) -> Read | None:
    """The read that a report brought."""
    session.flush()
    return session.scalar(
        select(Read)
        .where(Read.source == source, Read.service_point_id == order.service_point_id)
        .order_by(Read.id.desc())
        .limit(1)
    )


def _finish(
    session: Session, agreement: ServiceAgreement, *, on: date, read: Read | None, now: datetime, actor: str
) -> None:
    agreement.end_on = max(on, agreement.start_on)
    agreement.final_read_id = read.id if read is not None else None
    take_step(session, agreement, Step.STOPPED, now=now, actor=actor, on=on.isoformat())
    going_on = session.scalar(
        select(ServiceAgreement.id)
        .where(
            ServiceAgreement.account_id == agreement.account_id,
            ServiceAgreement.serving | ServiceAgreement.state.in_(("applied", "approved")),
        )
        .limit(1)
    )
    if going_on is not None:
        return
    account = session.get_one(Account, agreement.account_id)
    account.status = "final"
    if agreement.stops_by not in {Stop.VISIT.value, Stop.LEFT_ON.value}:
        _deposit_back(session, agreement, account, now=now)


def _deposit_back(session: Session, agreement: ServiceAgreement, account: Account, *, now: datetime) -> None:
    """As the final visit does where there is one: the deposit pays what the account still owes."""
    held = -balance(session, "DEP", account.number)
    if held > 0:
        post(
            session,
            source=f"agreement:{agreement.id}",
            purpose="deposit_back",
            message=Message("entry.deposit_back"),
            lines=[("DEP", "AR", held)],
            parties={"account": account.number},
            effective_at=now,
            now=now,
        )


def _no_second_trip(session: Session, before: ServiceAgreement, *, now: datetime, actor: str) -> None:
    """The order that was to take the leaving customer's read is not needed any more."""
    if before.stop_order is None:
        return
    order = order_for_update(session, before.stop_order)
    if (State(order.state), Command.CANCEL) in TRANSITIONS:
        cancel_order(session, order.number, reason=Message("reason.one_read"), now=now, actor=actor)


def _revert(session: Session, ended: ServiceAgreement, *, on: date, read: Read | None, now: datetime) -> None:
    """By a standing agreement the landlord answers for the place until the next tenant comes."""
    standing = landlord_of(session, ended.service_point.premise_id)
    if standing is None or standing.account_id == ended.account_id:
        return
    if not standing.starts_on <= on <= (standing.ends_on or on):
        return
    agreement = ServiceAgreement(
        account_id=standing.account_id,
        service_point_id=ended.service_point_id,
        start_on=on,
        state=AgreementState.ACTIVE.value,
        starts_by=Start.REVERSION.value,
        start_read_id=read.id if read is not None else None,
    )
    session.add(agreement)
    session.flush()
    note_agreement(session, agreement, "reverted", before=None, now=now, actor="curbstop")
    account = session.get_one(Account, standing.account_id)
    account.status, account.closed_on = "active", None
