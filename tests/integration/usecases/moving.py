"""What tests of moves do again and again: somebody applies, pays, is visited; a place is vacant."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY
from workorders.tables import (
    Account,
    AgreementEvent,
    Application,
    Order,
    ServiceAgreement,
    ServicePoint,
)
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.customers.accounts import CustomerForm, open_account
from workorders.usecases.customers.start_service import StartRequest, start_service
from workorders.usecases.orders.assignment import assign_order

REQUIRED = 1_500 + 7_500
"""The sample's application fee and its deposit for water, residential, of unknown credit."""
DAY = timedelta(days=1)
WHO: Any = {"now": NOW, "actor": "carla"}


def newcomer(session: Session, name: str = "Newcomer Demo") -> Account:
    return open_account(session, CustomerForm(name=name, phone="555-0123"), **WHO)


def apply(session: Session, account: Account, household: int, **given: Any) -> Application:
    asked: Any = {"start_on": TODAY, "replace": True} | given
    points = asked.pop("points", (f"SP-{household}",))
    return start_service(session, StartRequest(account_number=account.number, points=points, **asked), **WHO)


def pay(session: Session, account: str, cents: int, id_: str = "P-1") -> None:
    record_payment(session, id_, account, cents, "counter", **WHO)


def agreement(session: Session, account: str) -> ServiceAgreement:
    session.expire_all()
    return session.scalars(
        select(ServiceAgreement)
        .join(Account, Account.id == ServiceAgreement.account_id)
        .where(Account.number == account)
        .order_by(ServiceAgreement.id.desc())
    ).first() or pytest.fail("no agreement")


def order_of(session: Session, number: str | None) -> Order:
    assert number is not None
    return session.get_one(Order, number)


def worked(session: Session, number: str | None, given: dict[str, Any], tablet: Tablet) -> Order:
    """The order is sent, done and reported."""
    assert number is not None
    order = assign_order(session, number, "t01", route_day=TODAY, now=NOW, actor="dana")
    world.take(session, tablet.completed(order, given))
    return order


def on(household: int, value: int = 149_000) -> dict[str, Any]:
    return {"serial_seen": f"M{household}", "read": value, "dial_moving": False, "left_on": True}


def final(household: int, value: int = 149_000, *, left_on: bool = False) -> dict[str, Any]:
    lock = {} if left_on else {"lock": "L77"}
    return {"serial_seen": f"M{household}", "read": value, "left_on": left_on} | lock


def steps(session: Session, one: ServiceAgreement) -> list[str]:
    rows = (
        select(AgreementEvent.kind).where(AgreementEvent.agreement_id == one.id).order_by(AgreementEvent.id)
    )
    return list(session.scalars(rows))


def vacate(session: Session, household: int, state: str = "off") -> None:
    """Nobody is served there: the customer left long ago."""
    gone = agreement(session, f"A{household}")
    gone.state, gone.end_on = "closed", TODAY - 30 * DAY
    session.flush()
    if state == "off":
        world.off(session, household)


def agreement_at(session: Session, point: str) -> ServiceAgreement:
    session.expire_all()
    return session.scalars(
        select(ServiceAgreement).join(ServicePoint).where(ServicePoint.number == point)
    ).one()
