"""A service point as its card shows it: state, meter, reads and their chart, the order that is under way."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, contains_eager

from server.pages.csr.chart import Chart, usage_chart
from workorders.facts import ReadFacts
from workorders.judgement.lifecycle import ACTIVE
from workorders.queries.situation import reads_at
from workorders.tables import Account, Customer, Installation, Meter, Order, ServiceAgreement, ServicePoint

MONTHS = 26
"""Reads shown: two years and one at each end."""


@dataclass(frozen=True, slots=True)
class PointCard:
    """What the card of one service point shows."""

    point: ServicePoint
    account: Account | None
    """Who answers for it now."""
    meter: Meter | None
    reads: tuple[ReadFacts, ...]
    """Newest last."""
    chart: Chart | None
    active_orders: tuple[Order, ...]


def cards(session: Session, points: Iterable[ServicePoint]) -> list[PointCard]:
    """The cards of some service points of one premise or account."""
    return [_card(session, point) for point in points]


def _card(session: Session, point: ServicePoint) -> PointCard:
    agreement = session.scalar(
        select(ServiceAgreement)
        .join(ServiceAgreement.account)
        .join(Customer, Customer.id == Account.customer_id)
        .options(contains_eager(ServiceAgreement.account))
        .where(ServiceAgreement.service_point_id == point.id, ServiceAgreement.end_on.is_(None))
    )
    meter = session.scalar(
        select(Meter)
        .join(Installation, Installation.meter_id == Meter.id)
        .where(and_(Installation.service_point_id == point.id, Installation.removed_at.is_(None)))
    )
    reads = reads_at(session, point.id, MONTHS)
    meters = {
        m.serial: m for m in session.scalars(select(Meter).where(Meter.serial.in_({r.serial for r in reads})))
    }
    orders = session.scalars(
        select(Order)
        .where(Order.service_point_id == point.id, Order.state.in_(ACTIVE))
        .order_by(Order.number)
    )
    chart = usage_chart(reads, {m.serial: (m.dials, m.multiplier) for m in meters.values()})
    return PointCard(point, agreement.account if agreement else None, meter, reads, chart, tuple(orders))
