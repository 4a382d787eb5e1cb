"""The demo district's day: orders raised and routed through the same use cases as in the office."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.households.orders import DemoOrder
from demo.households.technicians import shift_span
from demo.households.writer import Writer
from geo.planner.model import Options
from geo.roads import RoadNetwork
from geo.schedule.work import apply_document, load_day, plan_document
from server.progress import Progress
from workorders.judgement.lifecycle import ACTIVE
from workorders.queries.lookups import responsible_account
from workorders.tables import Order, ServicePoint
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.orders.gates import owed_against_restoring
from workorders.usecases.orders.orders import OrderRequest, raise_order

ACTOR = "demo"
PLAN_SECONDS = 2.0
"""A demo day has at most 75 orders; more time shortens its routes by a hardly visible part."""
WORTH_ROUTING = timedelta(hours=3)
"""Least that must be left of the shift for routes that begin now."""


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
        made = None
        if one.type == "reconnect":
            made = _pay_what_is_owed(session, request.service_point_id, one.household.service_point, now)
        orders.append(made or raise_order(session, request, now=now, actor=ACTOR))
        progress("orders", place, len(wanted))
    return orders


def _pay_what_is_owed(session: Session, point_id: int, number: str, now: datetime) -> Order | None:
    """The household that is to be reconnected has paid on the web this morning.

    Answers the reconnect that the payment raised by itself; None when nothing was owed.
    """
    account = responsible_account(session, point_id)
    owed = owed_against_restoring(session, account, now)
    if account is None or not owed:
        return None
    record_payment(session, f"demo-{number}", account.number, owed, "web", now=now, actor=ACTOR)
    return session.scalar(
        select(Order)
        .where(Order.service_point_id == point_id, Order.type == "reconnect", Order.state.in_(ACTIVE))
        .order_by(Order.number.desc())
        .limit(1)
    )


def plan_day(writer: Writer, network: RoadNetwork, *, seed: int) -> int:
    """Plan the whole of today over the streets, and dispatch the routes; answers how many stops they have.

    What the planner leaves out, and what is held, stays with the dispatcher. Loaded during the shift, the
    routes begin now, so that nobody is behind a plan of this morning; loaded when it is nearly over, they are
    those of the whole day: somebody wants to look at them.
    """
    # Imported here so that starting a loaded district need not wait for the solver to load.
    from geo.planner.solve import plan  # noqa: PLC0415 - see above

    today = writer.now.astimezone(writer.zone).date()
    morning, evening = shift_span(today, writer.zone)
    since = max(morning, writer.now) if evening - writer.now >= WORTH_ROUTING else morning
    work = load_day(writer.session, network, today, now=since)
    made = plan(
        work.problem,
        options=Options(seconds=PLAN_SECONDS, processes=1, fairness=1, seed=seed),
        progress=lambda share, *_: writer.progress("routes", round(share * 100), 100),
    )
    return apply_document(writer.session, plan_document(work, made), now=writer.now, actor=ACTOR)
