"""Reports of technicians: what each did, and how far they drove for it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from workorders.catalogue import codes_of
from workorders.judgement.traits import ServiceChange
from workorders.messages.texts import N_
from workorders.queries.custody import being_counted
from workorders.queries.district import district_of
from workorders.queries.reports.orders import WORK
from workorders.queries.reports.receipts import BLIND
from workorders.queries.reports.report import Asked, Chart, Column, Drill, Filter, Report, Row, span
from workorders.queries.reports.visits import addresses_of, visits
from workorders.tables import Receipt, RouteWay


@dataclass(slots=True)
class _Done:
    completed: int = 0
    unable: int = 0
    cuts: int = 0
    minutes: float = 0.0
    cents: int = 0
    days: set[date] = field(default_factory=set)


def activity(session: Session, asked: Asked) -> Iterator[Row]:
    """What each technician did in the span: visits, time on site, and money taken."""
    day_of, cutting = district_of(session).day_of, codes_of({ServiceChange.CUT})
    found: defaultdict[str, _Done] = defaultdict(_Done)
    for visit in visits(session, asked):
        done = found[visit.technician]
        completed = visit.kind == "completed"
        done.completed += completed
        done.unable += not completed
        done.cuts += completed and visit.type in cutting and visit.outcome != "collected"
        done.minutes += visit.minutes
        done.days.add(day_of(visit.ended))
    for technician, cents in session.execute(_taken(asked)):
        found[technician].cents += int(cents)
    blind = being_counted(session)
    for technician, done in sorted(found.items()):
        yield (
            technician,
            len(done.days),
            done.completed,
            done.unable,
            done.cuts,
            done.minutes,
            (done.completed + done.unable) / len(done.days) if done.days else None,
            None if technician in blind else done.cents,
        )


def _taken(asked: Asked) -> Select[str, int]:
    query = select(Receipt.technician_id, func.sum(Receipt.amount_cents)).where(
        Receipt.taken_at >= asked.since, Receipt.taken_at < asked.before
    )
    if asked.get("technician"):
        query = query.where(Receipt.technician_id == asked.get("technician"))
    return query.group_by(Receipt.technician_id)


def visit_list(session: Session, asked: Asked) -> Iterator[Row]:
    """Visits that ended in the span, one by one."""
    seen = visits(session, asked)
    where = addresses_of(session, (one.point for one in seen))
    for visit in seen:
        yield (
            visit.ended,
            visit.order,
            visit.type,
            where.get(visit.point),
            visit.technician,
            visit.outcome or visit.kind,
            visit.minutes or None,
            visit.planned_minutes,
        )


def driving(session: Session, asked: Asked) -> Iterator[Row]:
    """Planned driving of each technician and day, and what it comes to for an order."""
    ways = select(RouteWay).where(RouteWay.day.between(asked.first, asked.last))
    if asked.get("technician"):
        ways = ways.where(RouteWay.technician_id == asked.get("technician"))
    for way in session.scalars(ways.order_by(RouteWay.day, RouteWay.technician_id)):
        orders, minutes = len(way.stops), sum(way.drive_seconds) / 60
        per_order = (way.metres / orders, minutes / orders) if orders else (None, None)
        yield (way.day, way.technician_id, orders, way.metres, minutes, *per_order)


_FILTERS = (span(30), Filter("technician", N_("Technician"), "technician"))
ACTIVITY = Report(
    name="activity",
    title=N_("Activity by technician"),
    about=N_("Visits that each technician ended in these days, time on site, and money taken."),
    roles=WORK,
    columns=(
        Column("technician", N_("Technician"), "who"),
        Column("days", N_("Days worked"), "number"),
        Column("completed", N_("Completed"), "number", total=True),
        Column("unable", N_("Unable"), "number", total=True),
        Column("cuts", N_("Cuts"), "number", total=True),
        Column("site_minutes", N_("Time on site"), "minutes", total=True),
        Column("per_day", N_("Visits a day"), "number"),
        Column("taken_cents", N_("Taken"), "money", total=True),
    ),
    rows=activity,
    filters=_FILTERS,
    order="-completed",
    chart=Chart(N_("Visits"), "technician", ("completed", "unable")),
    drill=Drill("visit-list", {"technician": "technician"}),
    hidden=BLIND,
)
VISIT_LIST = Report(
    name="visit-list",
    title=N_("Visits, one by one"),
    about=N_("Visits that ended in these days, with the time they took."),
    roles=WORK,
    columns=(
        Column("ended_at", N_("Ended"), "time"),
        Column("order", N_("Order"), link="order"),
        Column("type", N_("Type"), "type"),
        Column("address", N_("Address")),
        Column("technician", N_("Technician"), "who"),
        Column("outcome", N_("Outcome"), "outcome"),
        Column("site_minutes", N_("Time on site"), "minutes", total=True),
        Column("planned_minutes", N_("Planned time"), "minutes", total=True),
    ),
    rows=visit_list,
    filters=_FILTERS,
    order="-ended_at",
)
DRIVING = Report(
    name="driving",
    title=N_("Distance and time driven per order"),
    about=N_("The planned way of each technician's day, and what it comes to for each stop."),
    roles=WORK,
    columns=(
        Column("day", N_("Day"), "day"),
        Column("technician", N_("Technician"), "who"),
        Column("orders", N_("Stops"), "number", total=True),
        Column("metres", N_("Distance"), "metres", total=True),
        Column("drive_minutes", N_("Driving"), "minutes", total=True),
        Column("metres_per_order", N_("Distance per stop"), "metres"),
        Column("minutes_per_order", N_("Driving per stop"), "minutes"),
    ),
    rows=driving,
    filters=_FILTERS,
    order="-day",
    chart=Chart(N_("Driving"), "technician", ("drive_minutes",)),
)
