"""Orders of every type, raised and sent out by the use cases, with as little and as much as they hold."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.world import NOW, TODAY
from workorders.catalogue import CATALOGUE
from workorders.judgement.descriptors import Field, FieldType, OrderType
from workorders.tables import (
    Hold,
    Installation,
    Meter,
    Notice,
    Order,
    ServiceAgreement,
    ServicePoint,
    ServicePointEvent,
    Technician,
)
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.orders import OrderRequest, raise_order

AMOUNTS = ("least", "null", "most")
"""Only what must be there; what may be null as null; everything at its longest."""
HOUSEHOLDS = len(AMOUNTS) * len(CATALOGUE) + 2
PROTECTIONS = ("medical", "arrangement", "dispute", "bankruptcy", "pledge", "moratorium")
VAN_SERIAL = "N" * 40
OFF = {"turn_on": "off", "reconnect": "off_np", "new_set": "inactive"}
"""How the service stands before it is turned on."""


def send_every_order(session: Session, technician: str = "t01") -> dict[str, str]:
    """Order numbers by `<type> <amount>`, and one of a place without account and meter.

    Needs a world of HOUSEHOLDS households.
    """
    _provide(session, technician)
    numbers = {}
    for household, (order_type, amount) in enumerate(_kinds(), start=1):
        point = world.point(session, household)
        _furnish(session, point, order_type, amount)
        request = OrderRequest(
            type=order_type.code,
            service_point_id=point.id,
            instructions="W" * 2000 if amount == "most" else None,
            due_until=NOW + timedelta(days=1) if amount == "most" else None,
            extra=extra_of(order_type, amount),
            # These households owe: what a gate asks of them is not the question here.
            override="decided by a supervisor" if order_type.holds_unless else None,
        )
        numbers[f"{order_type.code} {amount}"] = _send(session, request, technician)
    numbers["reread bare"] = _send(session, _bare(session, HOUSEHOLDS - 1), technician)
    return numbers


def extra_of(order_type: OrderType, amount: str) -> dict[str, Any]:
    """The extra input of a type: required fields only, the others null, or all at their longest."""
    given: dict[str, Any] = {}
    for field in order_type.extra:
        if field.type is FieldType.IDS:
            continue  # the server finds these
        if field.required or amount == "most":
            given[field.name] = _longest(field)
        elif amount == "null":
            given[field.name] = None
    return given


def _longest(field: Field) -> Any:
    if field.type is FieldType.CHOICE:
        return max(field.choices, key=lambda choice: len(choice.title)).value
    return {
        FieldType.TEXT: "W" * int(field.max or 2000),
        FieldType.SERIAL: VAN_SERIAL,
        FieldType.READ: 999_999_999,
        FieldType.YES_NO: True,
        FieldType.CENTS: int(field.max or 9_999_999),
        FieldType.DATE: TODAY.isoformat(),
        FieldType.INSTANT: NOW.isoformat(),
    }[field.type]


def _kinds() -> Iterator[tuple[OrderType, str]]:
    for order_type in CATALOGUE.values():
        for amount in AMOUNTS:
            yield order_type, amount


def _provide(session: Session, technician: str) -> None:
    """Skills for every type, and a meter with a long serial in the van."""
    row = session.get_one(Technician, technician)
    row.skills = sorted({skill for order_type in CATALOGUE.values() for skill in order_type.skills})
    session.add(
        Meter(
            serial=VAN_SERIAL,
            make="W" * 60,
            size="5/8",
            dials=9,
            status="in_van",
            van_technician_id=technician,
        )
    )
    session.flush()


def _furnish(session: Session, point: ServicePoint, order_type: OrderType, amount: str) -> None:
    """Protections that are over, service off where it is to be turned on, long words about the place."""
    agreement = session.scalars(
        select(ServiceAgreement).where(ServiceAgreement.service_point_id == point.id)
    ).one()
    session.add_all(
        Hold(
            account_id=agreement.account_id,
            kind=kind,
            starts_on=TODAY - timedelta(days=90),
            ends_on=TODAY - timedelta(days=60),
            source="office",
        )
        for kind in PROTECTIONS
    )
    if order_type.code in OFF:
        point.state = OFF[order_type.code]
        at = NOW - timedelta(days=1)
        session.add(
            ServicePointEvent(service_point_id=point.id, state=point.state, at=at, source=f"off:{point.id}")
        )
    if order_type.meter_at_start is False:
        _take_meter_away(session, point)
    if order_type.posts_notice:
        session.add(
            Notice(
                account_id=agreement.account_id,
                kind="door_tag",
                sent_on=TODAY,
                valid_until=TODAY + timedelta(days=14),
                amount_cents=9_999_999,
                state="printed",
            )
        )
    if amount == "most":
        premise = point.premise
        premise.access_note, premise.hazard, premise.dog = "W" * 400, "W" * 200, True
        point.meter_location, point.lock_number, point.seal_number = "W" * 200, "W" * 40, "W" * 40
    session.flush()


def _bare(session: Session, household: int) -> OrderRequest:
    """A reread where nobody answers for the service point and no meter is on record."""
    point = world.point(session, household)
    for row in session.scalars(select(ServiceAgreement).where(ServiceAgreement.service_point_id == point.id)):
        row.end_on, row.state = TODAY - timedelta(days=30), "closed"
    _take_meter_away(session, point)
    extra = extra_of(CATALOGUE["reread"], "least")
    return OrderRequest(type="reread", service_point_id=point.id, extra=extra)


def _take_meter_away(session: Session, point: ServicePoint) -> None:
    for installed in session.scalars(select(Installation).where(Installation.service_point_id == point.id)):
        installed.removed_at, installed.final_read = NOW - timedelta(days=30), 147_000
    session.flush()


def _send(session: Session, request: OrderRequest, technician: str) -> str:
    order: Order = raise_order(session, request, now=NOW, actor="csr")
    assign_order(session, order.number, technician, route_day=TODAY, now=NOW, actor="dispatcher")
    return order.number
