"""The one search box: account, order, meter, address, customer name, each through an index.

A word that looks like a number is looked up as the beginning of one; words are looked up as the
beginnings of words in names and addresses. Answers come in the order in which people mean them: exact
numbers first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from workorders import search_index
from workorders.tables import (
    Account,
    Customer,
    Installation,
    Meter,
    Order,
    Premise,
    ServiceAgreement,
    ServicePoint,
)

LIMIT = 12
"""Answers of each kind: a list that is read at a glance; more words find more exactly."""
WORD = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9.-]*")


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer. `kind`: account, order, meter or premise; `key`: its number or serial."""

    kind: str
    key: str
    title: str
    detail: str
    state: str | None = None
    """The order's state, or that of the service point a meter is at."""
    account: str | None = None
    service_point: str | None = None


def search(session: Session, asked: str, *, limit: int = LIMIT) -> list[Hit]:
    """Everything that fits what was asked, at most `limit` of each kind; nothing for an empty question."""
    asked = asked.strip()[:100]
    words = [word.lower() for word in WORD.findall(asked)]
    hits: list[Hit] = []
    number = asked.upper()
    if NUMBER.fullmatch(number) and any(sign.isdigit() for sign in number):
        hits += [*_orders(session, number, limit), *_accounts(session, number, limit)]
        hits += [*_meters(session, number, limit), *_premise_numbers(session, number, limit)]
    if words and len("".join(words)) >= 2:
        hits += [*_addresses(session, words, limit), *_names(session, words, limit)]
    return list({(hit.kind, hit.key): hit for hit in reversed(hits)}.values())[::-1]


def _begins(column: InstrumentedAttribute[str], start: str) -> ColumnElement[bool]:
    """A range that a plain index serves on both engines; z sorts behind what numbers are made of."""
    return and_(column >= start, column < start + "zzzz", column.startswith(start, autoescape=True))


def _orders(session: Session, start: str, limit: int) -> Iterator[Hit]:
    query = (
        select(Order.number, Order.type, Order.state, Premise, ServicePoint.number, Account.number)
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .outerjoin(Account, Account.id == Order.account_id)
        .where(_begins(Order.number, start))
        .order_by(Order.number)
        .limit(limit)
    )
    for number, type_, state, premise, point, account in session.execute(query):
        yield Hit("order", number, type_, premise.address, state, account, point)


def _accounts(session: Session, start: str, limit: int) -> Iterator[Hit]:
    yield from _account_hits(session, _begins(Account.number, start), limit)


def _names(session: Session, words: list[str], limit: int) -> Iterator[Hit]:
    ids = search_index.ids_with_words(search_index.CUSTOMER, words, limit, session.get_bind().dialect.name)
    # Read first: joined, a planner may walk all accounts in the order of their numbers instead.
    customers = session.scalars(ids).all()
    yield from _account_hits(session, Account.customer_id.in_(customers), limit)


def _account_hits(session: Session, condition: ColumnElement[bool], limit: int) -> Iterator[Hit]:
    query = (
        select(Account.id, Account.number, Account.status, Customer.name)
        .join(Customer, Customer.id == Account.customer_id)
        .where(condition)
        .order_by(Account.number)
        .limit(limit)
    )
    rows = session.execute(query).all()
    places = _places(session, [row.id for row in rows])
    for row in rows:
        place = places.get(row.id, "no service point")
        yield Hit("account", row.number, row.name, place, row.status, row.number)


def _places(session: Session, account_ids: list[int]) -> dict[int, str]:
    """The address each account is served at now, or was last."""
    query = (
        select(ServiceAgreement.account_id, Premise)
        .join(ServicePoint, ServicePoint.id == ServiceAgreement.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .where(ServiceAgreement.account_id.in_(account_ids))
        .order_by(ServiceAgreement.end_on.is_not(None).desc(), ServiceAgreement.end_on)
    )
    return {account: premise.address for account, premise in session.execute(query)}


def _meters(session: Session, start: str, limit: int) -> Iterator[Hit]:
    query = (
        select(Meter.serial, Meter.make, Meter.size, Meter.status, ServicePoint, Premise)
        .outerjoin(Installation, and_(Installation.meter_id == Meter.id, Installation.removed_at.is_(None)))
        .outerjoin(ServicePoint, ServicePoint.id == Installation.service_point_id)
        .outerjoin(Premise, Premise.id == ServicePoint.premise_id)
        .where(_begins(Meter.serial, start))
        .order_by(Meter.serial)
        .limit(limit)
    )
    for serial, make, size, status, point, premise in session.execute(query):
        where = premise.address if premise is not None else status
        number = point.number if point is not None else None
        yield Hit("meter", serial, f"{make} {size}", where, point.state if point else None, None, number)


def _premise_numbers(session: Session, start: str, limit: int) -> Iterator[Hit]:
    found = _premises_with_points().where(_begins(Premise.number, start)).limit(limit)
    yield from _premise_hits(session, found)
    points = select(ServicePoint.premise_id).where(_begins(ServicePoint.number, start)).limit(limit)
    yield from _premise_hits(session, _premises_with_points().where(Premise.id.in_(points)))


def _addresses(session: Session, words: list[str], limit: int) -> Iterator[Hit]:
    ids = search_index.ids_with_words(search_index.PREMISE, words, limit, session.get_bind().dialect.name)
    premises = session.scalars(ids).all()
    yield from _premise_hits(session, _premises_with_points().where(Premise.id.in_(premises)))


def _premises_with_points() -> Select[Premise, str, str, str, str]:
    return (
        select(Premise, ServicePoint.number, ServicePoint.state, Account.number, Customer.name)
        .outerjoin(ServicePoint, ServicePoint.premise_id == Premise.id)
        .outerjoin(
            ServiceAgreement,
            and_(ServiceAgreement.service_point_id == ServicePoint.id, ServiceAgreement.end_on.is_(None)),
        )
        .outerjoin(Account, Account.id == ServiceAgreement.account_id)
        .outerjoin(Customer, Customer.id == Account.customer_id)
        .order_by(Premise.street, Premise.house_number, ServicePoint.number)
    )


def _premise_hits(session: Session, query: Select[Premise, str, str, str, str]) -> Iterator[Hit]:
    for premise, point, state, account, name in session.execute(query):
        detail = " · ".join(part for part in (premise.city, name or "nobody served now") if part)
        yield Hit("premise", premise.number, premise.address, detail, state, account, point)
