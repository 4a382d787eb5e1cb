"""Reports of work that is open."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.judgement.lifecycle import ACTIVE
from workorders.messages.texts import N_
from workorders.queries.reports.report import Asked, Chart, Column, Drill, Filter, Report, Row
from workorders.tables import Order, Premise, ServicePoint, Zone

WORK = ("dispatcher", "supervisor")
AGES = (1, 7, 30)
"""Ends of the age buckets in days; the last one is open."""


def age_days(since: datetime, now: datetime) -> int:
    """Whole days that have gone by."""
    return max((now - since).days, 0)


def by_age(session: Session, asked: Asked) -> Iterator[Row]:
    """Open orders of each type by age."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(AGES) + 1))
    oldest: dict[str, datetime] = {}
    minutes: defaultdict[str, int] = defaultdict(int)
    wanted = select(Order.type, Order.requested_at, Order.planned_minutes).where(Order.state.in_(ACTIVE))
    for type_, requested_at, planned in session.execute(wanted):
        age = age_days(requested_at, asked.now)
        counts[type_][sum(age > end for end in AGES)] += 1
        oldest[type_] = min(requested_at, oldest.get(type_, requested_at))
        minutes[type_] += planned
    for type_ in sorted(counts):
        yield (type_, *counts[type_], sum(counts[type_]), minutes[type_], oldest[type_])


def listed(session: Session, asked: Asked) -> Iterator[Row]:
    """Open orders one by one."""
    query = (
        select(
            Order.number,
            Order.type,
            Order.state,
            Order.priority,
            Premise.house_number,
            Premise.street,
            Zone.name,
            Order.technician_id,
            Order.requested_at,
            Order.due_until,
        )
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .outerjoin(Zone, Zone.id == Premise.zone_id)
        .where(Order.state.in_(ACTIVE))
        .order_by(Order.requested_at, Order.number)
    )
    if asked.get("type"):
        query = query.where(Order.type == asked.get("type"))
    if asked.get("technician"):
        query = query.where(Order.technician_id == asked.get("technician"))
    if asked.get("zone"):
        query = query.where(Zone.code == asked.get("zone"))
    least = asked.get("age") or 0
    for number, type_, state, priority, house, street, zone, technician, at, due in session.execute(query):
        age = age_days(at, asked.now)
        if age >= least:
            yield (number, type_, state, priority, f"{house} {street}", zone, technician, at, age, due)


OPEN_ORDERS = Report(
    name="open-orders",
    title=N_("Open orders by age and type"),
    about=N_("Orders that are not finished, counted by the days since they were requested."),
    roles=WORK,
    columns=(
        Column("type", N_("Type"), "type"),
        Column("to_1_day", N_("Up to 1 day"), "number", total=True),
        Column("to_7_days", N_("2 to 7 days"), "number", total=True),
        Column("to_30_days", N_("8 to 30 days"), "number", total=True),
        Column("older", N_("Older than 30 days"), "number", total=True),
        Column("orders", N_("Orders"), "number", total=True),
        Column("planned_minutes", N_("Planned time"), "minutes", total=True),
        Column("oldest", N_("Oldest requested"), "time"),
    ),
    rows=by_age,
    order="-orders",
    chart=Chart(N_("Open orders"), "type", ("orders",)),
    drill=Drill("open-order-list", {"type": "type"}),
)
OPEN_ORDER_LIST = Report(
    name="open-order-list",
    title=N_("Open orders, one by one"),
    about=N_("Every order that is not finished."),
    roles=WORK,
    columns=(
        Column("order", N_("Order"), link="order"),
        Column("type", N_("Type"), "type"),
        Column("state", N_("State"), "state"),
        Column("priority", N_("Priority"), "number"),
        Column("address", N_("Address")),
        Column("zone", N_("Zone")),
        Column("technician", N_("Technician"), "who"),
        Column("requested_at", N_("Requested"), "time"),
        Column("age_days", N_("Age in days"), "number"),
        Column("due_until", N_("Due by"), "time"),
    ),
    rows=listed,
    filters=(
        Filter("type", N_("Type"), "choice", group="type"),
        Filter("technician", N_("Technician"), "technician"),
        Filter("zone", N_("Zone"), "zone"),
        Filter("age", N_("At least this many days old"), "number"),
    ),
    order="-age_days",
)
