"""Reports of how well the work was done: response by priority, first-time fix, and revisits."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.messages.texts import N_
from workorders.policy.response_targets import respond_by
from workorders.queries.district import district_of
from workorders.queries.reports.orders import WORK
from workorders.queries.reports.report import Asked, Chart, Column, Filter, Report, Row, span
from workorders.queries.reports.visits import BEGINS, Visit, addresses_of, steps_of, visits
from workorders.queries.rules_cache import rule_book
from workorders.tables import Order

BANDS = ((90, "emergency"), (70, "urgent"), (40, "normal"), (0, "low"))
"""Least priority of each band; what is an emergency to the policy is one here too when it says less."""
REVISIT_DAYS = 30


def response_times(session: Session, asked: Asked) -> Iterator[Row]:
    """From request to arrival by band of priority, and how often the target was met."""
    book, day_of = rule_book(session), district_of(session).day_of
    query = select(Order).where(Order.requested_at >= asked.since, Order.requested_at < asked.before)
    if asked.get("type"):
        query = query.where(Order.type == asked.get("type"))
    orders = session.scalars(query).all()
    steps = steps_of(session, (one.number for one in orders), BEGINS)
    found: defaultdict[str, list[tuple[float | None, bool | None]]] = defaultdict(list)
    for order in orders:
        policy = book.in_force(day_of(order.requested_at)).setting("response_targets")
        target = respond_by(
            order.extra,
            order.priority,
            requested_at=order.requested_at,
            due_until=order.due_until,
            policy=policy,
        )
        begun = steps.get(order.number, [("", None)])[0][1]
        if begun is None and order.cancelled_at is not None:
            continue
        found[_band(order.priority, policy.get("emergency_priority"))].append(
            (_minutes(order.requested_at, begun), _met(begun, target, asked.now))
        )
    for _, band in BANDS:
        if some := found.get(band):
            took = [minutes for minutes, _ in some if minutes is not None]
            judged = [met for _, met in some if met is not None]
            yield (
                band,
                len(some),
                len(took),
                median(took) if took else None,
                sorted(took)[int(0.9 * (len(took) - 1))] if took else None,
                len(judged),
                sum(judged),
                sum(judged) / len(judged) if judged else None,
            )


def _band(priority: int, emergency: int | None) -> str:
    if emergency is not None and priority >= emergency:
        return "emergency"
    return next(band for least, band in BANDS if priority >= least)


def _minutes(since: datetime, until: datetime | None) -> float | None:
    return max((until - since).total_seconds() / 60, 0.0) if until is not None else None


def _met(begun: datetime | None, target: datetime | None, now: datetime) -> bool | None:
    """None: nothing asks for a time, or there is time left."""
    if target is None or (begun is None and now <= target):
        return None
    return begun is not None and begun <= target


def first_time(session: Session, asked: Asked) -> Iterator[Row]:
    """Orders finished in the span by type: done by their first visit, or not."""
    ended = [one for one in visits(session, asked) if one.kind == "completed"]
    steps = steps_of(session, (one.order for one in ended), ("unable", "completed"))
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for order, type_ in {one.order: one.type for one in ended}.items():
        kinds = [kind for kind, _ in steps[order]]
        before = kinds.index("completed")
        row = found[type_]
        row[0] += 1
        row[1] += before == 0
        row[2] += before
    for type_, (done, first, unable) in sorted(found.items()):
        yield (type_, done, first, first / done, unable)


def revisits(session: Session, asked: Asked) -> Iterator[Row]:
    """Service points that were visited more than once in the span."""
    places: defaultdict[int, list[Visit]] = defaultdict(list)
    for one in visits(session, asked):
        places[one.point].append(one)
    again = {point: some for point, some in places.items() if len(some) > 1}
    where = addresses_of(session, again)
    for point, some in sorted(again.items()):
        yield (
            where.get(point),
            len(some),
            sum(one.kind == "unable" for one in some),
            some[0].type,
            some[0].order,
            some[0].ended,
            some[-1].type,
            some[-1].order,
            some[-1].ended,
            sum(one.minutes for one in some),
        )


RESPONSE_TIMES = Report(
    name="response-times",
    title=N_("Response times by priority"),
    about=N_("Orders requested in these days: how soon somebody was there, and whether in time."),
    roles=WORK,
    columns=(
        Column("band", N_("Priority"), "code", group="priorities"),
        Column("orders", N_("Orders"), "number", total=True),
        Column("reached", N_("Somebody was there"), "number", total=True),
        Column("median_minutes", N_("Median"), "minutes"),
        Column("ninety_minutes", N_("Nine in ten within"), "minutes"),
        Column("judged", N_("With a target that is past"), "number", total=True),
        Column("met", N_("In time"), "number", total=True),
        Column("share", N_("Share in time"), "percent"),
    ),
    rows=response_times,
    filters=(span(30), Filter("type", N_("Type"), "choice", group="type")),
    chart=Chart(N_("Orders with a target, and in time"), "band", ("judged", "met")),
)
FIRST_TIME = Report(
    name="first-time-fix",
    title=N_("Done at the first visit"),
    about=N_("Orders completed in these days: whether one visit was enough."),
    roles=WORK,
    columns=(
        Column("type", N_("Type"), "type"),
        Column("completed", N_("Completed"), "number", total=True),
        Column("first", N_("At the first visit"), "number", total=True),
        Column("share", N_("Share"), "percent"),
        Column("unable", N_("Visits in vain before"), "number", total=True),
    ),
    rows=first_time,
    filters=(span(30),),
    order="-completed",
    chart=Chart(N_("Completed, and at the first visit"), "type", ("completed", "first")),
)
REVISITS = Report(
    name="revisits",
    title=N_("Revisits"),
    about=N_("Places where visits ended more than once in these days, most visited first."),
    roles=WORK,
    columns=(
        Column("address", N_("Address")),
        Column("visits", N_("Visits"), "number", total=True),
        Column("unable", N_("In vain"), "number", total=True),
        Column("first_type", N_("First for"), "type"),
        Column("first_order", N_("First order"), link="order"),
        Column("first_at", N_("First ended"), "time"),
        Column("last_type", N_("Last for"), "type"),
        Column("last_order", N_("Last order"), link="order"),
        Column("last_at", N_("Last ended"), "time"),
        Column("site_minutes", N_("Time on site"), "minutes", total=True),
    ),
    rows=revisits,
    filters=(span(REVISIT_DAYS),),
    order="-visits",
)
