"""Visits that ended in a span of days, from the histories of orders, which may have several."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.queries.pieces import pieces
from workorders.queries.reports.report import Asked
from workorders.tables import Order, OrderEvent, Premise, ServicePoint

ENDS = ("completed", "unable")
"""What a visit ends with, as the history has it."""
BEGINS = ("on_site", "started")
Steps = dict[str, list[tuple[str, datetime]]]
"""Order number → (step, instant), oldest first."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to an order's service point."""

    order: str
    type: str
    point: int
    technician: str
    kind: str
    """completed | unable."""
    outcome: str | None
    begun: datetime | None
    """Arrival, or the start where nobody pressed “arrived”; None when neither was."""
    ended: datetime
    planned_minutes: int

    @property
    def minutes(self) -> float:
        """Time on site; 0 when its beginning is not known."""
        return (self.ended - self.begun).total_seconds() / 60 if self.begun else 0.0


def visits(session: Session, asked: Asked) -> list[Visit]:
    """Visits that ended in the span, in that order; of one technician when that filter is set."""
    query = (
        select(OrderEvent, Order.type, Order.service_point_id, Order.planned_minutes)
        .join(Order, Order.number == OrderEvent.order_number)
        .where(OrderEvent.kind.in_(ENDS), OrderEvent.at >= asked.since, OrderEvent.at < asked.before)
        .order_by(OrderEvent.at, OrderEvent.id)
    )
    if asked.get("technician"):
        query = query.where(OrderEvent.actor == asked.get("technician"))
    ends = session.execute(query).all()
    steps = steps_of(session, (one.OrderEvent.order_number for one in ends))
    return [
        Visit(
            event.order_number,
            type_,
            point,
            event.actor,
            event.kind,
            event.detail.get("outcome"),
            _begun(steps.get(event.order_number, ()), event.at),
            event.at,
            planned,
        )
        for event, type_, point, planned in ends
    ]


def steps_of(session: Session, numbers: Iterable[str], kinds: Sequence[str] = (*BEGINS, *ENDS)) -> Steps:
    """The steps of orders' histories."""
    found: defaultdict[str, list[tuple[str, datetime]]] = defaultdict(list)
    wanted = sorted(set(numbers))
    steps = select(OrderEvent.order_number, OrderEvent.kind, OrderEvent.at).where(OrderEvent.kind.in_(kinds))
    for piece in pieces(wanted):
        part = steps.where(OrderEvent.order_number.in_(piece))
        for number, kind, at in session.execute(part.order_by(OrderEvent.at, OrderEvent.id)):
            found[number].append((kind, at))
    return dict(found)


def _begun(steps: Sequence[tuple[str, datetime]], ended: datetime) -> datetime | None:
    """The first arrival after the visit before."""
    begun = None
    for kind, at in steps:
        if at > ended or (kind in ENDS and at == ended):
            break
        if kind in ENDS:
            begun = None
        elif begun is None:
            begun = at
    return begun


def addresses_of(session: Session, points: Iterable[int]) -> dict[int, str]:
    """Service point → its address."""
    wanted, found = sorted(set(points)), dict[int, str]()
    query = select(ServicePoint.id, Premise.house_number, Premise.street)
    query = query.join(Premise, Premise.id == ServicePoint.premise_id)
    for piece in pieces(wanted):
        part = query.where(ServicePoint.id.in_(piece))
        found |= {point: f"{house} {street}" for point, house, street in session.execute(part)}
    return found
