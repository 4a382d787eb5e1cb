"""Accounts with something past due, and all that rules ask of them, read for a whole district at once.

Accounts that owe nothing, or only bills that are not due yet, are left out by the database; everything else
is read in a handful of queries for every CHUNK of accounts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from workorders.facts import AccountFacts
from workorders.policy.aging import DEBT_LOOKBACK
from workorders.policy.notices import NoticeOnRecord
from workorders.queries.account_facts import AccountRecords
from workorders.queries.account_lines import CHUNK
from workorders.queries.pieces import pieces
from workorders.tables import (
    Account,
    Bill,
    Customer,
    CyclePremise,
    LedgerBalance,
    Notice,
    Premise,
    ReturnedMail,
    ServiceAgreement,
    ServicePoint,
)


@dataclass(frozen=True, slots=True)
class DebtorPoint:
    """A service point that the account answers for now."""

    id: int
    number: str
    service: str
    state: str
    address: str
    city: str
    postcode: str
    zone_id: int | None
    medical: bool
    cycle_id: int | None = None


@dataclass(frozen=True, slots=True)
class Departure:
    """Where somebody was served who is served nowhere now, until which day, and where they went."""

    ended_on: date
    forwarding_address: str | None
    address: str
    city: str
    postcode: str
    service: str


@dataclass(frozen=True, slots=True)
class Debtor:
    """An account with its debt, what was sent to it, and where it is served."""

    id: int
    customer: str
    language: str | None
    facts: AccountFacts
    notices: tuple[NoticeOnRecord, ...]
    points: tuple[DebtorPoint, ...]
    mailing_address: str | None = None
    left: Departure | None = None
    """Of an account that is served nowhere now; None, too, when it never was."""
    mail_back_on: date | None = None
    """The day on which mail came back that nobody has followed up: its address is doubted."""

    @property
    def address(self) -> str:
        """Where it is served, or was last; empty when nowhere."""
        found = next((point.address for point in self.points if point.address), "")
        return found or (self.left.address if self.left is not None else "")

    @property
    def mail_to(self) -> str:
        """The lines below the name on an envelope; empty when there is no address."""
        if self.left is not None and self.left.forwarding_address:
            return self.left.forwarding_address
        if self.mailing_address:
            return self.mailing_address
        place: DebtorPoint | Departure | None = next((one for one in self.points if one.address), self.left)
        return f"{place.address}\n{place.city} {place.postcode}".strip() if place is not None else ""

    @property
    def cycle_id(self) -> int | None:
        """The billing cycle that it is followed up in: that of its first service point that has one."""
        return next((point.cycle_id for point in self.points if point.cycle_id is not None), None)


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    number: str
    rate_class: str
    tax_exempt: bool
    check_ban: bool
    customer: str
    language: str | None
    mailing_address: str | None


def debtors(
    session: Session, day: date, *, now: datetime, least_cents: int = 1, served: bool = True
) -> Iterator[Debtor]:
    """Accounts that may owe `least_cents` or more past due on `day`, by number.

    `served` False: only those that are served nowhere.
    """
    rows = _rows(session, day, least_cents, served=served)
    for part in pieces(rows, CHUNK):
        yield from _chunk(session, part, now=now)


def debtors_named(session: Session, numbers: Iterable[str], *, now: datetime) -> Iterator[Debtor]:
    """The accounts of these numbers, whatever they owe."""
    wanted = sorted(set(numbers))
    for part in pieces(wanted, CHUNK):
        query = _accounts().where(Account.number.in_(part))
        yield from _chunk(session, [_Row(*row) for row in session.execute(query)], now=now)


def _accounts() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Account.id,
            Account.number,
            Account.rate_class,
            Account.tax_exempt,
            Account.check_ban,
            Customer.name,
            Customer.language,
            Customer.mailing_address,
        )
        .join(Customer, Customer.id == Account.customer_id)
        .join(LedgerBalance, (LedgerBalance.ledger == "AR") & (LedgerBalance.party == Account.number))
        .order_by(Account.number)
    )


def _rows(session: Session, day: date, least_cents: int, *, served: bool) -> list[_Row]:
    """A posted bill that is not due yet is settled last, so that it is no part of what is past due."""
    waiting = (
        select(Bill.account_id, func.sum(Bill.amount_cents).label("cents"))
        .where(Bill.due_on >= day, Bill.entry_id.is_not(None))
        .group_by(Bill.account_id)
        .subquery()
    )
    owed = LedgerBalance.amount_cents - func.coalesce(waiting.c.cents, 0)
    query = _accounts().outerjoin(waiting, waiting.c.account_id == Account.id)
    least = max(least_cents, 1)
    query = query.where(LedgerBalance.amount_cents >= least, owed >= least)
    if not served:
        serving = exists().where(ServiceAgreement.account_id == Account.id, ServiceAgreement.serving)
        query = query.where(~serving)
    return [_Row(*row) for row in session.execute(query)]


def _chunk(session: Session, rows: Sequence[_Row], *, now: datetime) -> Iterator[Debtor]:
    ids = [row.id for row in rows]
    records = AccountRecords(session, rows, now - DEBT_LOOKBACK)
    sent, points = _notices(session, ids), _points(session, ids)
    left = _departures(session, [one for one in ids if one not in points])
    back = _mail_back(session, ids)
    for row in rows:
        facts = records.facts(row, since=now, lookback=DEBT_LOOKBACK)
        yield Debtor(
            row.id,
            row.customer,
            row.language,
            facts,
            tuple(sent[row.id]),
            tuple(points.get(row.id, ())),
            row.mailing_address,
            left.get(row.id),
            back.get(row.id),
        )


def _notices(session: Session, ids: Sequence[int]) -> defaultdict[int, list[NoticeOnRecord]]:
    found: defaultdict[int, list[NoticeOnRecord]] = defaultdict(list)
    query = select(
        Notice.account_id,
        Notice.kind,
        Notice.sent_on,
        Notice.valid_until,
        Notice.state,
        Notice.returned_on,
        Notice.contacted_on,
    )
    for row in session.execute(query.where(Notice.account_id.in_(ids)).order_by(Notice.id)):
        found[row.account_id].append(NoticeOnRecord(*row[1:]))
    return found


def _departures(session: Session, ids: Sequence[int]) -> dict[int, Departure]:
    """The service that ended last, of accounts that are served nowhere."""
    if not ids:
        return {}
    query = (
        select(
            ServiceAgreement.account_id,
            ServiceAgreement.end_on,
            ServiceAgreement.forwarding_address,
            Premise.house_number,
            Premise.street,
            Premise.city,
            Premise.postcode,
            ServicePoint.service,
        )
        .join(ServicePoint, ServicePoint.id == ServiceAgreement.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .where(ServiceAgreement.account_id.in_(ids), ServiceAgreement.end_on.is_not(None))
        .order_by(ServiceAgreement.end_on, ServiceAgreement.id)
    )
    return {
        account: Departure(ended, forwarding, f"{house} {street}".strip(), city, postcode, service)
        for account, ended, forwarding, house, street, city, postcode, service in session.execute(query)
        if ended is not None
    }


def _mail_back(session: Session, ids: Sequence[int]) -> dict[int, date]:
    query = (
        select(ReturnedMail.account_id, func.max(ReturnedMail.returned_on))
        .where(ReturnedMail.account_id.in_(ids), ReturnedMail.state == "open")
        .group_by(ReturnedMail.account_id)
    )
    return dict(session.execute(query).all())


def _points(session: Session, ids: Sequence[int]) -> defaultdict[int, list[DebtorPoint]]:
    found: defaultdict[int, list[DebtorPoint]] = defaultdict(list)
    query = (
        select(
            ServiceAgreement.account_id,
            ServicePoint.id,
            ServicePoint.number,
            ServicePoint.service,
            ServicePoint.state,
            Premise.house_number,
            Premise.street,
            Premise.city,
            Premise.postcode,
            Premise.zone_id,
            Premise.medical,
            CyclePremise.cycle_id,
        )
        .join(ServicePoint, ServicePoint.id == ServiceAgreement.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .outerjoin(CyclePremise, CyclePremise.premise_id == Premise.id)
        .where(ServiceAgreement.account_id.in_(ids), ServiceAgreement.serving)
        .order_by(ServicePoint.number)
    )
    for (
        account_id,
        id_,
        number,
        service,
        state,
        house,
        street,
        city,
        postcode,
        zone,
        medical,
        cycle,
    ) in session.execute(query):
        address = f"{house} {street}".strip()
        point = DebtorPoint(id_, number, service, state, address, city, postcode, zone, medical, cycle)
        found[account_id].append(point)
    return found
