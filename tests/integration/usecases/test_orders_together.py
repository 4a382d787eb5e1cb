"""Orders raised together are those that would have been raised one by one, and are refused for the same."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.world import EXTRA, NOW, point
from workorders.problems import Problem
from workorders.tables import Order, OrderEvent
from workorders.usecases.orders.many import raise_orders
from workorders.usecases.orders.orders import OrderRequest, raise_order


def _requests(session: Session) -> list[OrderRequest]:
    """Every way through: plain ones, cuts, a cut where service is off, gates, bad input, two at one point."""

    def request(type_: str, household: int, **given: Any) -> OrderRequest:
        extra = EXTRA.get(type_, {}) | given.pop("extra", {})
        return OrderRequest(type=type_, service_point_id=point(session, household).id, extra=extra, **given)

    world.off(session, 6)
    world.order(session, "disconnect_np", 5)
    return [
        request("reread", 1, due_until=NOW + timedelta(days=2), instructions="the gate sticks"),
        request("disconnect_np", 1),
        request("turn_off", 1),
        request("disconnect_np", 6),
        request("disconnect_np", 5),
        request("turn_on", 6, extra={"fees_paid": False}),
        request("reread", 2, priority=101),
        request("reread", 2, extra={"flag_reason": "no such reason"}),
        request("reread", 2, account_number="nobody"),
        request("reread", 2, account_number="A3", no_charge=True),
        request("exchange", 3, extra={"new_serial": "NT011"}),
        request("no_such_type", 3),
        request("meter_test", 4, appointment_from=NOW + timedelta(hours=3)),
        request("tamper", 4),
    ]


def _said(problem: Problem | None) -> tuple[str, str] | None:
    return None if problem is None else (problem.code, problem.words)


def _raised(session: Session) -> list[Any]:
    skipped = {"request_key", "request_digest"}
    columns = [column for column in Order.__table__.columns if column.name not in skipped]
    orders = [tuple(row) for row in session.execute(select(*columns).order_by(Order.number))]
    lines = select(OrderEvent.order_number, OrderEvent.kind, OrderEvent.from_state, OrderEvent.to_state)
    return [
        *orders,
        *(tuple(row) for row in session.execute(lines.order_by(OrderEvent.order_number, OrderEvent.id))),
    ]


def _one_by_one(session: Session, requests: list[OrderRequest]) -> list[Problem | None]:
    answers: list[Problem | None] = []
    for request in requests:
        try:
            raise_order(session, request, now=NOW, actor="import")
            answers.append(None)
        except Problem as problem:
            answers.append(problem)
    return answers


def test_together_is_one_by_one(session: Session) -> None:
    requests = _requests(session)
    kept = session.begin_nested()
    apart = [_said(one) for one in _one_by_one(session, requests)]
    raised = _raised(session)
    kept.rollback()
    session.expire_all()
    together = [_said(one) for one in raise_orders(session, requests, now=NOW, actor="import")]
    assert together == apart
    assert len(set(apart)) > 5
    assert _raised(session) == raised
