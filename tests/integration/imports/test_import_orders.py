"""Orders from a file are judged by the same rules as those from a page."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from tests.conftest import NOW
from tests.integration.imports.conftest import ACCOUNTS, CHICAGO, METERS, PREMISES, Load
from workorders.tables import Order, OrderEvent
from workorders.usecases.district.publish_rules import load_sample_rules

ORDERS = """\
type,service_point,account,priority,due_on,instructions,extra.start_date,extra.fees_paid,extra.deposit_cents,extra.reason
turn_on,SP-2,A-2,70,2026-03-04,gate sticks,2026-03-03,yes,12500,
exchange,SP-1,,,,,,,,age
"""


@pytest.fixture(autouse=True)
def district(sessions: sessionmaker[Session], load: Load) -> None:
    with sessions.begin() as session:
        load_sample_rules(session, now=NOW)
    for kind, text in (("premises", PREMISES), ("accounts", ACCOUNTS), ("meters", METERS)):
        assert load(kind, text).written


def count(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Order)) or 0


def test_orders_arrive_approved_with_their_own_input(sessions: sessionmaker[Session], load: Load) -> None:
    report = load("orders", ORDERS)
    assert (report.errors, report.counts) == ((), {"orders": 2})
    with sessions() as session:
        turn_on, exchange = session.scalars(select(Order).order_by(Order.number))
        assert turn_on.extra == {"start_date": "2026-03-03", "fees_paid": True, "deposit_cents": 12500}
        assert (turn_on.state, turn_on.priority, turn_on.instructions) == ("approved", 70, "gate sticks")
        assert turn_on.due_until is not None
        assert turn_on.due_until.astimezone(CHICAGO).isoformat() == "2026-03-05T00:00:00-06:00"
        assert turn_on.account is not None
        assert turn_on.account.number == "A-2"
        assert exchange.account is not None
        assert exchange.account.number == "A-1"
        kinds = session.scalars(select(OrderEvent.kind).where(OrderEvent.order_number == exchange.number))
        assert kinds.all() == ["requested", "approved"]


def test_the_same_file_raises_nothing_twice(sessions: sessionmaker[Session], load: Load) -> None:
    assert load("orders", ORDERS).written
    again = load("orders", ORDERS)
    assert "imported before" in again.errors[0].words
    other = load("orders", ORDERS.replace("age", "size"))
    assert [(error.row, error.column) for error in other.errors] == [
        (2, "service_point"),
        (3, "service_point"),
    ]
    assert count(sessions) == 2


def test_every_error_of_an_orders_file_is_reported(sessions: sessionmaker[Session], load: Load) -> None:
    report = load(
        "orders",
        "type,service_point,account,priority,due_on,appointment_from,extra.fees_paid,extra.start_date,extra.reason\n"
        "paint,SP-1,,,,,,,\n"
        "turn_on,SP-9,A-9,101,tomorrow,noon,perhaps,2026-13-01,age\n"
        "reread,SP-1,,,,,,,\n"
        "turn_on,SP-2,,,,,yes,2026-03-03,\n"
        "turn_on,SP-2,,,,,yes,2026-03-03,\n",
    )
    found = {(error.row, error.column) for error in report.errors}
    assert found >= {
        (2, "type"),
        (3, "account"),
        (3, "appointment_from"),
        (3, "due_on"),
        (3, "extra.fees_paid"),
        (3, "extra.reason"),
        (3, "extra.start_date"),
        (3, "priority"),
        (3, "service_point"),
        (6, "service_point"),
    }
    assert {error.code for error in report.errors if error.row == 2} == {"unknown_order_type"}
    assert 5 not in {error.row for error in report.errors}
    assert count(sessions) == 0


def test_what_the_rules_refuse_keeps_the_whole_file_out(sessions: sessionmaker[Session], load: Load) -> None:
    report = load(
        "orders",
        "type,service_point,extra.stop_date,extra.payment_satisfied\n"
        "turn_off,SP-1,2026-03-03,\n"
        "reconnect,SP-1,,yes\n",
    )
    assert [(error.row, error.column, error.code) for error in report.errors] == [
        (3, "service_point", "service_order_active")
    ]
    assert count(sessions) == 0
