"""A small district to act in: accounts with debts and notices, meters, a van, two technicians."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.ledger import post
from workorders.messages.message import Message
from workorders.tables import (
    Account,
    Customer,
    ExceptionCase,
    Installation,
    Meter,
    Notice,
    Order,
    Outbox,
    Premise,
    Read,
    ReceiptBlock,
    ServiceAgreement,
    ServicePoint,
    ServicePointEvent,
    Technician,
)
from workorders.usecases.district.publish_rules import publish_rules, sample_document
from workorders.usecases.field.delivery import Acknowledgement
from workorders.usecases.field.events import ingest_event
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.orders import OrderRequest, raise_order

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
"""Monday, eight in the morning in Chicago: cuts are allowed until three."""
TODAY = date(2026, 3, 2)
DEBT = 12_850
LATER = NOW + timedelta(hours=2)
"""When tablets are heard of."""


def build(
    session: Session,
    households: int = 3,
    *,
    technicians: tuple[str, ...] = ("t01", "t02"),
    start_read: int = 0,
) -> None:
    """Service points SP-1 … with meters M1 …, accounts A1 … that owe DEBT, and four meters in each van."""
    publish_rules(session, sample_document(), now=NOW - timedelta(days=300))
    session.add_all(Technician(id=id_, name=f"Technician {id_}", skills=["water"]) for id_ in technicians)
    session.flush()
    for number in range(1, households + 1):
        _household(session, number, start_read)
    for technician in technicians:
        for number in range(1, 5):
            session.add(
                Meter(
                    serial=f"N{technician}{number}".upper(),
                    make="Demo",
                    size="5/8",
                    dials=6,
                    status="in_van",
                    van_technician_id=technician,
                )
            )
        prefix = technician.upper()
        session.add(
            ReceiptBlock(device_id=device_of(technician), prefix=prefix, first=1, last=999, granted_at=NOW)
        )
    session.flush()


def _household(session: Session, number: int, start_read: int) -> None:
    customer = Customer(name=f"Demo customer {number}", phone="555-0100")
    premise = Premise(
        number=f"P-{number}",
        house_number=str(100 + number),
        street="Alder Street",
        city="Demo Falls",
        postcode="00000",
        position=shapely.Point(-98.6 + number / 1000, 39.1),
    )
    session.add_all([customer, premise])
    session.flush()
    account = Account(number=f"A{number}", customer_id=customer.id)
    point = ServicePoint(number=f"SP-{number}", premise_id=premise.id, size="5/8", state="on")
    meter = Meter(serial=f"M{number}", make="Demo", size="5/8", dials=6, status="installed")
    session.add_all([account, point, meter])
    session.flush()
    since = NOW - timedelta(days=400)
    session.add_all(
        [
            ServiceAgreement(account_id=account.id, service_point_id=point.id, start_on=since.date()),
            ServicePointEvent(service_point_id=point.id, state="on", at=since, source="import:demo"),
            Installation(
                meter_id=meter.id,
                service_point_id=point.id,
                installed_at=since,
                start_read=start_read,
                source="import:demo",
            ),
            Notice(
                account_id=account.id,
                kind="past_due",
                sent_on=TODAY - timedelta(days=45),
                valid_until=TODAY + timedelta(days=30),
                amount_cents=DEBT,
            ),
            Notice(
                account_id=account.id,
                kind="final",
                sent_on=TODAY - timedelta(days=12),
                valid_until=TODAY + timedelta(days=30),
                amount_cents=DEBT,
            ),
        ]
    )
    _year(session, number, meter, point, start_read)
    post(
        session,
        source=f"import:A{number}",
        purpose="opening",
        message=Message.of("entry.opening", account=account.number),
        lines=[("AR", "OPEN", DEBT)],
        parties={"account": account.number},
        effective_at=since,
        now=NOW - timedelta(days=1),
    )


def _year(session: Session, number: int, meter: Meter, point: ServicePoint, start_read: int) -> None:
    """Twelve monthly reads."""
    session.add_all(
        Read(
            meter_id=meter.id,
            service_point_id=point.id,
            taken_at=NOW - timedelta(days=30 * (12 - month)),
            value=start_read + 100_000 + 4_000 * month,
            kind="actual",
            source=f"import:{number}:{month}",
            billed=True,
        )
        for month in range(12)
    )


def point(session: Session, number: int) -> ServicePoint:
    """The service point of a household."""
    return session.scalars(select(ServicePoint).where(ServicePoint.number == f"SP-{number}")).one()


EXTRA: dict[str, dict[str, Any]] = {
    "turn_on": {"start_date": "2026-03-02", "fees_paid": True},
    "turn_off": {"stop_date": "2026-03-02"},
    "reread": {"flag_reason": "high"},
    "exchange": {"reason": "age"},
    "disconnect_np": {},
    "meter_test": {},
    "tamper": {"reason": "report"},
    "reconnect": {"payment_satisfied": True},
}


def off(session: Session, number: int, state: str = "off") -> None:
    """The service of a household is off, as it is before it can be turned on."""
    found = point(session, number)
    found.state = state
    at = NOW - timedelta(days=3)
    session.add(ServicePointEvent(service_point_id=found.id, state=state, at=at, source="import:off"))
    session.flush()


def order(session: Session, type_: str, household: int, **given: Any) -> Order:
    """Raise an order of a type at a household."""
    extra = EXTRA[type_] | given.pop("extra", {})
    now = given.pop("now", NOW)
    request = OrderRequest(type=type_, service_point_id=point(session, household).id, extra=extra, **given)
    return raise_order(session, request, now=now, actor="csr")


def sent(session: Session, type_: str, household: int, technician: str = "t01", **given: Any) -> Order:
    """Raise an order and dispatch it."""
    made = order(session, type_, household, **given)
    return assign_order(session, made.number, technician, route_day=TODAY, now=NOW, actor="dispatcher")


def take(session: Session, document: dict[str, Any], revision: str = "1-a") -> Acknowledgement:
    """Ingest a document two hours into the morning."""
    verdict = ingest_event(
        session, document, database=f"tech-{document['technician']}", revision=revision, received_at=LATER
    )
    session.commit()
    return verdict


def cases(session: Session, source: str) -> dict[str, ExceptionCase]:
    """The cases of an event by code."""
    rows = session.scalars(select(ExceptionCase).where(ExceptionCase.source == source))
    return {case.code: case for case in rows}


def device_of(technician: str) -> str:
    """The tablet of a technician."""
    return f"{technician}tablet"


def last_seq(session: Session, number: str) -> int | None:
    """The number of the newest outbox row of an order, as a tablet that is up to date has seen it."""
    return session.scalars(
        select(Outbox.id)
        .where(Outbox.topic == "order", Outbox.key == number)
        .order_by(Outbox.id.desc())
        .limit(1)
    ).first()
