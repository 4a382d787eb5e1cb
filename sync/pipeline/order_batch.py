"""What many order documents need, read together in a handful of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sync.pipeline.spoken import Spoken
from workorders.catalogue import order_type_of
from workorders.facts import ForecastFacts, MeterFacts, ReadFacts
from workorders.judgement.lifecycle import IN_FIELD
from workorders.ledger import balances
from workorders.policy.phone_codes import RELEASE
from workorders.policy.rulebook import RuleBook, RulesInForce
from workorders.queries.account_facts import needed_by_account
from workorders.queries.district import District, district_of
from workorders.queries.forecasts import forecasts_from
from workorders.queries.newest_reads import newest_reads
from workorders.queries.phone_codes import codes_given, secrets_of
from workorders.queries.register_reads import register_reads_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import CutAuthority, Installation, Meter, Notice, Order

READS_KNOWN = 24
"""The estimate of usage rests on two years; the technician sees one."""
PAST_SHOWN = 5
"""Finished orders at a service point that the technician sees."""


@dataclass(slots=True)
class OrderBatch:
    """Rules of the day and the rows that belong to a batch of orders."""

    now: datetime
    district: District
    book: RuleBook
    rules: RulesInForce
    """In force today."""
    spoken: Spoken
    meters: dict[int, Meter] = field(default_factory=dict)
    """The installed meter by service point id."""
    reads: dict[int, list[tuple[ReadFacts, MeterFacts]]] = field(default_factory=dict)
    """Oldest first, by service point id."""
    register_reads: dict[int, list[ReadFacts]] = field(default_factory=dict)
    """Of registers besides the main one, where a meter has any; oldest first, by service point id."""
    owed: dict[str, int] = field(default_factory=dict)
    avoids: dict[str, int] = field(default_factory=dict)
    """What satisfies the cuts of an account now, in cents; of accounts with a cut in the batch."""
    notices: dict[int, Notice] = field(default_factory=dict)
    authorities: dict[str, CutAuthority] = field(default_factory=dict)
    """The newest authority to cut by order number."""
    secrets: Mapping[tuple[str, int], str] = field(default_factory=dict)
    """What the codes of cuts in the field are made of, by order number and assignment."""
    released: dict[tuple[str, int], datetime] = field(default_factory=dict)
    """Until when the releases that were entered on tablets let them cut, by order number and assignment."""
    past: dict[int, list[Order]] = field(default_factory=dict)
    """The newest finished orders, newest first, by service point id."""
    forecasts: Mapping[date, ForecastFacts] = field(default_factory=dict)
    """Forecast low in °C by day, from the oldest authority on."""


def read_batch(session: Session, orders: Sequence[Order], now: datetime) -> OrderBatch:
    """Read what the documents of `orders` are made of."""
    district = district_of(session)
    book = rule_book(session)
    batch = OrderBatch(now, district, book, book.in_force(district.day_of(now)), Spoken(session))
    points = sorted({order.service_point_id for order in orders})
    if not points:
        return batch
    installed = session.execute(
        select(Installation.service_point_id, Meter)
        .join(Meter, Meter.id == Installation.meter_id)
        .where(Installation.service_point_id.in_(points), Installation.removed_at.is_(None))
    )
    batch.meters = {row.service_point_id: row.Meter for row in installed}
    batch.reads = newest_reads(session, points, most=READS_KNOWN)
    having = [point for point, meter in batch.meters.items() if meter.registers]
    batch.register_reads = register_reads_of(session, having) if having else {}
    batch.past = _past(session, points)
    batch.owed = balances(session, "AR", sorted({o.account.number for o in orders if o.account}))
    paying = {o.account for o in orders if o.account and order_type_of(o.type).collects_payment}
    batch.avoids = needed_by_account(session, paying, now=now)
    ids = sorted({id_ for order in orders for id_ in order.extra.get("notice_ids") or ()})
    if ids:
        batch.notices = {row.id: row for row in session.scalars(select(Notice).where(Notice.id.in_(ids)))}
    cuts = [order for order in orders if order_type_of(order.type).cuts is not None]
    batch.authorities = _authorities(session, [order.number for order in cuts])
    _codes(session, [order.number for order in cuts if order.state in IN_FIELD], batch)
    if batch.authorities:
        oldest = min(given.granted_at for given in batch.authorities.values())
        batch.forecasts = forecasts_from(session, district.day_of(oldest), now=now)
    return batch


def _codes(session: Session, numbers: Sequence[str], batch: OrderBatch) -> None:
    batch.secrets = secrets_of(session, numbers)
    for number, codes in codes_given(session, numbers).items():
        for one in codes:
            if one.kind == RELEASE and one.used_at is not None:
                before = batch.released.get((number, one.epoch), one.expires_at)
                batch.released[number, one.epoch] = max(before, one.expires_at)


def _past(session: Session, points: Sequence[int]) -> dict[int, list[Order]]:
    """What was done at these service points before."""
    place = func.row_number().over(partition_by=Order.service_point_id, order_by=Order.finished_at.desc())
    ranked = (
        select(Order.number, place.label("place"))
        .where(Order.service_point_id.in_(points), Order.finished_at.is_not(None))
        .subquery()
    )
    newest = (
        select(Order)
        .join(ranked, ranked.c.number == Order.number)
        .where(ranked.c.place <= PAST_SHOWN)
        .order_by(Order.finished_at.desc(), Order.number)
    )
    found: dict[int, list[Order]] = {}
    for order in session.scalars(newest):
        found.setdefault(order.service_point_id, []).append(order)
    return found


def _authorities(session: Session, numbers: Sequence[str]) -> dict[str, CutAuthority]:
    if not numbers:
        return {}
    rows = session.scalars(
        select(CutAuthority).where(CutAuthority.order_number.in_(numbers)).order_by(CutAuthority.id)
    )
    return {row.order_number: row for row in rows}
