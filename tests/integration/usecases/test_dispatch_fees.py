"""A fee whose trigger is `dispatch` is owed from the moment an order is sent out, once, however it ends."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, NOW, TODAY, take
from workorders.ledger import balance, trial_balance
from workorders.queries.verify import verify_ledger
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.district.publish_rules import publish_rules
from workorders.usecases.orders.assignment import assign_order, recall_order

TRIP = 2_750


@pytest.fixture(autouse=True)
def trips_are_charged(session: Session) -> Any:
    fees: list[dict[str, Any]] = [
        {"code": code, "title": "Trip", "cents": TRIP, "trigger": "dispatch"}
        for code in ("field_visit", "tamper")
    ]
    publish_rules(session, {"effective_from": TODAY.isoformat(), "fees": fees}, now=NOW)
    session.commit()
    yield
    assert verify_ledger(session).differences == ()
    assert sum(trial_balance(session).values()) == 0


def test_the_trip_is_charged_when_the_order_is_sent_out_and_not_before(session: Session) -> None:
    cut = world.order(session, "disconnect_np", 1)
    assign_order(session, cut.number, "t01", route_day=TODAY, now=NOW, actor="d", dispatch=False)
    assert balance(session, "AR", "A1") == DEBT
    assign_order(session, cut.number, "t01", route_day=TODAY, now=NOW, actor="d")
    assert balance(session, "AR", "A1") == DEBT + TRIP


def test_nobody_home_still_costs_the_trip(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    take(session, Tablet().event("unable", cut, {"reason": "no_access"}))
    assert (cut.state, balance(session, "AR", "A1")) == ("unable", DEBT + TRIP)


def test_sent_out_again_and_cut_it_is_charged_once(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    recall_order(session, cut.number, reason="rain", now=NOW, actor="d")
    assign_order(session, cut.number, "t02", route_day=TODAY, now=NOW, actor="d")
    done = Tablet("t02").completed(cut, answers.cut(1), at=NOW + timedelta(hours=1))
    take(session, done)
    assert (cut.state, balance(session, "AR", "A1")) == ("completed", DEBT + TRIP)


def test_a_wrongful_cut_costs_no_trip_either(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    record_payment(session, "web-1", "A1", DEBT + TRIP, "web", now=NOW, received_at=NOW, actor="web")
    take(session, Tablet().completed(cut, answers.cut(1), at=NOW + timedelta(hours=1)))
    assert cut.outcome == "completed_after_cancel"
    assert balance(session, "AR", "A1") == -TRIP, "the trip is given back"


def test_what_must_be_found_first_is_not_charged_at_dispatch(session: Session) -> None:
    world.sent(session, "tamper", 2)
    assert balance(session, "AR", "A2") == DEBT


def test_an_order_free_of_charge_costs_no_trip(session: Session) -> None:
    world.sent(session, "disconnect_np", 3, no_charge=True)
    assert balance(session, "AR", "A3") == DEBT
