"""The demo district's day: orders raised and routed through the same use cases as in the office."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.network import RoadNetwork
from server.demo.orders import DemoOrder
from server.demo.writing import Writer
from server.progress import Progress
from workorders.service.orders import OrderRequest, raise_order
from workorders.tables import Order, ServicePoint

ACTOR = "demo"


def raise_orders(
    session: Session, wanted: Sequence[DemoOrder], *, now: datetime, progress: Progress
) -> list[Order]:
    """Raise every order; what a gate holds stays held."""
    numbers = [one.household.service_point for one in wanted]
    points = dict(
        session.execute(
            select(ServicePoint.number, ServicePoint.id).where(ServicePoint.number.in_(numbers))
        ).all()
    )
    orders = []
    for place, one in enumerate(wanted, start=1):
        request = OrderRequest(
            type=one.type,
            service_point_id=points[one.household.service_point],
            priority=one.priority,
            instructions=one.instructions,
            extra=one.extra,
        )
        orders.append(raise_order(session, request, now=now, actor=ACTOR))
        progress("orders", place, len(wanted))
    return orders


def plan_day(writer: Writer, orders: Sequence[Order], network: RoadNetwork) -> None:
    """Assign the orders in route order."""
