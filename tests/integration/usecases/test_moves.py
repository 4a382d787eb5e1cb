"""Customers come: what is required, what is on record already, and the first read; debts that follow them."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.moving import (
    DAY,
    REQUIRED,
    WHO,
    agreement,
    apply,
    newcomer,
    on,
    order_of,
    pay,
    steps,
    vacate,
    worked,
)
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, NOW, TODAY
from workorders.ledger import balance, trial_balance
from workorders.problems import Problem
from workorders.tables import (
    Account,
    Application,
    Meter,
    Order,
    Read,
)
from workorders.usecases.cash.take_payment_back import take_payment_back
from workorders.usecases.customers.accounts import CustomerForm, open_account
from workorders.usecases.customers.approvals import waive_requirements, withdraw_application


def test_from_application_to_the_first_read(session: Session) -> None:
    """Fee and deposit first, then the order, then the visit; the connection fee comes with the visit."""
    vacate(session, 1)
    account = newcomer(session)
    application = apply(session, account, 1)
    assert (application.state, balance(session, "AR", account.number)) == ("applied", REQUIRED)
    assert -balance(session, "DEP", account.number) == 7_500
    assert agreement(session, account.number).start_order is None
    pay(session, account.number, REQUIRED - 1)
    assert session.get_one(Application, application.id).state == "applied"
    pay(session, account.number, 1, "P-2")
    waiting = agreement(session, account.number)
    assert (application.state, waiting.state, waiting.starts_by) == ("approved", "approved", "visit")
    order = order_of(session, waiting.start_order)
    assert (order.type, order.state, order.account_id) == ("turn_on", "approved", account.id)
    worked(session, order.number, on(1), Tablet())
    begun = agreement(session, account.number)
    assert (begun.state, begun.start_on) == ("active", TODAY)
    assert session.get_one(Read, begun.start_read_id).value == 149_000
    assert steps(session, begun) == ["applied", "approved", "ordered", "started"]
    assert balance(session, "AR", account.number) == 2_500
    assert world.point(session, 1).state == "on"
    assert sum(trial_balance(session).values()) == 0


def test_the_same_request_makes_one_application(session: Session) -> None:
    vacate(session, 1)
    account = newcomer(session)
    first = apply(session, account, 1, request_id="form-1")
    assert apply(session, account, 1, request_id="form-1").id == first.id
    assert balance(session, "AR", account.number) == REQUIRED
    again = open_account(session, CustomerForm(name="X"), request_id="r", **WHO)
    assert open_account(session, CustomerForm(name="X"), request_id="r", **WHO).id == again.id


def test_what_keeps_service_from_starting(session: Session) -> None:
    account = newcomer(session)
    refused: list[tuple[str, dict[str, Any]]] = [
        ("bad_input", {"points": ()}),
        ("not_found", {"points": ("SP-77",)}),
        ("bad_input", {"points": ("SP-1", "SP-2")}),
        ("bad_input", {"start_on": TODAY + 400 * DAY}),
        ("bad_input", {"start_on": TODAY - 40 * DAY}),
        ("bad_input", {"credit_class": "golden"}),
        ("bad_input", {"evidence": "x" * 201}),
        ("served_by_other", {"replace": False}),
    ]
    for code, given in refused:
        with pytest.raises(Problem) as caught:
            apply(session, account, 1, **given)
        assert caught.value.code == code, given
    with pytest.raises(Problem, match="answers for SP-1 already"):
        apply(session, session.scalars(select(Account).where(Account.number == "A1")).one(), 1)
    apply(session, account, 1)
    with pytest.raises(Problem, match="applied for service"):
        apply(session, newcomer(session), 1)
    world.point(session, 2).state = "unmetered"
    with pytest.raises(Problem, match="has no meter"):
        apply(session, account, 2)
    assert balance(session, "AR", account.number) == REQUIRED


def test_a_bounced_check_takes_the_approval_and_its_order_back(session: Session) -> None:
    vacate(session, 1)
    account = newcomer(session)
    application = apply(session, account, 1)
    pay(session, account.number, REQUIRED)
    number = agreement(session, account.number).start_order
    take_payment_back(session, "R-1", payment="P-1", kind="returned", reason="no funds", **WHO)
    back = agreement(session, account.number)
    assert (application.state, back.state, back.start_order) == ("applied", "applied", None)
    assert order_of(session, number).state == "cancelled"
    pay(session, account.number, REQUIRED, "P-2")
    assert order_of(session, agreement(session, account.number).start_order).state == "approved"


def test_one_payment_meets_one_application(session: Session) -> None:
    """Two places at once: a deposit that is only billed is none; money counts for the first one first."""
    vacate(session, 1)
    vacate(session, 2)
    account = newcomer(session)
    first, second = apply(session, account, 1), apply(session, account, 2)
    assert [one["cents"] for one in second.required] == [1_500, 7_500]
    pay(session, account.number, REQUIRED)
    assert (first.state, second.state) == ("approved", "applied")
    pay(session, account.number, REQUIRED - 1, "P-2")
    assert second.state == "applied"
    pay(session, account.number, 1, "P-3")
    assert second.state == "approved"
    assert apply(session, account, 3).required[1]["cents"] == 7_500


def test_waived_and_withdrawn(session: Session) -> None:
    vacate(session, 1)
    vacate(session, 2)
    account = newcomer(session)
    application = apply(session, account, 1)
    with pytest.raises(Problem, match="reason"):
        waive_requirements(session, application.id, reason=" ", **WHO)
    waive_requirements(session, application.id, reason="hardship fund pays", **WHO)
    assert (application.state, balance(session, "AR", account.number)) == ("approved", 0)
    assert balance(session, "DEP", account.number) == 0
    number = agreement(session, account.number).start_order
    with pytest.raises(Problem, match="decided already"):
        waive_requirements(session, application.id, reason="again", **WHO)
    withdraw_application(session, application.id, reason="changed her mind", **WHO)
    assert (agreement(session, account.number).state, order_of(session, number).state) == (
        "withdrawn",
        "cancelled",
    )
    paid = apply(session, account, 2)
    pay(session, account.number, REQUIRED)
    withdraw_application(session, paid.id, reason="bought elsewhere", **WHO)
    assert balance(session, "AR", account.number) == -REQUIRED
    assert apply(session, newcomer(session), 2).state == "applied"


def test_a_read_on_record_serves_and_nobody_drives(session: Session) -> None:
    """The service is on and was read two days ago: one read ends the old agreement and begins the new one."""
    point = world.point(session, 1)
    meter = session.scalars(select(Meter).where(Meter.serial == "M1")).one()
    read = Read(
        meter_id=meter.id,
        service_point_id=point.id,
        taken_at=NOW - 2 * DAY,
        value=148_500,
        kind="actual",
        source="import:route",
    )
    session.add(read)
    account = newcomer(session)
    apply(session, account, 1, credit_class="good")
    pay(session, account.number, 1_500)
    new, old = agreement(session, account.number), agreement(session, "A1")
    assert (new.state, new.starts_by, new.start_order, new.start_read_id) == ("active", "read", None, read.id)
    assert (old.state, old.stops_by, old.final_read_id) == ("stopped", "successor", read.id)
    assert session.scalars(select(Order)).all() == []
    assert balance(session, "AR", "A1") == DEBT
    assert session.scalars(select(Account).where(Account.number == "A1")).one().status == "final"


def test_debt_on_another_account_of_the_customer_is_paid_there(session: Session) -> None:
    vacate(session, 1)
    second = open_account(session, "A3", **WHO)
    application = apply(session, second, 1)
    assert [one["account"] for one in application.required if one["kind"] == "past_due"] == ["A3"]
    pay(session, second.number, REQUIRED)
    assert application.state == "applied"
    pay(session, "A3", DEBT, "P-2")
    assert application.state == "approved"
