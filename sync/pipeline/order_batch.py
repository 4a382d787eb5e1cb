"""What many order documents need, read together in a handful of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from sync.pipeline.english import English
from workorders.catalogue import order_type_of
from workorders.facts import MeterFacts, ReadFacts
from workorders.ledger import balances
from workorders.policy.rulebook import RuleBook, RulesInForce
from workorders.queries.district import District, district_of
from workorders.queries.rules_cache import rule_book
from workorders.queries.situation import meter_facts, needed_now
from workorders.tables import CutAuthority, Installation, Meter, Notice, Order, Read

READS_KNOWN = 24
"""The estimate of usage rests on two years; the technician sees one."""


@dataclass(slots=True)
class OrderBatch:
    """Rules of the day and the rows that belong to a batch of orders."""

    now: datetime
    district: District
    book: RuleBook
    rules: RulesInForce
    """In force today."""
    english: English
    meters: dict[int, Meter] = field(default_factory=dict)
    """The installed meter by service point id."""
    reads: dict[int, list[tuple[ReadFacts, MeterFacts]]] = field(default_factory=dict)
    """Oldest first, by service point id."""
    owed: dict[str, int] = field(default_factory=dict)
    avoids: dict[str, int] = field(default_factory=dict)
    """What satisfies the cuts of an account now, in cents; of accounts with a cut in the batch."""
    notices: dict[int, Notice] = field(default_factory=dict)
    authorities: dict[str, CutAuthority] = field(default_factory=dict)
    """The newest authority to cut by order number."""


def read_batch(session: Session, orders: Sequence[Order], now: datetime) -> OrderBatch:
    """Read what the documents of `orders` are made of."""
    district = district_of(session)
    book = rule_book(session)
    batch = OrderBatch(now, district, book, book.in_force(district.day_of(now)), English(session))
    points = sorted({order.service_point_id for order in orders})
    if not points:
        return batch
    installed = session.execute(
        select(Installation.service_point_id, Meter)
        .join(Meter, Meter.id == Installation.meter_id)
        .where(Installation.service_point_id.in_(points), Installation.removed_at.is_(None))
    )
    batch.meters = {row.service_point_id: row.Meter for row in installed}
    batch.reads = _reads(session, points)
    batch.owed = balances(session, "AR", sorted({o.account.number for o in orders if o.account}))
    batch.avoids = {
        account.number: needed_now(session, account, now=now)
        for account in {o.account for o in orders if o.account and order_type_of(o.type).collects_payment}
    }
    ids = sorted({id_ for order in orders for id_ in order.extra.get("notice_ids") or ()})
    if ids:
        batch.notices = {row.id: row for row in session.scalars(select(Notice).where(Notice.id.in_(ids)))}
    cuts = [order for order in orders if order_type_of(order.type).cuts is not None]
    batch.authorities = _authorities(session, [order.number for order in cuts])
    return batch


def _authorities(session: Session, numbers: Sequence[str]) -> dict[str, CutAuthority]:
    if not numbers:
        return {}
    rows = session.scalars(
        select(CutAuthority).where(CutAuthority.order_number.in_(numbers)).order_by(CutAuthority.id)
    )
    return {row.order_number: row for row in rows}


def _reads(session: Session, points: Iterable[int]) -> dict[int, list[tuple[ReadFacts, MeterFacts]]]:
    later = aliased(Read)
    place = (
        func.row_number()
        .over(partition_by=Read.service_point_id, order_by=(Read.taken_at.desc(), Read.id.desc()))
        .label("place")
    )
    newest = (
        select(Read.id, place)
        .outerjoin(later, later.supersedes_id == Read.id)
        .where(Read.service_point_id.in_(list(points)), later.id.is_(None))
        .subquery()
    )
    rows = session.execute(
        select(Read, Meter)
        .join(newest, newest.c.id == Read.id)
        .join(Meter, Meter.id == Read.meter_id)
        .where(newest.c.place <= READS_KNOWN)
        .order_by(Read.taken_at, Read.id)
    )
    found: dict[int, list[tuple[ReadFacts, MeterFacts]]] = {}
    for read, meter in rows:
        facts = ReadFacts(
            meter.serial, read.taken_at, read.value, read.kind, read.source, read.billed, tuple(read.flags)
        )
        found.setdefault(read.service_point_id, []).append((facts, meter_facts(meter, None)))
    return found
