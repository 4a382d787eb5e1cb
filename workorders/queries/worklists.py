"""What waits for somebody in customer service: orders, promises, call-backs, decisions, money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from workorders.catalogue import codes_of
from workorders.grammar.times import start_of_day
from workorders.judgement.lifecycle import ACTIVE
from workorders.judgement.traits import TURNS_ON
from workorders.policy.agreements import AgreementState
from workorders.queries.district import district_of
from workorders.queries.undone_tags import count_undone_tags
from workorders.tables import (
    Account,
    AccountNote,
    Adjustment,
    Application,
    Order,
    PendingPayment,
    ServiceAgreement,
    ServicePoint,
)

BY_ORDER = ("visit", "left_on", "taken_away")
"""Ways to stop that wait for an order."""
MOST = 50
"""Lines of a list; the heading says when there are more."""


@dataclass(frozen=True, slots=True)
class Worklists:
    """One person's day; every list has at most MOST lines."""

    mine: Sequence[Order]
    """Orders they raised that are not finished, newest first."""
    promised: Sequence[Order]
    """Service to be restored or begun, and appointments, due by the end of the day; the earliest first."""
    call_backs: Sequence[AccountNote]
    """Due today or before, whoever promised; their own first."""
    adjustments: Sequence[Adjustment]
    """Waiting for a second person."""
    payments: Sequence[PendingPayment]
    applications: Sequence[Application]
    """Waiting for payment, oldest first."""
    stuck: Sequence[ServiceAgreement]
    """Approved or stopping with nothing under way."""
    undone_tags: int
    """How many notices were not posted at the door and wait to be decided."""


def worklists(session: Session, person: str, *, now: datetime) -> Worklists:
    """What waits for `person` (a sign-in name) now."""
    district = district_of(session)
    today = district.day_of(now)
    tonight = start_of_day(today + timedelta(days=1), district.timezone)
    promised = _orders().where(
        Order.state.in_(ACTIVE),
        or_(
            Order.appointment_until < tonight,
            (Order.due_until < tonight) & Order.type.in_(codes_of(TURNS_ON)),
        ),
    )
    due = (
        select(AccountNote)
        .where(AccountNote.call_back_on <= today, AccountNote.done_at.is_(None))
        .options(joinedload(AccountNote.account).joinedload(Account.customer))
        .order_by((AccountNote.actor != person), AccountNote.call_back_on, AccountNote.id)
    )
    return Worklists(
        mine=session.scalars(
            _orders()
            .where(Order.state.in_(ACTIVE), Order.requested_by == person)
            .order_by(Order.number.desc())
            .limit(MOST)
        ).all(),
        promised=session.scalars(promised.order_by(Order.due_until, Order.number).limit(MOST)).all(),
        call_backs=session.scalars(due.limit(MOST)).all(),
        adjustments=session.scalars(
            select(Adjustment)
            .where(Adjustment.state == "pending")
            .options(
                joinedload(Adjustment.account).joinedload(Account.customer), joinedload(Adjustment.to_account)
            )
            .order_by(Adjustment.requested_at)
            .limit(MOST)
        ).all(),
        payments=session.scalars(
            select(PendingPayment)
            .where(PendingPayment.state == "pending")
            .options(joinedload(PendingPayment.account))
            .order_by(PendingPayment.recorded_at)
            .limit(MOST)
        ).all(),
        applications=session.scalars(
            select(Application)
            .where(Application.state == "applied")
            .options(
                joinedload(Application.account).joinedload(Account.customer), joinedload(Application.premise)
            )
            .order_by(Application.start_on, Application.id)
            .limit(MOST)
        ).all(),
        stuck=_stuck(session),
        undone_tags=count_undone_tags(session),
    )


def _orders() -> Select[Order]:
    return select(Order).options(
        joinedload(Order.technician),
        joinedload(Order.account).joinedload(Account.customer),
        joinedload(Order.service_point).joinedload(ServicePoint.premise),
    )


def _stuck(session: Session) -> Sequence[ServiceAgreement]:
    """Their order was cancelled or could not be raised."""
    active = select(Order.number).where(Order.state.in_(ACTIVE))
    starts = (
        (ServiceAgreement.state == AgreementState.APPROVED.value)
        & (ServiceAgreement.starts_by.is_(None) | ServiceAgreement.starts_by.in_(("visit", "with_stop")))
        & (ServiceAgreement.start_order.is_(None) | ServiceAgreement.start_order.not_in(active))
    )
    stops = (
        (ServiceAgreement.state == AgreementState.STOPPING.value)
        & (ServiceAgreement.stops_by.is_(None) | ServiceAgreement.stops_by.in_(BY_ORDER))
        & (ServiceAgreement.stop_order.is_(None) | ServiceAgreement.stop_order.not_in(active))
    )
    return session.scalars(
        select(ServiceAgreement)
        .where(or_(starts, stops))
        .options(
            joinedload(ServiceAgreement.account).joinedload(Account.customer),
            joinedload(ServiceAgreement.service_point).joinedload(ServicePoint.premise),
        )
        .order_by(ServiceAgreement.id)
        .limit(MOST)
    ).all()
