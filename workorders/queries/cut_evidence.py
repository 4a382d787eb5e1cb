"""All that is on record about one disconnection for non-payment, as a commission or a court asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.grammar.times import start_of_day
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.field_reports import FieldReport, field_reports
from workorders.queries.order_story import order_story
from workorders.queries.orders import find_order
from workorders.queries.timeline import Line
from workorders.tables import AccountNote, CutAuthority, Hold, Notice, Order, Payment, PhoneCode

BEFORE, AFTER = timedelta(days=180), timedelta(days=60)
"""How far around the order money, notices, holds and contacts are looked for."""
MOST = 200
"""Rows of each kind: an account that has more has another story."""


@dataclass(frozen=True, slots=True)
class CutEvidence:
    """The order, and everything around it, oldest first."""

    order: Order
    authorities: Sequence[CutAuthority]
    """Each time it was sent out: until when, and every rule that was asked."""
    codes: Sequence[PhoneCode]
    """What was given to the technician by telephone; a release with every rule that was asked anew."""
    notices: Sequence[Notice]
    holds: Sequence[Hold]
    payments: Sequence[Payment]
    contacts: Sequence[AccountNote]
    story: Sequence[Line]
    reports: Sequence[FieldReport]
    followers: Sequence[Order]
    """What restored the service, and other orders that came of it."""


def cut_evidence(session: Session, number: str) -> CutEvidence:
    """Raises Problem `not_found`, also for an order that cuts nothing."""
    order = find_order(session, number)
    if not order_type_of(order.type).needs_authority:
        raise Problem("not_found", what="disconnect", key=number)
    since = order.requested_at - BEFORE
    until = (order.finished_at or order.cancelled_at or order.requested_at) + AFTER
    zone = district_of(session).timezone
    first, last = district_of(session).day_of(since), district_of(session).day_of(until)
    account = order.account_id
    authorities = select(CutAuthority).where(CutAuthority.order_number == number).order_by(CutAuthority.id)
    codes = select(PhoneCode).where(PhoneCode.order_number == number).order_by(PhoneCode.id)
    notices = select(Notice).where(Notice.account_id == account, Notice.sent_on.between(first, last))
    holds = select(Hold).where(
        Hold.account_id == account, Hold.starts_on <= last, Hold.ends_on.is_(None) | (Hold.ends_on >= first)
    )
    payments = select(Payment).where(
        Payment.account_id == account, Payment.received_at.between(start_of_day(first, zone), until)
    )
    contacts = select(AccountNote).where(
        AccountNote.account_id == account, AccountNote.at.between(since, until)
    )
    followers = select(Order).where(Order.follows_number == number).order_by(Order.number)
    return CutEvidence(
        order=order,
        authorities=session.scalars(authorities).all(),
        codes=session.scalars(codes).all(),
        notices=session.scalars(notices.order_by(Notice.sent_on, Notice.id).limit(MOST)).all(),
        holds=session.scalars(holds.order_by(Hold.starts_on, Hold.id).limit(MOST)).all(),
        payments=session.scalars(payments.order_by(Payment.received_at, Payment.id).limit(MOST)).all(),
        contacts=session.scalars(contacts.order_by(AccountNote.at, AccountNote.id).limit(MOST)).all(),
        story=order_story(session, order),
        reports=field_reports(session, order),
        followers=session.scalars(followers).all(),
    )
