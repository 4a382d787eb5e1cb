"""Agreements whose day has come, whose final bill is in, or that are settled: the worker looks each hour."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from workorders.policy.agreements import AgreementState, Step
from workorders.policy.start_service import Start, Stop
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.lookups import lock_account
from workorders.queries.service_now import service_now
from workorders.tables import Account, Bill, LedgerBalance, ServiceAgreement, ServicePoint
from workorders.usecases.collections.bills import BILL_CLASSES
from workorders.usecases.customers.audit import note_agreement, take_step
from workorders.usecases.customers.moves import begin, end

MOST = 500
"""Agreements in one round of a kind; the rest are found in the next."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many agreements a round moved."""

    stopped: int
    started: int
    final_billed: int
    closed: int


def move_agreements(session: Session, *, now: datetime) -> Moved:
    """Begin and end what needs no visit and whose day has come; follow final bills and settled balances."""
    return Moved(
        stopped=_stop_today(session, now),
        started=_start_today(session, now),
        final_billed=_billed(session, now),
        closed=_settled(session, now),
    )


def _start_today(session: Session, now: datetime) -> int:
    today = district_of(session).day_of(now)
    due = session.scalars(
        select(ServiceAgreement)
        .where(
            ServiceAgreement.state == AgreementState.APPROVED.value,
            ServiceAgreement.starts_by.in_((Start.READ.value, Start.NO_VISIT.value)),
            ServiceAgreement.start_on <= today,
        )
        .order_by(ServiceAgreement.account_id, ServiceAgreement.id)
        .limit(MOST)
    ).all()
    for agreement in due:
        lock_account(session, agreement.account_id)
        read = service_now(session, agreement.service_point).read
        begin(session, agreement, on=agreement.start_on, read=read, now=now, actor="curbstop")
    return len(due)


def _stop_today(session: Session, now: datetime) -> int:
    today = district_of(session).day_of(now)
    due = session.scalars(
        select(ServiceAgreement)
        .where(
            ServiceAgreement.state == AgreementState.STOPPING.value,
            ServiceAgreement.stops_by.in_((Stop.READ.value, Stop.NO_VISIT.value)),
            ServiceAgreement.stop_on <= today,
        )
        .order_by(ServiceAgreement.account_id, ServiceAgreement.id)
        .limit(MOST)
    ).all()
    for agreement in due:
        lock_account(session, agreement.account_id)
        read = service_now(session, agreement.service_point).read
        end(session, agreement, on=agreement.stop_on or today, read=read, now=now, actor="curbstop")
    return len(due)


def _billed(session: Session, now: datetime) -> int:
    """A bill of the service made on or after its last day is its final bill."""
    billed = exists().where(
        Bill.account_id == ServiceAgreement.account_id,
        Bill.billed_on >= ServiceAgreement.end_on,
        or_(Bill.service == ServicePoint.service, ServicePoint.service.not_in(BILL_CLASSES)),
    )
    due = session.scalars(
        select(ServiceAgreement)
        .join(ServicePoint, ServicePoint.id == ServiceAgreement.service_point_id)
        .where(ServiceAgreement.state == AgreementState.STOPPED.value, billed)
        .order_by(ServiceAgreement.id)
        .limit(MOST)
    ).all()
    for agreement in due:
        take_step(session, agreement, Step.FINAL_BILLED, now=now, actor="curbstop")
    return len(due)


def _settled(session: Session, now: datetime) -> int:
    """Nothing is owed either way: not to the district, not a deposit, not a refund."""
    owed = (
        select(func.count())
        .select_from(LedgerBalance)
        .where(
            LedgerBalance.ledger.in_(("AR", "DEP", "REFUND")),
            LedgerBalance.party == Account.number,
            LedgerBalance.amount_cents != 0,
        )
        .correlate(Account)
        .scalar_subquery()
    )
    due = session.scalars(
        select(ServiceAgreement)
        .join(Account, Account.id == ServiceAgreement.account_id)
        .where(ServiceAgreement.state == AgreementState.FINAL_BILLED.value, owed == 0)
        .order_by(ServiceAgreement.id)
        .limit(MOST)
    ).all()
    for agreement in due:
        take_step(session, agreement, Step.CLOSED, now=now, actor="curbstop")
        account = session.get_one(Account, agreement.account_id)
        left = session.scalar(
            select(ServiceAgreement.id)
            .where(ServiceAgreement.account_id == account.id, ServiceAgreement.state.not_in(_OVER))
            .limit(1)
        )
        if left is None and account.status != "closed":
            account.status, account.closed_on = "closed", district_of(session).day_of(now)
    session.flush()
    return len(due)


_OVER = (AgreementState.CLOSED.value, AgreementState.WITHDRAWN.value)


def hand_off_final_bills(session: Session, *, now: datetime, actor: str) -> list[int]:
    """Mark what the billing system is given now; the ids of the agreements.

    Raises Problem `nothing_to_bill`.
    """
    waiting = session.scalars(
        select(ServiceAgreement)
        .where(
            ServiceAgreement.state == AgreementState.STOPPED.value, ServiceAgreement.handed_off_at.is_(None)
        )
        .order_by(ServiceAgreement.id)
        .with_for_update()
    ).all()
    if not waiting:
        raise Problem("nothing_to_bill")
    for agreement in waiting:
        agreement.handed_off_at = now
        note_agreement(session, agreement, "handed_off", before=agreement.state, now=now, actor=actor)
    session.flush()
    return [one.id for one in waiting]
