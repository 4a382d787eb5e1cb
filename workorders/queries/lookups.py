"""Finding what a command names, with the Problem people get when it is not there; and locking it.

Rows are locked in one stated order, so that two transactions never wait for each other: accounts by ascending
id, then orders by ascending number, then cases, then a technician (for turn-ins) or a drawer, then ledger
balances. Whoever needs an order with its account locks the account on the way; a path that locks many orders
locks all their accounts first. A document kept aside and a payment that waits for approval are locked before
any account, because nobody who holds an account asks for them. What still collides (counters, a service point
of two accounts) loses the race and is run again (workorders.usecases.lost_races).
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session, joinedload

from workorders.problems import Problem
from workorders.tables import Account, Order, ServiceAgreement, ServicePoint, Technician
from workorders.tables.dialect import locks_rows

_LOCK_ACCOUNT = select(Account.id).where(Account.id == bindparam("account")).with_for_update(key_share=True)
_LOCK_ACCOUNT_OF = (
    select(Account.id)
    .where(
        Account.id == select(Order.account_id).where(Order.number == bindparam("number")).scalar_subquery()
    )
    .with_for_update(of=Account, key_share=True)
)
_LOCK_ACCOUNTS = (
    select(Account.id)
    .where(Account.id.in_(bindparam("ids", expanding=True)))
    .order_by(Account.id)
    .with_for_update(key_share=True)
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


_numbers: BindParameter[Any] = bindparam("numbers", expanding=True)
_LOCK_ACCOUNTS_OF = (
    select(Account.id)
    .where(Account.id.in_(select(Order.account_id).where(Order.number.in_(_numbers))))
    .order_by(Account.id)
    .with_for_update(of=Account, key_share=True)
)
_WHOLE_ORDERS = (
    select(Order)
    .where(Order.number.in_(_numbers))
    .order_by(Order.number)
    .with_for_update(of=Order)
    .options(
        joinedload(Order.service_point).joinedload(ServicePoint.premise),
        joinedload(Order.account).joinedload(Account.customer),
    )
    .execution_options(populate_existing=True)
)


def lock_account(session: Session, account_id: int) -> None:
    """Make other transactions about the account's money and orders wait until this one ends.

    Rows that refer to the account may still be written by others.
    """
    if locks_rows(session):
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


def lock_accounts(session: Session, account_ids: Iterable[int]) -> None:
    """`lock_account` for many, in the stated order."""
    if locks_rows(session):
        session.execute(_LOCK_ACCOUNTS, {"ids": sorted(account_ids)})


def find_order_for_update(session: Session, number: str) -> Order | None:
    """The order as `order_for_update` loads it, None when there is none. Its account is locked before it."""
    if locks_rows(session):
        session.execute(_LOCK_ACCOUNT_OF, {"number": number})
    return session.scalar(_WHOLE_ORDER, {"number": number})


def lock_orders(session: Session, numbers: Iterable[str]) -> None:
    """Lock orders that are changed together, and before them their accounts, in the stated order."""
    if not locks_rows(session):
        return
    wanted = sorted(set(numbers))
    accounts = select(Order.account_id).where(Order.number.in_(wanted), Order.account_id.is_not(None))
    for account_id in sorted({found for found in session.scalars(accounts) if found is not None}):
        lock_account(session, account_id)
    session.execute(
        select(Order.number).where(Order.number.in_(wanted)).order_by(Order.number).with_for_update(of=Order)
    )


def lock_for_events(session: Session, judged: Iterable[str], moved: Iterable[str]) -> dict[str, Order]:
    """Lock the orders of some events, and return those that exist, whole, by number.

    Before them the accounts of those that are `judged`; whoever only moves an order needs no account.
    """
    with_account, numbers = sorted(set(judged)), sorted({*judged, *moved})
    if with_account and locks_rows(session):
        session.execute(_LOCK_ACCOUNTS_OF, {"numbers": with_account})
    if not numbers:
        return {}
    return {order.number: order for order in session.scalars(_WHOLE_ORDERS, {"numbers": numbers})}


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
        .where(ServiceAgreement.service_point_id == service_point_id, ServiceAgreement.serving)
    )


def lock_technician(session: Session, technician_id: str) -> Technician:
    """The technician, active or not, and nobody else begins or ends a turn-in of theirs meanwhile.

    Locked after an account, never before one. Raises Problem `not_found`.
    """
    found = session.scalar(
        select(Technician).where(Technician.id == technician_id).with_for_update(key_share=True)
    )
    if found is None:
        raise Problem("not_found", what="technician", key=technician_id)
    return found
