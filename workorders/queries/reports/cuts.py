"""Reports of cuts: who may be cut, what went wrong, promises of reconnects, and the figures of a year."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import codes_of
from workorders.judgement.lifecycle import ACTIVE
from workorders.judgement.traits import ServiceChange
from workorders.messages.message import Message
from workorders.messages.texts import N_
from workorders.queries.cut_list import cut_list
from workorders.queries.district import district_of
from workorders.queries.orders import WRONGFUL, WRONGFUL_CASE, counts_as_wrongful
from workorders.queries.pieces import pieces
from workorders.queries.reports.report import Asked, Chart, Column, Drill, Filter, Report, Row, span
from workorders.tables import (
    Account,
    ExceptionCase,
    Order,
    Premise,
    ServicePoint,
    ServicePointEvent,
    Zone,
)

CUTS = ("dispatcher", "cashier", "supervisor")
DAY_MINUTES = 24 * 60


def may_be_cut(session: Session, asked: Asked) -> Iterator[Row]:
    """The cut list of a day, as its page has it."""
    zones = {id_: (code, name) for id_, code, name in session.execute(select(Zone.id, Zone.code, Zone.name))}
    zone = next((id_ for id_, (code, _) in zones.items() if code == asked.get("zone")), None)
    for row in cut_list(session, asked.first, now=asked.now, zone_id=zone).rows:
        yield (
            row.debtor.facts.number,
            row.debtor.customer,
            row.point.number,
            row.point.address,
            zones.get(row.point.zone_id or 0, (None, None))[1],
            row.owed_cents,
            row.avoids_cents,
            row.allowed,
            row.why_not,
        )


def wrongful_by_cause(session: Session, asked: Asked) -> Iterator[Row]:
    """Wrongful cuts by outcome, and how soon the service was back."""
    rows = sorted(_wrongful(session, asked), key=lambda one: one[4])
    for outcome, group in groupby(rows, key=lambda one: str(one[4])):
        some = list(group)
        took = [one[7] for one in some if one[7] is not None]
        yield (outcome, len(some), len(took), len(some) - len(took), median(took) if took else None)


def wrongful_list(session: Session, asked: Asked) -> Iterator[Row]:
    """Wrongful cuts one by one."""
    return (one for one in _wrongful(session, asked) if asked.get("cause") in (None, one[4]))


def _wrongful(session: Session, asked: Asked) -> list[Row]:
    query = (
        select(Order, Account.number, Premise.house_number, Premise.street)
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .outerjoin(Account, Account.id == Order.account_id)
        .where(counts_as_wrongful(), Order.finished_at >= asked.since, Order.finished_at < asked.before)
        .order_by(Order.finished_at, Order.number)
    )
    found = session.execute(query).all()
    cases: defaultdict[str | None, list[Message]] = defaultdict(list)
    numbers = [one.Order.number for one in found]
    wanted = select(ExceptionCase).where(ExceptionCase.code == WRONGFUL_CASE).order_by(ExceptionCase.id)
    for piece in pieces(numbers):
        part = wanted.where(ExceptionCase.order_number.in_(piece))
        for case in session.scalars(part):
            cases[case.order_number].append(case.message)
    on = _turned_on(session, {one.Order.service_point_id for one in found})
    rows: list[Row] = []
    for order, account, house, street in found:
        back = _first_after(on.get(order.service_point_id, ()), order.finished_at)
        off = _minutes(order.finished_at, back)
        about = tuple(cases[order.number])
        rows.append(
            (
                order.number,
                account,
                f"{house} {street}",
                order.technician_id,
                order.outcome,
                order.finished_at,
                back,
                off,
                about,
            )
        )
    return rows


def _turned_on(session: Session, points: Iterable[int]) -> dict[int, list[datetime]]:
    """When each service point came on, oldest first."""
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    ids = sorted(points)
    for part in pieces(ids):
        query = (
            select(ServicePointEvent.service_point_id, ServicePointEvent.at)
            .where(
                ServicePointEvent.service_point_id.in_(part),
                ServicePointEvent.state == "on",
            )
            .order_by(ServicePointEvent.at)
        )
        for point, at in session.execute(query):
            found[point].append(at)
    return found


def _first_after(instants: Sequence[datetime], at: datetime | None) -> datetime | None:
    return next((one for one in instants if at is not None and one >= at), None)


def _minutes(since: datetime | None, until: datetime | None) -> float | None:
    return (until - since).total_seconds() / 60 if since is not None and until is not None else None


def promises(session: Session, asked: Asked) -> Iterator[Row]:
    """Reconnects with a promise, requested in the span: kept, late, or still open."""
    query = (
        select(Order, Account.number, Premise.house_number, Premise.street)
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .outerjoin(Account, Account.id == Order.account_id)
        .where(
            Order.type.in_(codes_of({ServiceChange.RESTORE})),
            Order.requested_at >= asked.since,
            Order.requested_at < asked.before,
        )
        .order_by(Order.requested_at, Order.number)
    )
    for order, account, house, street in session.execute(query):
        promise = _instant(order.extra.get("promise_by"))
        done = order.finished_at if order.outcome == "completed" else None
        if promise is None or (done is None and order.state not in ACTIVE):
            continue
        ended = done or asked.now
        state = ("kept" if done else "open") if ended <= promise else ("late" if done else "overdue")
        late = max((ended - promise).total_seconds() / 60, 0)
        yield (
            order.number,
            account,
            f"{house} {street}",
            order.requested_at,
            promise,
            done,
            state,
            late or None,
        )


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def disconnections(session: Session, asked: Asked) -> Iterator[Row]:
    """Cuts for non-payment by month and class of service, with what a yearly report asks for."""
    query = (
        select(ServicePointEvent.service_point_id, ServicePointEvent.at, ServicePoint.service, Order.number)
        .join(ServicePoint, ServicePoint.id == ServicePointEvent.service_point_id)
        .outerjoin(Order, (Order.number == ServicePointEvent.order_number) & counts_as_wrongful())
        .where(
            ServicePointEvent.state == "off_np",
            ServicePointEvent.at >= asked.since,
            ServicePointEvent.at < asked.before,
        )
    )
    cuts = session.execute(query).all()
    on = _turned_on(session, {one.service_point_id for one in cuts})
    day_of = district_of(session).day_of
    found: defaultdict[tuple[date, str], list[tuple[bool, float | None]]] = defaultdict(list)
    for point, at, service, wrongful in cuts:
        off = _minutes(at, _first_after(on.get(point, ()), at))
        found[day_of(at).replace(day=1), service].append((wrongful is not None, off))
    for (month, service), some in sorted(found.items()):
        took = [off for _, off in some if off is not None]
        yield (
            month,
            service,
            len(some),
            sum(wrong for wrong, _ in some),
            len(took),
            sum(off <= DAY_MINUTES for off in took),
            len(some) - len(took),
            median(took) if took else None,
        )


CUT_LIST = Report(
    name="cut-list",
    title=N_("Cut list with why blocked"),
    about=N_("Service points of accounts past due: who may be cut on the day, and every rule against it."),
    roles=CUTS,
    columns=(
        Column("account", N_("Account"), link="account"),
        Column("customer", N_("Customer")),
        Column("service_point", N_("Service point")),
        Column("address", N_("Address")),
        Column("zone", N_("Zone")),
        Column("owed_cents", N_("Owes"), "money", total=True),
        Column("avoids_cents", N_("Avoids the cut"), "money", total=True),
        Column("allowed", N_("May be cut"), "yes_no"),
        Column("why_not", N_("Why not"), "messages"),
    ),
    rows=may_be_cut,
    filters=(Filter("day", N_("Day"), "day", default=0), Filter("zone", N_("Zone"), "zone")),
    order="-allowed",
)
WRONGFUL_CUTS = Report(
    name="wrongful-cuts",
    title=N_("Wrongful cuts by cause"),
    about=N_("Cuts that should not have been, and how soon the service was back."),
    roles=CUTS,
    columns=(
        Column("cause", N_("Cause"), "outcome"),
        Column("cuts", N_("Cuts"), "number", total=True),
        Column("restored", N_("Restored"), "number", total=True),
        Column("still_off", N_("Still off"), "number", total=True),
        Column("median_minutes", N_("Median time off"), "minutes"),
    ),
    rows=wrongful_by_cause,
    filters=(span(365),),
    order="-cuts",
    chart=Chart(N_("Wrongful cuts"), "cause", ("cuts",)),
    drill=Drill("wrongful-cut-list", {"cause": "cause"}),
)
WRONGFUL_CUT_LIST = Report(
    name="wrongful-cut-list",
    title=N_("Wrongful cuts, one by one"),
    about=N_("Each cut that should not have been, with what the office found."),
    roles=CUTS,
    columns=(
        Column("order", N_("Order"), link="order"),
        Column("account", N_("Account"), link="account"),
        Column("address", N_("Address")),
        Column("technician", N_("Technician"), "who"),
        Column("cause", N_("Cause"), "outcome"),
        Column("cut_at", N_("Cut"), "time"),
        Column("restored_at", N_("Restored"), "time"),
        Column("off_minutes", N_("Time off"), "minutes"),
        Column("about", N_("What went wrong"), "messages"),
    ),
    rows=wrongful_list,
    filters=(span(365), Filter("cause", N_("Cause"), "choice", choices=WRONGFUL, group="outcome")),
    order="-cut_at",
)
PROMISES = Report(
    name="reconnect-promises",
    title=N_("Reconnect promises kept"),
    about=N_("Reconnects requested in these days that were promised by a time."),
    roles=CUTS,
    columns=(
        Column("order", N_("Order"), link="order"),
        Column("account", N_("Account"), link="account"),
        Column("address", N_("Address")),
        Column("requested_at", N_("Requested"), "time"),
        Column("promise_by", N_("Promised by"), "time"),
        Column("restored_at", N_("Restored"), "time"),
        Column("promise", N_("Promise"), "code", group="promises"),
        Column("late_minutes", N_("Late by"), "minutes"),
    ),
    rows=promises,
    filters=(span(30),),
    order="-requested_at",
    chart=Chart(N_("Promises"), "promise"),
)
DISCONNECTIONS = Report(
    name="disconnections",
    title=N_("Disconnections for non-payment"),
    about=N_("Service cut for non-payment by month, as a yearly report to a regulator asks for it."),
    roles=CUTS,
    columns=(
        Column("month", N_("Month"), "month"),
        Column("service", N_("Service"), "code", group="services"),
        Column("disconnected", N_("Disconnected"), "number", total=True),
        Column("wrongful", N_("Of them wrongful"), "number", total=True),
        Column("restored", N_("Restored"), "number", total=True),
        Column("within_a_day", N_("Restored within 24 hours"), "number", total=True),
        Column("still_off", N_("Still off"), "number", total=True),
        Column("median_minutes", N_("Median time off"), "minutes"),
    ),
    rows=disconnections,
    filters=(span(365),),
    order="month",
    chart=Chart(N_("Disconnections"), "month", ("disconnected", "wrongful")),
)
