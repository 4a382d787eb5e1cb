"""The one search box: account, order, meter, address, customer name, each through an index.

A word that looks like a number is looked up as the beginning of one, of a receipt, lock or seal, and as
the end of a serial; a telephone number or email address leads to its accounts; words are looked up as the
beginnings of words in names and addresses. Answers come in the order in which people mean them: exact
numbers first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from workorders.grammar.search_words import (
    Question,
    address_question,
    exactly_numbered,
    name_question,
    plain_words,
    without_parts,
)
from workorders.grammar.texts import storable
from workorders.queries.search_parts import (
    accounts_of_receipts,
    accounts_reached_at,
    begins,
    premises_of_locks,
    serials_ending,
)
from workorders.queries.search_ranking import address_rank, asked_address
from workorders.queries.search_spelling import readings
from workorders.tables import (
    Account,
    Customer,
    Installation,
    Meter,
    Order,
    Premise,
    ServiceAgreement,
    ServicePoint,
    search_index,
)

LIMIT = 12
"""Answers of each kind: a list that is read at a glance; more words find more exactly."""
COUNTED = 500
"""Answers of each kind that are counted; beyond that “more than” says enough."""
RANKED = 150
"""Addresses that are put in order: taking one apart costs some hundredths of a millisecond."""
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


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found: at most so many of each kind, best first, and how many there are."""

    hits: list[Hit]
    totals: dict[str, int]
    """Answers by kind, counted up to COUNTED: one more than that means “more than”."""
    unused: tuple[str, ...] = ()
    """Parts of the question that no answer has, so that it was asked without them."""
    read_as: str | None = None
    """The question as it was probably meant, where nothing was found as it was spelled."""

    @property
    def total(self) -> int:
        """All answers of every kind."""
        return sum(self.totals.values())

    @property
    def more(self) -> bool:
        """There are more than were counted."""
        return any(count > COUNTED for count in self.totals.values())


def search(session: Session, asked: str, *, limit: int = LIMIT) -> list[Hit]:
    """Everything that fits what was asked, at most `limit` of each kind; nothing for an empty question."""
    return find(session, asked, limit=limit).hits


def find(session: Session, asked: str, *, limit: int = LIMIT) -> Found:
    """What fits, how many there are of each kind, and what had to be left out to find anything."""
    asked = storable(asked.strip()[:100])
    shown: dict[tuple[str, str | int], None] = {}
    keys: dict[str, dict[str | int, None]] = {}
    unused: tuple[str, ...] = ()
    for kind, found, without in _sources(session, asked):
        keys.setdefault(kind, {}).update(dict.fromkeys(found))
        shown |= dict.fromkeys((kind, key) for key in found[:limit])
        unused = unused or without
    if not shown:
        return _misspelt(session, asked, limit)
    hits = _hits(session, list(shown))
    return Found(hits, {kind: len(found) for kind, found in keys.items()}, unused)


def _misspelt(session: Session, asked: str, limit: int) -> Found:
    """What is found for the likeliest reading of a question that nothing fits as it is spelled."""
    for reading in readings(session, asked):
        places = _addresses(session, address_question(reading), reading)
        named = _names(session, reading)
        if places or named:
            premises: list[tuple[str, str | int]] = [("premise", key) for key in places[:limit]]
            accounts: list[tuple[str, str | int]] = [("account", key) for key in named[:limit]]
            totals = {"premise": len(places), "account": len(named)}
            return Found(_hits(session, [*premises, *accounts]), totals, read_as=reading)
    return Found([], {})


def _sources(session: Session, asked: str) -> Iterator[tuple[str, Sequence[str | int], tuple[str, ...]]]:
    """(kind, keys, parts left out) of each way of looking, in the order in which people mean them."""
    most, nothing = COUNTED + 1, True
    number = asked.upper()
    reached = accounts_reached_at(session, asked, most)
    yield "account", reached, ()
    if NUMBER.fullmatch(number) and any(sign.isdigit() for sign in number):
        numbered: list[tuple[str, Sequence[str | int]]] = [
            ("order", _beginning(session, Order.number, number)),
            ("account", _beginning(session, Account.number, number)),
            ("account", accounts_of_receipts(session, number, most)),
            ("meter", [*_beginning(session, Meter.serial, number), *serials_ending(session, number, most)]),
            ("premise", [*_premise_numbers(session, number), *premises_of_locks(session, number, most)]),
        ]
        nothing = not any(found for _kind, found in numbered)
        for kind, found in numbered:
            yield kind, found, ()
    if len("".join(plain_words(asked))) >= 2:
        unused: tuple[str, ...] = ()
        places = _addresses(session, address_question(asked), asked)
        named = _names(session, asked)
        if nothing and not (reached or places or named):
            places, unused = _with_less(session, asked)
        yield "premise", places, unused
        yield "account", named, ()


def _hits(session: Session, wanted: Sequence[tuple[str, str | int]]) -> list[Hit]:
    """What is shown of each answer, in this order; a premise has a line for each service point."""
    numbers = {kind: [str(key) for of, key in wanted if of == kind] for kind in ("order", "account", "meter")}
    premises = [int(key) for kind, key in wanted if kind == "premise"]
    found: dict[tuple[str, str | int], list[Hit]] = {}
    for of, fetch in (("order", _orders), ("account", _account_hits), ("meter", _meters)):
        if numbers[of]:
            found |= {(of, hit.key): [hit] for hit in fetch(session, numbers[of])}
    if premises:
        found |= {("premise", key): rows for key, rows in _premise_hits(session, premises).items()}
    return [hit for one in wanted for hit in found.get(one, [])]


def _beginning(session: Session, column: InstrumentedAttribute[str], start: str) -> Sequence[str]:
    """The numbers that begin so, in order, as many as are counted."""
    query = select(column).where(begins(column, start)).order_by(column).limit(COUNTED + 1)
    return session.scalars(query).all()


def _orders(session: Session, numbers: Sequence[str]) -> Iterator[Hit]:
    query = (
        select(Order.number, Order.type, Order.state, Premise, ServicePoint.number, Account.number)
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .outerjoin(Account, Account.id == Order.account_id)
        .where(Order.number.in_(numbers))
        .order_by(Order.number)
    )
    for number, type_, state, premise, point, account in session.execute(query):
        yield Hit("order", number, type_, premise.address, state, account, point)


def _names(session: Session, asked: str) -> Sequence[str]:
    """The numbers of the accounts of customers whose name has words that begin so."""
    dialect = session.get_bind().dialect.name
    ids = search_index.ids_with_words(search_index.CUSTOMER, name_question(asked), COUNTED + 1, dialect)
    # Read first: joined, a planner may walk all accounts in the order of their numbers instead.
    customers = session.scalars(ids).all()
    query = select(Account.number).where(Account.customer_id.in_(customers)).order_by(Account.number)
    return session.scalars(query.limit(COUNTED + 1)).all()


def _account_hits(session: Session, numbers: Sequence[str]) -> Iterator[Hit]:
    query = (
        select(Account.id, Account.number, Account.status, Customer.name)
        .join(Customer, Customer.id == Account.customer_id)
        .where(Account.number.in_(numbers))
        .order_by(Account.number)
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


def _meters(session: Session, serials: Sequence[str]) -> Iterator[Hit]:
    query = (
        select(Meter.serial, Meter.make, Meter.size, Meter.status, ServicePoint, Premise)
        .outerjoin(Installation, and_(Installation.meter_id == Meter.id, Installation.removed_at.is_(None)))
        .outerjoin(ServicePoint, ServicePoint.id == Installation.service_point_id)
        .outerjoin(Premise, Premise.id == ServicePoint.premise_id)
        .where(Meter.serial.in_(serials))
        .order_by(Meter.serial)
    )
    for serial, make, size, status, point, premise in session.execute(query):
        where = premise.address if premise is not None else status
        number = point.number if point is not None else None
        yield Hit("meter", serial, f"{make} {size}", where, point.state if point else None, None, number)


def _premise_numbers(session: Session, start: str) -> Sequence[int]:
    """The ids of premises whose number, or a service point's number, begins so."""
    premises = select(Premise.id).where(begins(Premise.number, start)).order_by(Premise.number)
    points = select(ServicePoint.premise_id).where(begins(ServicePoint.number, start))
    found = [
        *session.scalars(premises.limit(COUNTED + 1)),
        *session.scalars(points.order_by(ServicePoint.number).limit(COUNTED + 1)),
    ]
    return list(dict.fromkeys(found))


def _addresses(session: Session, question: Question, asked: str) -> list[int]:
    """The ids of premises that answer to the question, the house that was meant first."""
    if not question:
        return []
    dialect = session.get_bind().dialect.name
    exact = exactly_numbered(question)
    found: list[int] = []
    for one in (exact, question):
        if one is not None and len(found) <= COUNTED:
            query = search_index.ids_with_words(search_index.PREMISE, one, COUNTED + 1, dialect)
            found = list(dict.fromkeys([*found, *session.scalars(query)]))
    if len(found) < 2:
        return found
    wanted = asked_address(asked)
    rows = session.execute(
        select(Premise.id, Premise.house_number, Premise.street).where(Premise.id.in_(found[:RANKED]))
    )
    ranked = sorted(rows, key=lambda row: address_rank(wanted, row.house_number, row.street))
    return [*(row.id for row in ranked), *found[RANKED:]][: COUNTED + 1]


def _with_less(session: Session, asked: str) -> tuple[list[int], tuple[str, ...]]:
    """The premises found when parts of the address are left out, as few as possible, and those parts."""
    for question, unused in without_parts(asked):
        places = _addresses(session, question, asked)
        if places:
            return places, unused
    return [], ()


def _premises_with_points() -> Select[Premise, str, str, str, str]:
    return (
        select(Premise, ServicePoint.number, ServicePoint.state, Account.number, Customer.name)
        .outerjoin(ServicePoint, ServicePoint.premise_id == Premise.id)
        .outerjoin(
            ServiceAgreement,
            and_(ServiceAgreement.service_point_id == ServicePoint.id, ServiceAgreement.serving),
        )
        .outerjoin(Account, Account.id == ServiceAgreement.account_id)
        .outerjoin(Customer, Customer.id == Account.customer_id)
        .order_by(ServicePoint.number)
    )


def _premise_hits(session: Session, ids: Sequence[int]) -> dict[int, list[Hit]]:
    """The premises by their ids, each with who is served there."""
    rows: dict[int, list[Hit]] = {}
    for premise, point, state, account, name in session.execute(
        _premises_with_points().where(Premise.id.in_(ids))
    ):
        detail = " · ".join(part for part in (premise.city, name or "nobody served now") if part)
        hit = Hit("premise", premise.number, premise.address, detail, state, account, point)
        rows.setdefault(premise.id, []).append(hit)
    return rows
