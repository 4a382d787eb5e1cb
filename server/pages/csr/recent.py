"""What a person looked at last: kept in their own session, named anew each time it is shown."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import session as cookie
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.tables import Account, Meter, Order, Premise

RECENT = "recent"
MOST = 8
"""Lines: more does not fit into a glance, nor into a cookie beside the rest."""
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Recent:
    """One of them. `kind`: account, order, premise or meter."""

    kind: str
    key: str
    title: str
    detail: str


def looked_at(kind: str, key: str) -> None:
    """Put it first in the person's list."""
    if len(key) > LONGEST:
        return
    kept = [one for one in cookie.get(RECENT, []) if one != [kind, key]]
    wanted = [[kind, key], *kept][:MOST]
    if wanted != cookie.get(RECENT):
        cookie[RECENT] = wanted


def recent(session: Session) -> list[Recent]:
    """The person's list, the latest first; what is gone is left out."""
    kept = [(kind, key) for kind, key in cookie.get(RECENT, [])]
    named = {(one.kind, one.key): one for one in _named(session, kept)}
    return [named[one] for one in kept if one in named]


def _named(session: Session, kept: list[tuple[str, str]]) -> Iterator[Recent]:
    keys = {kind: [key for one, key in kept if one == kind] for kind, _ in kept}
    if "account" in keys:
        accounts = select(Account).where(Account.number.in_(keys["account"]))
        for account in session.scalars(accounts.options(joinedload(Account.customer))):
            yield Recent("account", account.number, account.customer.name, account.number)
    if "order" in keys:
        orders = select(Order).where(Order.number.in_(keys["order"]))
        for order in session.scalars(orders):
            yield Recent("order", order.number, order.type, order.number)
    if "premise" in keys:
        for premise in session.scalars(select(Premise).where(Premise.number.in_(keys["premise"]))):
            yield Recent("premise", premise.number, premise.address, premise.city)
    if "meter" in keys:
        # A serial that was corrected leads to no page any more.
        for serial in session.scalars(select(Meter.serial).where(Meter.serial.in_(keys["meter"]))):
            yield Recent("meter", serial, serial, "")
