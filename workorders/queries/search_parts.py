"""What people know only in part or read off something: telephone, email, receipt, lock, end of a serial."""

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, literal_column, or_, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLCoreOperations

from workorders.tables import (
    Account,
    CounterReceipt,
    Customer,
    Meter,
    Receipt,
    ServicePoint,
    search_ends,
)

_TELEPHONE = re.compile(r"\+?[0-9() ./-]{7,24}")
_EXTENSION = re.compile(r"(?:x|ext\.?)\s*[0-9]{1,6}$", re.IGNORECASE)


def begins(column: SQLCoreOperations[str] | SQLCoreOperations[str | None], start: str) -> ColumnElement[bool]:
    """A range that a plain index serves on both engines; z sorts behind what numbers are made of."""
    return and_(column >= start, column < start + "zzzz", column.startswith(start, autoescape=True))


def accounts_reached_at(session: Session, asked: str, limit: int) -> Sequence[str]:
    """The numbers of accounts whose customer has this email address, or telephone number however written."""
    if "@" in asked:
        address: ColumnElement[str] = literal_column(search_ends.email(_dialect(session)))
        customers = select(Customer.id).where(begins(address, asked.lower()))
        return _accounts(session, session.scalars(customers.limit(limit)).all(), limit)
    plain = _EXTENSION.sub("", asked).strip()
    digits = _digits(plain)
    if not _TELEPHONE.fullmatch(plain) or not search_ends.PHONE_DIGITS <= len(digits) <= 15:
        return []
    end: ColumnElement[str] = literal_column(search_ends.phone_end(_dialect(session)))
    rows = session.execute(
        select(Customer.id, Customer.phone)
        .where(end == digits[-search_ends.PHONE_DIGITS :])
        .order_by(Customer.id)
        .limit(limit)
    )
    return _accounts(session, [row.id for row in rows if _same_area(row.phone, digits)], limit)


def _same_area(kept: str, asked: str) -> bool:
    """Where both have an area code it is the same one; a country code may stand before either."""
    here = _digits(_EXTENSION.sub("", kept))[: -search_ends.PHONE_DIGITS]
    there = asked[: -search_ends.PHONE_DIGITS]
    return here.endswith(there) or there.endswith(here)


def _accounts(session: Session, customers: Sequence[int], limit: int) -> Sequence[str]:
    query = select(Account.number).where(Account.customer_id.in_(customers)).order_by(Account.number)
    return session.scalars(query.limit(limit)).all()


def accounts_of_receipts(session: Session, start: str, limit: int) -> Sequence[str]:
    """The numbers of accounts with a receipt, of the field or the counter, whose number begins so."""
    field, counter = (
        select(receipt.number, receipt.account_id).where(begins(receipt.number, start)).limit(limit)
        for receipt in (Receipt, CounterReceipt)
    )
    either = union_all(select(field.subquery()), select(counter.subquery())).subquery()
    query = select(Account.number).join(either, either.c.account_id == Account.id).order_by(either.c.number)
    return list(dict.fromkeys(session.scalars(query.limit(limit))))


def premises_of_locks(session: Session, start: str, limit: int) -> Sequence[int]:
    """The ids of premises where a lock or seal hangs whose number begins so."""
    marked = or_(begins(ServicePoint.lock_number, start), begins(ServicePoint.seal_number, start))
    query = select(ServicePoint.premise_id).where(marked).order_by(ServicePoint.number)
    return list(dict.fromkeys(session.scalars(query.limit(limit))))


def serials_ending(session: Session, end: str, limit: int) -> Sequence[str]:
    """The serials that end so; at least SERIAL_END signs are asked for."""
    if len(end) < search_ends.SERIAL_END:
        return []
    last: ColumnElement[str] = literal_column(search_ends.serial_end(_dialect(session)))
    query = select(Meter.serial).where(
        last == end[-search_ends.SERIAL_END :], Meter.serial.endswith(end, autoescape=True)
    )
    return session.scalars(query.order_by(Meter.serial).limit(limit)).all()


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
