"""Who did what to orders, as a dispatcher beside another one wants to see it at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.judgement.event_schema import event_body
from workorders.queries.timeline import HistoryLine, Line, history_line
from workorders.tables import FieldEvent, Order, OrderEvent

MOST = 12
"""Lines for one look; what happens by the hundred is told by the rows themselves."""


@dataclass(frozen=True, slots=True)
class Happened:
    """The newest line of an order's history, with what the order is."""

    number: str
    type: str
    id: int
    actor: str
    line: Line


def happened(session: Session, numbers: Collection[str]) -> Sequence[Happened]:
    """The newest line of each of these orders, the oldest first; the newest MOST of them."""
    if not numbers:
        return ()
    newest = (
        select(func.max(OrderEvent.id))
        .where(OrderEvent.order_number.in_(sorted(numbers)))
        .group_by(OrderEvent.order_number)
    )
    rows = session.execute(
        select(OrderEvent, Order.type, Order.technician_id, FieldEvent.body)
        .join(Order, Order.number == OrderEvent.order_number)
        .outerjoin(FieldEvent, FieldEvent.id == OrderEvent.source)
        .where(OrderEvent.id.in_(newest))
        .order_by(OrderEvent.id.desc())
        .limit(MOST)
    ).all()
    return [_happened(event, kind, technician, body) for event, kind, technician, body in reversed(rows)]


def _happened(event: OrderEvent, kind: str, technician: str | None, body: object) -> Happened:
    told = HistoryLine(
        event.at,
        event.recorded_at,
        event.kind,
        event.actor,
        event.source,
        event.detail,
        event_body(body) if isinstance(body, dict) else {},
    )
    return Happened(event.order_number, kind, event.id, event.actor, history_line(told, technician))
