"""Finding what a command names, with the Problem people get when it is not there; and locking it.

Rows are locked in one stated order, so that two transactions never wait for each other: accounts by ascending
id, then orders by ascending number, then cases, then ledger balances. Whoever needs an order with its account
locks the account on the way; a path that locks many orders locks all their accounts first. A document kept
aside and a payment that waits for approval are locked before any account, because nobody who holds an account
asks for them. What still collides (counters, a service point
of two accounts) loses the race and is run again (workorders.usecases.lost_races).
"""

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from workorders.problems import Problem
from workorders.tables import Account, Order, ServiceAgreement, ServicePoint, Technician

_LOCK_ACCOUNT = select(Account.id).where(Account.id == bindparam("account")).with_for_update(key_share=True)
_LOCK_ACCOUNT_OF = (
    select(Account.id)
    .where(
        Account.id == select(Order.account_id).where(Order.number == bindparam("number")).scalar_subquery()
    )
    .with_for_update(of=Account, key_share=True)
)
_BARE_ORDER = (
    select(Order)
    .where(Order.number == bindparam("number"))
    .with_for_update(of=Order)
    .execution_options(populate_existing=True)
)
_WHOLE_ORDER = _BARE_ORDER.options(
    joinedload(Order.service_point).joinedload(ServicePoint.premise),
    joinedload(Order.account).joinedload(Account.customer),
)


def lock_account(session: Session, account_id: int) -> None:
    """Make other transactions about the account's money and orders wait until this one ends.

    Rows that refer to the account may still be written by others.
    """
    session.execute(_LOCK_ACCOUNT, {"account": account_id})


def order_for_update(session: Session, number: str, *, expected_version: int | None = None) -> Order:
    """The order with its service point, premise and account, locked until the transaction ends.

    The lock also keeps outbox numbers of one order in the order of its changes. Raises Problem
    `not_found`, or `stale_order` when the version is not the expected one.
    """
    order = find_order_for_update(session, number)
    if order is None:
        raise Problem("not_found", what="order", key=number)
    if expected_version is not None and order.version != expected_version:
        raise Problem("stale_order", number=number)
    return order


def find_order_for_update(session: Session, number: str) -> Order | None:
    """The order as `order_for_update` loads it, None when there is none. Its account is locked before it."""
    session.execute(_LOCK_ACCOUNT_OF, {"number": number})
    return session.scalar(_WHOLE_ORDER, {"number": number})


def lock_orders(session: Session, numbers: Iterable[str]) -> None:
    """Lock orders that are changed together, and before them their accounts, in the stated order."""
    wanted = sorted(set(numbers))
    accounts = select(Order.account_id).where(Order.number.in_(wanted), Order.account_id.is_not(None))
    for account_id in sorted(set(session.scalars(accounts))):
        lock_account(session, account_id)
    session.execute(
        select(Order.number).where(Order.number.in_(wanted)).order_by(Order.number).with_for_update(of=Order)
    )


def find_bare_order_for_update(session: Session, number: str) -> Order | None:
    """The order alone, locked: enough to move its state, and cheaper."""
    return session.scalar(_BARE_ORDER, {"number": number})


def technician_named(session: Session, technician_id: str) -> Technician:
    """An active technician. Raises Problem `not_found`."""
    technician = session.get(Technician, technician_id)
    if technician is None or not technician.active:
        raise Problem("not_found", what="technician", key=technician_id)
    return technician


def account_named(session: Session, number: str) -> Account:
    """The account with that number. Raises Problem `not_found`."""
    account = session.scalar(select(Account).where(Account.number == number))
    if account is None:
        raise Problem("not_found", what="account", key=number)
    return account


def responsible_account(session: Session, service_point_id: int) -> Account | None:
    """The account whose agreement is open at the service point."""
    return session.scalar(
        select(Account)
        .join(ServiceAgreement, ServiceAgreement.account_id == Account.id)
        .where(ServiceAgreement.service_point_id == service_point_id, ServiceAgreement.end_on.is_(None))
    )
