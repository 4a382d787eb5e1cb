"""Pickups as tablets report them, and what the office makes of those that wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE, order_type_of
from workorders.facts import EventFacts
from workorders.grammar.texts import checked_line, checked_text
from workorders.judgement.event_schema import Unreadable
from workorders.messages.message import Message, typed
from workorders.policy.pickups import KINDS, REQUEST, dispatches_itself, priority_of
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import FieldEvent, Installation, Meter, Order, Pickup, ServicePoint
from workorders.usecases.history import enqueue
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.orders import OrderRequest, raise_order

PICKUP = "pickup"
"""The field event of it; the order that it names was visited, and is not moved by it."""


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: str
    type: str
    words: str
    serial: str | None
    address: str | None
    urgent: bool


def pickup_from_tablet(
    session: Session, event: EventFacts, *, order_number: str | None, now: datetime
) -> Message:
    """Keep a pickup; one that the rules let dispatch itself becomes an order of who raised it.

    Answers what the tablet reads. Raises Unreadable `malformed` when the body is not of the documented shape.
    """
    try:
        asked = _asked(event.body)
    except Problem as problem:
        raise Unreadable("malformed", Message.of(f"problem.{problem.code}", **problem.details)) from None
    pickup = Pickup(
        event_id=event.id,
        technician_id=event.technician,
        kind=asked.kind,
        type=asked.type,
        urgent=asked.urgent,
        words=asked.words,
        serial=asked.serial,
        address=asked.address,
        found_on=order_number,
        service_point_id=_place(session, order_number, asked.serial),
        raised_at=event.occurred_at,
        state="waiting",
    )
    session.add(pickup)
    session.flush()
    rules = rule_book(session).in_force(district_of(session).day_of(event.occurred_at))
    if not dispatches_itself(asked.kind, rules) or pickup.service_point_id is None:
        return Message("ack.pickup_waits")
    try:
        with session.begin_nested():
            order = _raise(session, pickup, now=now, actor=event.technician)
            _give(session, order, pickup, now=now, actor=event.technician)
    except Problem:
        # What the rules of ordering speak against is the office's to look at; the fact is kept.
        session.refresh(pickup)
        return Message("ack.pickup_waits")
    pickup.state, pickup.order_number, pickup.decided_at = "raised", order.number, now
    session.flush()
    return Message.of("ack.pickup_yours", order=order.number)


def approve_pickup(
    session: Session, number: int, *, service_point: str, give_back: bool, now: datetime, actor: str
) -> Order:
    """Raise the order that a pickup asks for. `service_point`: its number, needed where none is known.

    `give_back`: to who raised it, today. Raises Problem `not_found`, `pickup_decided`, `bad_input` naming the
    field, and those of `raise_order` and `assign_order`.
    """
    pickup = _waiting(session, number)
    named = checked_line(service_point, field="service_point", longest=40)
    if named:
        point = session.scalar(select(ServicePoint).where(ServicePoint.number == named))
        if point is None:
            raise Problem("bad_input", field="service_point", reason="there is no such service point")
        pickup.service_point_id = point.id
    if pickup.service_point_id is None:
        raise Problem("bad_input", field="service_point", reason="say where it is")
    order = _raise(session, pickup, now=now, actor=actor)
    if give_back:
        _give(session, order, pickup, now=now, actor=actor)
    pickup.order_number = order.number
    _decide(session, pickup, "raised", now=now, actor=actor)
    _answer(session, pickup, Message.of("ack.pickup_raised", order=order.number), now=now)
    return order


def refuse_pickup(session: Session, number: int, *, reason: str, now: datetime, actor: str) -> Pickup:
    """Nothing is raised; the technician reads why.

    Raises Problem `not_found`, `pickup_decided`, `bad_input`.
    """
    reason = checked_line(reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="the technician reads it")
    pickup = _waiting(session, number)
    pickup.reason = reason
    _decide(session, pickup, "refused", now=now, actor=actor)
    _answer(session, pickup, Message.of("ack.pickup_refused", reason=typed(reason)), now=now)
    return pickup


def _asked(body: Mapping[str, Any]) -> _Asked:
    kind = body.get("kind")
    if kind not in KINDS:
        raise Problem("bad_input", field="kind", reason=Reason("one of {known}", known=", ".join(KINDS)))
    type_ = _type(str(kind), body.get("type"))
    words = checked_text(_text(body, "words"), field="words")
    if not words:
        raise Problem("bad_input", field="words", reason="it is needed")
    serial = checked_line(_text(body, "serial"), field="serial", longest=40).upper() or None
    address = checked_line(_text(body, "address"), field="address") or None
    urgent = body.get("urgent") is True
    return _Asked(str(kind), type_, words, serial, address, urgent)


def _type(kind: str, named: object) -> str:
    """The type of order that a pickup of the kind becomes; of a request the one that it names."""
    types = [code for code, one in CATALOGUE.items() if kind in one.pickups]
    if kind != REQUEST:
        return types[0]
    if named not in types:
        raise Problem("bad_input", field="type", reason=Reason("one of {known}", known=", ".join(types)))
    return str(named)


def _text(body: Mapping[str, Any], name: str) -> str:
    given = body.get(name)
    if given is not None and not isinstance(given, str):
        raise Problem("bad_input", field=name, reason="must be text")
    return given or ""


def _place(session: Session, order_number: str | None, serial: str | None) -> int | None:
    """Where the visited order is, else where the meter that was seen is installed."""
    if order_number is not None:
        order = session.get(Order, order_number)
        if order is not None:
            return order.service_point_id
    if serial is None:
        return None
    return session.scalar(
        select(Installation.service_point_id)
        .join(Meter, Meter.id == Installation.meter_id)
        .where(Meter.serial == serial, Installation.removed_at.is_(None))
    )


def _raise(session: Session, pickup: Pickup, *, now: datetime, actor: str) -> Order:
    order_type = order_type_of(pickup.type)
    extra = dict(order_type.pickups[pickup.kind])
    if pickup.serial and any(one.name == "serial_seen" for one in order_type.extra):
        extra["serial_seen"] = pickup.serial
    request = OrderRequest(
        type=pickup.type,
        service_point_id=pickup.service_point_id or 0,
        priority=priority_of(pickup.kind, urgent=pickup.urgent),
        instructions=pickup.words,
        extra=extra,
        no_charge=True,
        follows=pickup.found_on if pickup.found_on and session.get(Order, pickup.found_on) else None,
        follow_reason="pickup",
        request_id=f"pickup-{pickup.id}",
    )
    return raise_order(session, request, now=now, actor=actor)


def _give(session: Session, order: Order, pickup: Pickup, *, now: datetime, actor: str) -> None:
    today = district_of(session).day_of(now)
    assign_order(session, order.number, pickup.technician_id, route_day=today, now=now, actor=actor)


def _waiting(session: Session, number: int) -> Pickup:
    pickup = session.get(Pickup, number, with_for_update=True)
    if pickup is None:
        raise Problem("not_found", what="pickup", key=number)
    if pickup.state != "waiting":
        raise Problem("pickup_decided")
    return pickup


def _decide(session: Session, pickup: Pickup, state: str, *, now: datetime, actor: str) -> None:
    pickup.state, pickup.decided_at, pickup.decided_by = state, now, actor[:80]
    session.flush()


def _answer(session: Session, pickup: Pickup, message: Message, *, now: datetime) -> None:
    """What the technician reads of it from now on."""
    event = session.get(FieldEvent, pickup.event_id)
    if event is not None:
        event.ack = message
        enqueue(session, pickup.technician_id, "ack", event.id, now=now)
