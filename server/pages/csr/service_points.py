"""A service point as its card shows it: state, meter, reads and their chart, the order that is under way."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from server.pages.csr.chart import Chart, usage_chart
from workorders.facts import MeterFacts, ReadFacts
from workorders.judgement.lifecycle import ACTIVE
from workorders.queries.newest_reads import newest_reads
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


def cards(session: Session, points: Sequence[ServicePoint]) -> list[PointCard]:
    """The cards of some service points of one premise or account, in a few queries however many they are."""
    ids = [point.id for point in points]
    agreements = session.scalars(
        select(ServiceAgreement)
        .join(ServiceAgreement.account)
        .join(Customer, Customer.id == Account.customer_id)
        .options(contains_eager(ServiceAgreement.account))
        .where(ServiceAgreement.service_point_id.in_(ids), ServiceAgreement.serving)
    )
    answering = {agreement.service_point_id: agreement.account for agreement in agreements}
    installed = session.execute(
        select(Installation.service_point_id, Meter)
        .join(Meter, Meter.id == Installation.meter_id)
        .where(Installation.service_point_id.in_(ids), Installation.removed_at.is_(None))
    )
    meters = {row.service_point_id: row.Meter for row in installed}
    reads = newest_reads(session, ids, most=MONTHS)
    active: dict[int, list[Order]] = {}
    for order in session.scalars(
        select(Order).where(Order.service_point_id.in_(ids), Order.state.in_(ACTIVE)).order_by(Order.number)
    ):
        active.setdefault(order.service_point_id, []).append(order)
    return [
        PointCard(
            point,
            answering.get(point.id),
            meters.get(point.id),
            tuple(read for read, _meter in reads.get(point.id, ())),
            _chart(reads.get(point.id, ())),
            tuple(active.get(point.id, ())),
        )
        for point in points
    ]


def _chart(reads: Sequence[tuple[ReadFacts, MeterFacts]]) -> Chart | None:
    registers = {meter.serial: (meter.dials, meter.multiplier) for _read, meter in reads}
    return usage_chart(tuple(read for read, _meter in reads), registers)
