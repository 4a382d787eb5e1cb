"""Visits as customers see them: the link, the order behind it, and who is driving there."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from workorders.judgement.lifecycle import State
from workorders.tables import Customer, Enrollment, FieldEvent, Order, OrderEvent, ServicePoint, VisitLink
from workorders.tables.customers import Account

MOST_LINKS = 5
"""Of an order at once; each assignment has one at most."""
NOTICES = "visit_notices"
"""The program of an account whose customer wants to be told when somebody is on the way."""


def link_by_key(session: Session, key: str) -> VisitLink | None:
    """The link that an address names, also one that has ended."""
    return session.scalar(select(VisitLink).where(VisitLink.key == key))


def visited_order(session: Session, link: VisitLink) -> Order:
    """The order of a link, with its place and technician."""
    query = (
        select(Order)
        .where(Order.number == link.order_number)
        .options(
            joinedload(Order.service_point).joinedload(ServicePoint.premise), joinedload(Order.technician)
        )
    )
    return session.scalars(query).one()


def live_links(session: Session, number: str, *, now: datetime) -> Sequence[VisitLink]:
    """The links of an order that open its page now, the newest first."""
    query = select(VisitLink).where(
        VisitLink.order_number == number, VisitLink.revoked_at.is_(None), VisitLink.expires_at > now
    )
    return session.scalars(query.order_by(VisitLink.id.desc()).limit(MOST_LINKS)).all()


def travel_began(session: Session, order: Order) -> datetime | None:
    """When the technician set out for an order most lately; None when nobody has."""
    query = select(func.max(OrderEvent.at)).where(
        OrderEvent.order_number == order.number, OrderEvent.kind == "en_route"
    )
    return session.scalar(query)


def place_under_way(
    session: Session, technician_id: str, *, since: datetime
) -> tuple[datetime, float, float] | None:
    """(when, longitude, latitude) of a technician's newest report since then that told a place."""
    query = (
        select(FieldEvent.occurred_at, FieldEvent.body)
        .where(
            FieldEvent.technician_id == technician_id,
            FieldEvent.occurred_at >= since,
            FieldEvent.body["position"]["lon"].as_string().is_not(None),
        )
        .order_by(FieldEvent.occurred_at.desc(), FieldEvent.counter.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    at, body = found
    return at, float(body["position"]["lon"]), float(body["position"]["lat"])


def customers_to_notify(session: Session, today: date, *, limit: int) -> list[tuple[str, int]]:
    """(order, epoch) that somebody is driving to and whose customer asked to be told and has an address."""
    query = (
        select(Order.number, Order.epoch)
        .join(Account, Account.id == Order.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Enrollment, Enrollment.account_id == Account.id)
        .where(
            Order.state == State.EN_ROUTE,
            Customer.email.is_not(None),
            Enrollment.kind == NOTICES,
            Enrollment.starts_on <= today,
            Enrollment.ends_on.is_(None) | (Enrollment.ends_on >= today),
        )
        .order_by(Order.number)
        .limit(limit)
    )
    return [(number, epoch) for number, epoch in session.execute(query).all()]
