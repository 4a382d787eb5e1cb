"""What the office may ask for, and the Problem it gets where it may not."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY, take
from workorders.metering.rooms import Place
from workorders.problems import Problem
from workorders.tables import (
    Account,
    Assignment,
    Customer,
    CutAuthority,
    Hold,
    Order,
    OrderEvent,
    Outbox,
    ServicePointEvent,
    Technician,
)
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.field.decisions import decide_exception
from workorders.usecases.meters.stock import transfer
from workorders.usecases.orders.assignment import (
    assign_order,
    recall_order,
    set_route,
    unassign_order,
)
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.orders import OrderRequest, approve, close_order, hold, raise_order


def refused(code: str, call: Any, *args: Any, **given: Any) -> Problem:
    with pytest.raises(Problem) as refusal:
        call(*args, **given)
    assert refusal.value.code == code
    return refusal.value


def enqueued(session: Session, key: str) -> list[str]:
    return list(session.scalars(select(Outbox.technician_id).where(Outbox.key == key).order_by(Outbox.id)))


def test_numbers_are_given_once_and_history_starts(session: Session) -> None:
    first, second = world.order(session, "reread", 1), world.order(session, "reread", 2)
    assert int(second.number[1:]) == int(first.number[1:]) + 1
    assert (first.state, first.account and first.account.number, first.planned_minutes) == (
        "approved",
        "A1",
        10,
    )
    kinds = session.scalars(select(OrderEvent.kind).where(OrderEvent.order_number == first.number)).all()
    assert kinds == ["requested", "approved"]


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        ({"type": "teleport"}, "unknown_order_type", "teleport"),
        ({"service_point_id": 999_999}, "not_found", "service point"),
        ({"account_number": "A999"}, "not_found", "A999"),
        ({"priority": 101}, "bad_input", "priority"),
        ({"due_from": NOW, "due_until": NOW - timedelta(days=1)}, "bad_input", "due_until"),
        ({"extra": {"flag_reason": "mood"}}, "bad_input", "extra.flag_reason"),
        ({"extra": {"flag_reason": "high", "colour": "red"}}, "bad_input", "extra.colour"),
    ],
)
def test_a_request_that_is_wrong_names_what_is_wrong_and_writes_nothing(
    session: Session, change: dict[str, Any], code: str, word: str
) -> None:
    point = world.point(session, 1)
    request: dict[str, Any] = {
        "type": "reread",
        "service_point_id": point.id,
        "extra": {"flag_reason": "high"},
    }
    before = session.scalar(select(func.count()).select_from(Order))
    problem = refused(code, raise_order, session, OrderRequest(**request | change), now=NOW, actor="csr")
    assert word in f"{problem.words} {problem.details}"
    assert session.scalar(select(func.count()).select_from(Order)) == before


def test_a_cut_without_right_names_every_reason(session: Session) -> None:
    account = session.scalars(select(Account).where(Account.number == "A1")).one()
    session.add(Hold(account_id=account.id, kind="medical", starts_on=TODAY, source="office"))
    world.point(session, 1).premise.medical = True
    session.flush()
    problem = refused("cut_not_allowed", world.order, session, "disconnect_np", 1)
    assert "medical hold" in problem.words
    assert "flagged" in problem.words


def test_a_cut_is_not_sent_out_after_hours_and_carries_its_authority_in_hours(session: Session) -> None:
    cut = world.order(session, "disconnect_np", 1)
    evening = NOW + timedelta(hours=9)
    refused(
        "cut_not_allowed", assign_order, session, cut.number, "t01", route_day=TODAY, now=evening, actor="d"
    )
    session.expire_all()
    kept = world.order(session, "disconnect_np", 2)
    assign_order(session, kept.number, "t01", route_day=TODAY, now=NOW, actor="d")
    (given,) = session.scalars(select(CutAuthority).where(CutAuthority.order_number == kept.number))
    assert (given.granted_at, given.expires_at) == (NOW, NOW + timedelta(hours=36))
    assert given.evidence["allowed"] is True
    assert set(kept.extra) == {"notice_ids"}
    assert len(kept.extra["notice_ids"]) == 2


def test_one_service_order_at_a_time_and_the_next_tenant_supersedes_a_cut(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    assert (
        refused("service_order_active", world.order, session, "disconnect_np", 1).details["number"]
        == cut.number
    )
    tenant = Customer(name="Demo tenant")
    session.add(tenant)
    session.flush()
    session.add(Account(number="A100", customer_id=tenant.id))
    session.flush()
    turn_on = world.order(session, "turn_on", 1, account_number="A100")
    assert (cut.state, turn_on.state) == ("superseded", "approved")
    assert cut.cancel_seq == world.last_seq(session, cut.number)
    assert turn_on.number in str(cut.cancel_reason)


def test_unpaid_fees_hold_a_turn_on_until_somebody_approves(session: Session) -> None:
    world.off(session, 3)
    order = world.order(session, "turn_on", 3, extra={"fees_paid": False})
    assert order.state == "held"
    refused(
        "illegal_transition", assign_order, session, order.number, "t01", route_day=TODAY, now=NOW, actor="d"
    )
    refused("money_owed", approve, session, order.number, reason="please", now=NOW, actor="csr")
    record_payment(session, "P-3", "A3", world.DEBT, "counter", now=NOW, actor="csr")
    approve(session, order.number, now=NOW, actor="csr")
    hold(session, order.number, reason="again", now=NOW, actor="csr")
    approve(session, order.number, now=NOW, actor="csr")
    assert (
        assign_order(session, order.number, "t01", route_day=TODAY, now=NOW, actor="d").state == "dispatched"
    )


def test_assigning_checks_version_skill_and_technician(session: Session) -> None:
    order = world.order(session, "reread", 1)
    session.add(Technician(id="t09", name="Gas fitter", skills=["gas"]))
    session.flush()
    seen = order.version
    hold(session, order.number, reason="wait", now=NOW, actor="csr")
    given: dict[str, Any] = {"route_day": TODAY, "now": NOW, "actor": "d"}
    refused("stale_order", assign_order, session, order.number, "t01", expected_version=seen, **given)
    refused("technician_lacks_skill", assign_order, session, order.number, "t09", **given)
    refused("not_found", assign_order, session, order.number, "t77", **given)
    refused("not_found", assign_order, session, "W777777", "t01", **given)


def test_reassigning_begins_an_epoch_and_is_enqueued_for_both(session: Session) -> None:
    order = world.order(session, "reread", 1)
    assign_order(session, order.number, "t01", route_day=TODAY, now=NOW, actor="d", dispatch=False)
    assert (order.state, enqueued(session, order.number)) == ("assigned", [])
    assign_order(session, order.number, "t01", route_day=TODAY, now=NOW, actor="d")
    assert (order.state, order.epoch) == ("dispatched", 1)
    assign_order(session, order.number, "t02", route_day=TODAY, now=NOW, actor="d")
    assert (order.state, order.epoch, enqueued(session, order.number)) == (
        "dispatched",
        2,
        ["t01", "t01", "t02"],
    )
    epochs = session.scalars(select(Assignment).where(Assignment.order_number == order.number)).all()
    assert {(a.epoch, a.technician_id, a.ended_at is None) for a in epochs} == {
        (1, "t01", False),
        (2, "t02", True),
    }
    assign_order(session, order.number, "t02", route_day=TODAY + timedelta(days=1), now=NOW, actor="d")
    assert (order.epoch, order.route_day) == (2, TODAY + timedelta(days=1))


def test_recalled_and_unassigned_orders_wait_again(session: Session) -> None:
    order = world.sent(session, "reread", 1)
    recall_order(session, order.number, reason="wrong day", now=NOW, actor="d")
    assert (order.state, order.technician_id, enqueued(session, order.number)[-1]) == (
        "recalled",
        None,
        "t01",
    )
    assign_order(session, order.number, "t01", route_day=TODAY, now=NOW, actor="d", dispatch=False)
    unassign_order(session, order.number, reason="sick", now=NOW, actor="d")
    assert (order.state, order.epoch) == ("approved", 2)
    refused("illegal_transition", recall_order, session, order.number, reason="x", now=NOW, actor="d")


def test_a_route_orders_the_day_and_takes_orders_over(session: Session) -> None:
    mine, theirs = world.sent(session, "reread", 1), world.sent(session, "reread", 2, "t02")
    free = world.order(session, "reread", 3)
    numbers = [free.number, mine.number, theirs.number]
    starts = {free.number: NOW + timedelta(minutes=30)}
    orders = set_route(session, "t01", TODAY, numbers, now=NOW, actor="d", planned_starts=starts)
    assert [(o.number, o.sequence, o.technician_id) for o in orders] == [
        (number, place, "t01") for place, number in enumerate(numbers, start=1)
    ]
    assert free.planned_start == starts[free.number]
    assert "2026-03-02" in session.scalars(select(Outbox.key).where(Outbox.topic == "route")).all()
    refused("bad_input", set_route, session, "t01", TODAY, [free.number] * 2, now=NOW, actor="d")


def test_cancelling_needs_a_reason_and_closing_a_finish(session: Session) -> None:
    order = world.sent(session, "reread", 1)
    refused("bad_input", cancel_order, session, order.number, reason=" ", now=NOW, actor="csr")
    refused("illegal_transition", close_order, session, order.number, reason="x", now=NOW, actor="csr")
    cancel_order(session, order.number, reason="asked for by mistake", now=NOW, actor="csr")
    assert (order.state, order.cancel_seq) == ("cancelled", world.last_seq(session, order.number))
    refused("illegal_transition", cancel_order, session, order.number, reason="x", now=NOW, actor="csr")


def test_meters_move_between_stock_and_vans_only(session: Session) -> None:
    van, warehouse = Place("in_van", "t02"), Place("in_stock")
    by: dict[str, Any] = {"reason": "load", "now": NOW, "actor": "s"}
    transfer(session, ["NT011"], van, **by)
    assert set(enqueued(session, "technician")) == {"t01", "t02"}
    assert transfer(session, ["NT011"], warehouse, **by)[0].status == "in_stock"
    refused("meter_not_movable", transfer, session, ["M1"], van, **by)
    refused("not_found", transfer, session, ["M77"], van, **by)


def test_a_case_is_decided_once_with_words(session: Session) -> None:
    refused("not_found", decide_exception, session, 1_000, accept=True, words="ok", now=NOW, actor="s")
    refused("bad_input", decide_exception, session, 1_000, accept=True, words="", now=NOW, actor="s")


def test_a_service_points_state_is_its_latest_fact_not_the_latest_heard(session: Session) -> None:
    order = world.sent(session, "turn_off", 5)
    tablet = Tablet()
    answers = {"serial_seen": "M5", "read": 149_000, "left_on": False, "lock": "L5"}
    session.add(
        ServicePointEvent(
            service_point_id=order.service_point_id,
            state="on",
            at=NOW + timedelta(hours=1.5),
            source="office",
        )
    )
    take(session, tablet.completed(order, answers))
    assert world.point(session, 5).state == "on"
