"""A morning in a small district: orders in every stage, tablets heard and silent, cases, cash, staff."""

from datetime import timedelta

import shapely
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mobile_api.tables import Device, DeviceTechnician
from server.auth.users import add_user
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY
from workorders.tables import Customer, Order, Outbox, Premise, ReceiptBlock, Technician, Zone
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.cancel import cancel_order

PASSWORD = "a long enough password"
STAFF = {
    "carla": ("Carla CSR", ["csr"]),
    "dana": ("Dana Dispatcher", ["dispatcher"]),
    "casey": ("Casey Cashier", ["cashier"]),
    "stan": ("Stan Storekeeper", ["storekeeper"]),
    "sam": ("Sam Supervisor", ["supervisor"]),
    "ada": ("Ada Admin", ["admin"]),
}
DAY = timedelta(days=1)
CLOCK = NOW + timedelta(hours=3)
"""Eleven in the morning in Chicago."""


def build(session: Session, households: int = 12) -> dict[str, str]:
    """The district; returns what the tests name: a word for an order → its number."""
    world.build(session, households)
    for name, (full_name, roles) in STAFF.items():
        add_user(session, name, full_name, PASSWORD, roles, now=NOW)
    _places(session)
    _tablets(session)
    session.commit()
    return _orders(session) | _field(session)


def _places(session: Session) -> None:
    north, south = (
        Zone(
            code=code,
            name=f"{code.title()} zone",
            area=shapely.MultiPolygon([shapely.box(-98.7, low, -98.5, low + 0.05)]),
        )
        for code, low in (("north", 39.1), ("south", 39.05))
    )
    session.add_all([north, south])
    session.flush()
    session.execute(update(Premise).where(Premise.id % 2 == 0).values(zone_id=north.id))
    session.execute(update(Premise).where(Premise.id % 2 == 1).values(zone_id=south.id))
    session.execute(update(Customer).where(Customer.name == "Demo customer 1").values(name="Maria O'Brien"))
    session.execute(update(Technician).where(Technician.id == "t01").values(name="Tess Demo"))
    session.execute(update(Technician).where(Technician.id == "t02").values(name="Tom Demo", skills=[]))


def _tablets(session: Session) -> None:
    for place, technician in enumerate(("t01", "t02")):
        device = Device(id=f"{technician}tabl"[:8].ljust(8, "a"), name=f"Truck {place + 1}", enrolled_at=NOW)
        device.last_seen_at = CLOCK - timedelta(minutes=18) if technician == "t01" else None
        block = ReceiptBlock(device_id=device.id, prefix=f"X{place}", first=1, last=99, granted_at=NOW)
        session.add_all([device, block])
        session.flush()
        session.add(
            DeviceTechnician(
                device_id=device.id,
                technician_id=technician,
                public_jwk={"kty": "EC"},
                thumbprint=f"{technician:x<43}",
                receipt_prefix=block.prefix,
                enrolled_at=NOW,
            )
        )
    session.flush()


def _orders(session: Session) -> dict[str, str]:
    """Orders that nobody has touched in the field."""
    world.off(session, 6)
    made = {
        "waiting": world.order(session, "reread", 1, due_until=NOW + timedelta(days=1)),
        "overdue": world.order(session, "exchange", 2, now=NOW - 2 * DAY, due_until=NOW - DAY, priority=80),
        "sent": world.sent(session, "reread", 3),
        "second": world.sent(session, "exchange", 4),
        "silent_cut": world.sent(session, "disconnect_np", 5),
        "held": world.order(session, "turn_on", 6, extra={"start_date": "2026-03-03", "fees_paid": False}),
    }
    assigned = world.order(session, "meter_test", 7, extra={"kind": "program"})
    session.get_one(Technician, "t01").skills = ["water", "meter_test"]
    assign_order(session, assigned.number, "t01", route_day=TODAY, now=NOW, actor="dana", dispatch=False)
    session.flush()
    session.execute(update(Outbox).where(Outbox.key != made["second"].number).values(published_at=NOW))
    session.commit()
    return {name: order.number for name, order in made.items()} | {"assigned": assigned.number}


def _field(session: Session) -> dict[str, str]:
    """Orders worked in the field: done, in review, paid at the door, and cut after it was paid."""
    tablet = Tablet("t01")
    done = world.sent(session, "reread", 8)
    world.take(session, tablet.event("acknowledged", done))
    world.take(session, tablet.completed(done, answers.reread(8, 145_000)))
    review = world.sent(session, "reread", 9)
    world.take(session, tablet.completed(review, answers.reread(9) | {"serial_seen": "SOMETHING"}))
    paid = world.sent(session, "disconnect_np", 10)
    world.take(session, tablet.payment(paid, 5_000))
    late = world.sent(session, "disconnect_np", 11)
    record_payment(
        session, "P-1", "A11", world.DEBT, "counter", now=NOW + timedelta(minutes=5), actor="carla"
    )
    session.commit()
    world.take(session, tablet.completed(late, answers.cut(11), at=NOW + timedelta(hours=1)))
    gone = world.order(session, "reread", 12)
    cancel_order(session, gone.number, reason="customer found the mistake", now=NOW, actor="carla")
    broken = tablet.event("completed", done) | {"event": "no_such_event"}
    world.take(session, broken)
    session.execute(
        update(Outbox)
        .where(Outbox.published_at.is_(None), Outbox.topic.in_(("order", "route")))
        .values(published_at=NOW)
    )
    session.execute(
        update(Outbox)
        .where(
            Outbox.key
            == session.scalars(
                select(Order.number).where(Order.type == "exchange", Order.technician_id == "t01")
            ).one()
        )
        .values(published_at=None)
    )
    session.commit()
    names = {"done": done, "review": review, "paid": paid, "late": late, "gone": gone}
    return {name: order.number for name, order in names.items()}
