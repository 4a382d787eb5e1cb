"""Orders and meters: states by allowed edges, and a serial number in one place."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.simulation.auditor.finding import Violation
from demo.simulation.fleet import Fleet
from demo.simulation.witness import Witness
from workorders.tables import Installation, Meter, Order, OrderEvent

BEFORE = "requested held approved scheduled assigned"
FIELD = "dispatched acknowledged en_route on_site started suspended"
BACK = "unable recalled"
FROM: dict[str, str] = {
    "held": f"{BEFORE} {FIELD} {BACK}",
    "approved": "requested held unable recalled exception rejected assigned",
    "scheduled": "approved scheduled unable recalled",
    "assigned": f"approved scheduled assigned {FIELD} {BACK}",
    "dispatched": "assigned",
    "acknowledged": "dispatched",
    "en_route": "dispatched acknowledged suspended",
    "on_site": "dispatched acknowledged en_route suspended",
    "started": "dispatched acknowledged en_route on_site suspended",
    "suspended": "dispatched acknowledged en_route on_site started",
    "recalled": FIELD,
    "cancelled": f"{BEFORE} {FIELD} {BACK}",
    "superseded": f"{BEFORE} {FIELD} {BACK}",
    "completed": f"{BEFORE} {FIELD} {BACK} cancelled superseded rejected exception",
    "exception": f"{BEFORE} {FIELD} {BACK} cancelled superseded rejected",
    "unable": f"assigned {FIELD} recalled",
    "rejected": "exception",
    "closed": "completed rejected unable",
}
"""By state, the states from which an order comes there."""
ALLOWED = {(source, to) for to, sources in FROM.items() for source in sources.split()}
NEW = {"requested", "held", "approved"}


def history_follows_allowed_edges(session: Session, _fleet: Fleet, _witness: Witness) -> Iterator[Violation]:
    """Each line goes on from where the one before ended, over an edge that exists, to the state shown."""
    reached: dict[str, str] = {}
    for line in session.scalars(select(OrderEvent).order_by(OrderEvent.order_number, OrderEvent.id)):
        number, before = line.order_number, reached.get(line.order_number)
        reached[number] = line.to_state
        if before is None:
            if line.to_state not in NEW:
                yield Violation("edge", number, f"{number} begins as {line.to_state}")
        elif line.from_state not in (None, before):
            yield Violation("edge", number, f"{number} was {before}; then it went on from {line.from_state}")
        elif line.to_state != before and (before, line.to_state) not in ALLOWED:
            yield Violation("edge", number, f"{number} went from {before} to {line.to_state} ({line.kind})")
    for order in session.scalars(select(Order).order_by(Order.number)):
        if reached.get(order.number) != order.state:
            words = f"{order.number} shows {order.state}; its history ended in {reached.get(order.number)}"
            yield Violation("edge", order.number, words)


def serials_are_in_one_place(session: Session, _fleet: Fleet, _witness: Witness) -> Iterator[Violation]:
    """A meter is at one service point, or in one van, or in stock; a service point has one meter at most."""
    rows = session.scalars(select(Installation).where(Installation.removed_at.is_(None))).all()
    meters = Counter(row.meter_id for row in rows)
    points = Counter(row.service_point_id for row in rows)
    for point, many in points.items():
        if many > 1:
            yield Violation("serial", str(point), f"service point {point} has {many} meters")
    for meter in session.scalars(select(Meter).order_by(Meter.serial)):
        places = meters[meter.id] + (meter.van_technician_id is not None)
        if places > 1 or (meters[meter.id] == 1) != (meter.status == "installed"):
            where = f"installed at {meters[meter.id]}, in the van of {meter.van_technician_id}"
            words = f"{meter.serial} is {meter.status}, {where}"
            yield Violation("serial", meter.serial, words)
