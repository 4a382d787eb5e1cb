"""A temporary meter from its application to the final bill, through the tablet's own documents."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY
from workorders.ledger import balance
from workorders.problems import Problem
from workorders.queries.agreements import final_bills
from workorders.queries.construction import temporary_meters
from workorders.tables import ConstructionMeter, Order, Read, ServiceAgreement
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.customers.accounts import CustomerForm, open_account
from workorders.usecases.customers.construction import (
    ConstructionRequest,
    ask_for_meter,
    end_due_meters,
    extend_meter,
    remove_meter,
)
from workorders.usecases.customers.daily import hand_off_final_bills
from workorders.usecases.orders.assignment import assign_order

DAY = timedelta(days=1)
FEE, DEPOSIT = 12_500, 150_000


@pytest.fixture
def builder(session: Session) -> str:
    form = CustomerForm(name="Demo Builders")
    made = open_account(session, form, rate_class="commercial", now=NOW, actor="carla", request_id="b-1")
    return made.number


def ask(session: Session, builder: str, **changes: object) -> ConstructionMeter:
    given = {
        "account_number": builder,
        "premise": "P-1",
        "size": "5/8",
        "place": "hydrant at the gate",
        "start_on": TODAY,
        "ends_on": TODAY + 30 * DAY,
        "request_id": "r-1",
    }
    return ask_for_meter(session, ConstructionRequest(**(given | changes)), now=NOW, actor="carla")  # type: ignore[arg-type]


def agreement(session: Session) -> ServiceAgreement:
    return session.scalars(select(ServiceAgreement).where(ServiceAgreement.application_id.is_not(None))).one()


def work(session: Session, number: str, tablet: Tablet, answers: dict[str, object]) -> Order:
    order = assign_order(session, number, "t01", route_day=TODAY, now=NOW, actor="dana")
    session.commit()
    photos = {f"{name}": f"{name}.jpg" for name in ("photo", "photo_new", "photo_old", "photo_capped")}
    world.take(session, tablet.completed(order, photos | answers, photos=tuple(photos.values())))
    session.refresh(order)
    return order


def paid_and_set(session: Session, builder: str, tablet: Tablet) -> ConstructionMeter:
    made = ask(session, builder)
    record_payment(session, "p-1", builder, FEE + DEPOSIT, "counter", now=NOW, actor="casey", method="cash")
    number = agreement(session).start_order
    assert number is not None
    order = session.get_one(Order, number)
    assert (order.type, order.state, order.no_charge) == ("new_set", "approved", True)
    set_up = {
        "site_ready": True,
        "new_serial": "NT011",
        "new_read": 120,
        "new_dials": 6,
        "left_on": True,
    }
    work(session, number, tablet, set_up)
    return made


def test_nothing_is_set_before_fee_and_deposit_are_paid(session: Session, builder: str) -> None:
    made = ask(session, builder)
    assert ask(session, builder).number == made.number, "sent twice, taken once"
    assert balance(session, "AR", builder) == FEE + DEPOSIT
    assert session.scalars(select(Order)).all() == []
    record_payment(session, "p-0", builder, FEE, "counter", now=NOW, actor="casey", method="cash")
    assert agreement(session).state == "applied"
    record_payment(session, "p-1", builder, DEPOSIT, "counter", now=NOW, actor="casey", method="cash")
    assert agreement(session).state == "approved"
    assert [one.type for one in session.scalars(select(Order))] == ["new_set"]


def test_from_the_set_to_the_final_bill(session: Session, builder: str) -> None:
    tablet = Tablet("t01")
    made = paid_and_set(session, builder, tablet)
    served = agreement(session)
    assert (served.state, made.service_point.state) == ("active", "on")
    assert session.get_one(Read, served.start_read_id).value == 120
    assert balance(session, "AR", builder) == 0, "the set itself costs nothing more"
    assert [one.overdue for one in temporary_meters(session, today=TODAY + 31 * DAY)] == [True]
    stopping = remove_meter(session, made.number, on=TODAY, now=NOW, actor="carla")
    assert (stopping.state, stopping.stops_by) == ("stopping", "taken_away")
    number = stopping.stop_order or ""
    order = session.get_one(Order, number)
    assert (order.type, order.extra["reason"]) == ("removal", "temporary")
    taken = {
        "old_there": True,
        "old_serial": "NT011",
        "old_read": 5_120,
        "old_condition": "good",
        "condition": "good",
        "meter_goes": "van",
        "capped": "capped",
    }
    work(session, number, tablet, taken)
    served = agreement(session)
    assert (served.state, made.service_point.state) == ("stopped", "inactive")
    assert balance(session, "DEP", builder) == 0
    assert balance(session, "AR", builder) == -DEPOSIT, "the deposit waits for the final bill"
    [bill] = [one for one in final_bills(session) if one.agreement.id == served.id]
    assert bill.units == 5_000
    assert hand_off_final_bills(session, now=world.LATER, actor="carla") == [served.id]
    assert temporary_meters(session, today=TODAY) == []


def test_the_worker_asks_for_the_removal_when_the_day_has_come(session: Session, builder: str) -> None:
    made = paid_and_set(session, builder, Tablet("t01"))
    assert end_due_meters(session, now=NOW + 29 * DAY) == 0
    extend_meter(
        session, made.number, ends_on=TODAY + 60 * DAY, reason="Roof is late", now=NOW, actor="carla"
    )
    assert end_due_meters(session, now=NOW + 31 * DAY) == 0
    assert end_due_meters(session, now=NOW + 60 * DAY) == 1
    assert agreement(session).state == "stopping"
    assert end_due_meters(session, now=NOW + 61 * DAY) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"size": "9"}, "size"),
        ({"premise": "nowhere"}, "premise"),
        ({"place": " "}, "place"),
        ({"ends_on": TODAY}, "ends_on"),
        ({"ends_on": TODAY + 400 * DAY}, "ends_on"),
        ({"start_on": TODAY - DAY}, "start_on"),
        ({"request_id": ""}, "request_id"),
    ],
)
def test_bad_input_names_its_field(
    session: Session, builder: str, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Problem) as found:
        ask(session, builder, **changes)
    assert found.value.details["field"] == field
    assert session.scalars(select(ConstructionMeter)).all() == []
