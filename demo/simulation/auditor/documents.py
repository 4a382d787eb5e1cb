"""Documents: every entitled one is on its tablet and no other; every fact has its answer there."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.simulation.auditor.finding import Violation
from demo.simulation.fleet import Fleet
from demo.simulation.tablet import Tablet
from demo.simulation.witness import Witness
from workorders.tables import FieldEvent, Order, Quarantine

FIELD = frozenset({"dispatched", "acknowledged", "en_route", "on_site", "started", "suspended"})
LIVE = frozenset({"dispatched", "suspended"})
OVER = {
    "cancelled": "cancelled",
    "superseded": "cancelled",
    "completed": "completed",
    "exception": "exception",
}
"""What a tablet that still has such an order is shown, by the order's state."""


def orders_are_where_they_belong(session: Session, fleet: Fleet, witness: Witness) -> Iterator[Violation]:
    """A tablet shows the orders of its technician as they are, and nobody else's."""
    orders = {order.number: order for order in session.scalars(select(Order))}
    for tablet in _heard(fleet, witness):
        technician, shown = tablet.kept.technician, _orders(tablet)
        for number, order in sorted(orders.items()):
            if order.technician_id == technician and order.state in FIELD and number not in shown:
                yield Violation("document", number, f"{tablet.name} lacks {number}, which is {order.state}")
        for number, (state, epoch) in sorted(shown.items()):
            of = orders.get(number)
            if of is None:
                if state in LIVE:
                    yield Violation("document", number, f"{tablet.name} shows {number}, which nobody knows")
                continue
            yield from _compare(tablet, of, state, epoch)


def _compare(tablet: Tablet, order: Order, state: str, epoch: int) -> Iterator[Violation]:
    mine = order.technician_id == tablet.kept.technician
    number = order.number
    if state in LIVE and not (mine and order.state in FIELD):
        whose = f"{order.state}, of {order.technician_id}"
        yield Violation("document", number, f"{tablet.name} would still work {number}, which is {whose}")
    elif mine and order.state in FIELD and (state not in LIVE or epoch != order.epoch):
        words = f"{tablet.name} shows {number} as {state} of {epoch}; it is {order.state} of {order.epoch}"
        yield Violation("document", number, words)
    elif mine and order.state in OVER and state != OVER[order.state]:
        yield Violation("document", number, f"{tablet.name} shows {number} as {state}; it is {order.state}")


def _heard(fleet: Fleet, witness: Witness) -> list[Tablet]:
    return [tablet for tablet in fleet.tablets if tablet.kept.device not in witness.revoked]


def _orders(tablet: Tablet) -> dict[str, tuple[str, int]]:
    return {
        doc_id.removeprefix("order:"): (document["state"], document["epoch"])
        for doc_id, document in tablet.kept.docs.items()
        if doc_id.startswith("order:")
    }


def answers_arrived(session: Session, fleet: Fleet, witness: Witness) -> Iterator[Violation]:
    """Each tablet reads what became of each of its facts that the office did not put away since."""
    status = {event.id: event.status for event in session.scalars(select(FieldEvent))}
    aside = set(session.scalars(select(Quarantine.document_id)))
    for tablet in _heard(fleet, witness):
        if tablet.kept.compared:
            continue
        for doc_id in sorted(tablet.kept.events):
            answer = tablet.kept.docs.get(f"ack:{doc_id}")
            if answer is None:
                if doc_id in status or doc_id in aside:
                    yield Violation("answer", doc_id, f"{tablet.name} never heard what became of {doc_id}")
            elif doc_id in status and answer["status"] != status[doc_id]:
                words = f"{tablet.name} reads {answer['status']} of {doc_id}, which is {status[doc_id]}"
                yield Violation("answer", doc_id, words)
