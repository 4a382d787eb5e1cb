"""Pickups from the tablet: kept, raised by rule or by the office, and answered to who found them."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.pipeline.render import render_acks
from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from workorders.problems import Problem
from workorders.tables import FieldEvent, Order, Outbox, Pickup, Quarantine
from workorders.usecases.field.pickups import approve_pickup, refuse_pickup

NOW = world.LATER


def found(session: Session, order: Order | None, **body: Any) -> tuple[str, Any]:
    tablet = Tablet("t01")
    told = {"kind": "tampering", "words": "Bypass behind the fence"} | body
    document = tablet.event("pickup", order, body=told)
    answer = world.take(session, document)
    return str(document["_id"]), answer


def test_what_was_found_on_a_visit_waits_and_becomes_an_order_there(session: Session) -> None:
    visited = world.sent(session, "reread", 1)
    event, answer = found(session, visited)
    pickup = session.scalars(select(Pickup)).one()
    assert (answer.message.code, pickup.state, pickup.type) == ("ack.pickup_waits", "waiting", "tamper")
    assert pickup.service_point_id == visited.service_point_id
    assert visited.state == "dispatched"
    order = approve_pickup(session, pickup.id, service_point="", give_back=True, now=NOW, actor="dana")
    assert (order.type, order.technician_id, order.follows_number) == ("tamper", "t01", visited.number)
    assert (order.instructions, order.follow_reason) == ("Bypass behind the fence", "pickup")
    ack = render_acks(session, "t01", [event])[f"ack:{event}"]
    assert ack["words"] == f"Approved by the office: order {order.number}."
    enqueued = select(Outbox.id).where(Outbox.topic == "ack", Outbox.key == event)
    assert len(session.scalars(enqueued).all()) == 2
    with pytest.raises(Problem) as again:
        approve_pickup(session, pickup.id, service_point="", give_back=False, now=NOW, actor="dana")
    assert again.value.code == "pickup_decided"


def test_a_leak_dispatches_itself_to_who_found_it_where_the_rules_say_so(session: Session) -> None:
    visited = world.sent(session, "reread", 2)
    _, answer = found(session, visited, kind="leak", urgent=True)
    [order] = session.scalars(select(Order).where(Order.type == "investigate"))
    assert answer.message.code == "ack.pickup_yours"
    assert (order.technician_id, order.state, order.priority) == ("t01", "dispatched", 90)
    assert order.extra == {"complaint": "leak"}
    pickup = session.scalars(select(Pickup)).one()
    assert (pickup.state, pickup.order_number, pickup.decided_by) == ("raised", order.number, None)


def test_a_leak_at_a_place_nobody_knows_waits_until_the_office_names_it(session: Session) -> None:
    _, answer = found(session, None, kind="leak", address="corner of Elm and 3rd")
    pickup = session.scalars(select(Pickup)).one()
    assert (answer.message.code, pickup.service_point_id) == ("ack.pickup_waits", None)
    for point in ("", "SP-none"):
        with pytest.raises(Problem) as refused:
            approve_pickup(session, pickup.id, service_point=point, give_back=False, now=NOW, actor="dana")
        assert refused.value.details["field"] == "service_point"
    order = approve_pickup(session, pickup.id, service_point="SP-3", give_back=False, now=NOW, actor="dana")
    assert (order.service_point.number, order.state) == ("SP-3", "approved")


def test_the_meter_that_was_seen_says_where_it_is(session: Session) -> None:
    found(session, None, kind="request", type="meter_test", serial="m4", words="Customer asks for a test")
    pickup = session.scalars(select(Pickup)).one()
    assert (pickup.serial, pickup.service_point_id) == ("M4", world.point(session, 4).id)


def test_a_refusal_reaches_the_technician_with_its_reason(session: Session) -> None:
    event, _ = found(session, None)
    pickup = session.scalars(select(Pickup)).one()
    with pytest.raises(Problem):
        refuse_pickup(session, pickup.id, reason=" ", now=NOW, actor="dana")
    refuse_pickup(session, pickup.id, reason="Known since May", now=NOW, actor="dana")
    words = render_acks(session, "t01", [event])[f"ack:{event}"]["words"]
    assert words == "The office raises no order: Known since May"


def test_the_same_pickup_again_is_answered_alike_and_kept_once(session: Session) -> None:
    visited = world.sent(session, "reread", 5)
    tablet = Tablet("t01")
    document = tablet.event("pickup", visited, body={"kind": "leak", "words": "Wet lawn"})
    first, second = (world.take(session, document) for _ in range(2))
    assert first.message == second.message
    assert len(session.scalars(select(Pickup)).all()) == 1
    assert len(session.scalars(select(Order).where(Order.type == "investigate")).all()) == 1


@pytest.mark.parametrize(
    "body", [{"kind": "moon"}, {"kind": "request"}, {"words": ""}, {"serial": 5}, {"words": "x" * 3000}]
)
def test_a_pickup_of_another_shape_is_set_aside(session: Session, body: dict[str, Any]) -> None:
    event, answer = found(session, None, **body)
    assert answer.status == "quarantined"
    assert session.get(FieldEvent, event) is None
    assert session.scalars(select(Quarantine.document_id)).all() == [event]
