"""Reports of what people had to decide: orders posted with edits, and exceptions."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from workorders.messages.texts import N_
from workorders.queries.reports.report import Asked, Chart, Column, Drill, Filter, Report, Row, span
from workorders.tables import ExceptionCase, FieldEvent, Order

REVIEW = ("cashier", "supervisor")


def edits(session: Session, asked: Asked) -> Iterator[Row]:
    """Reports from the field that did not post as they came, by when somebody decided."""
    query = (
        select(ExceptionCase, Order.type, FieldEvent.technician_id)
        .join(FieldEvent, FieldEvent.id == ExceptionCase.source)
        .outerjoin(Order, Order.number == ExceptionCase.order_number)
        .where(ExceptionCase.decided_at >= asked.since, ExceptionCase.decided_at < asked.before)
        .order_by(ExceptionCase.decided_at, ExceptionCase.id)
    )
    if asked.get("technician"):
        query = query.where(FieldEvent.technician_id == asked.get("technician"))
    for case, type_, technician in session.execute(query):
        yield (
            case.decided_at,
            case.order_number,
            type_,
            technician,
            case.code,
            (case.message,),
            bool(case.detail.get("blocking", False)),
            case.state,
            case.decided_by,
            (case.decided_as,) if case.decided_as is not None else (),
        )


def by_code(session: Session, asked: Asked) -> Iterator[Row]:
    """Exceptions opened in the span, by what they are about."""
    found: defaultdict[str, list[tuple[str, datetime, datetime | None]]] = defaultdict(list)
    query = _opened(
        select(ExceptionCase.code, ExceptionCase.state, ExceptionCase.opened_at, ExceptionCase.decided_at),
        asked,
    )
    for code, state, opened, decided in session.execute(query):
        found[code].append((state, opened, decided))
    for code, cases in sorted(found.items()):
        states = [state for state, _, _ in cases]
        took = [(decided - opened).total_seconds() / 60 for _, opened, decided in cases if decided]
        waiting = [opened for state, opened, _ in cases if state == "open"]
        yield (
            code,
            *(states.count(state) for state in ("open", "accepted", "rejected")),
            len(cases),
            median(took) if took else None,
            min(waiting, default=None),
        )


def listed(session: Session, asked: Asked) -> Iterator[Row]:
    """Exceptions opened in the span, one by one."""
    query = _opened(select(ExceptionCase), asked).order_by(ExceptionCase.opened_at, ExceptionCase.id)
    if asked.get("code"):
        query = query.where(ExceptionCase.code == asked.get("code"))
    if asked.get("state"):
        query = query.where(ExceptionCase.state == asked.get("state"))
    for case in session.scalars(query):
        yield (
            case.id,
            case.code,
            case.order_number,
            (case.message,),
            case.opened_at,
            case.state,
            case.decided_at,
            case.decided_by,
        )


def _opened(query: Select[*tuple[Any, ...]], asked: Asked) -> Select[*tuple[Any, ...]]:
    return query.where(ExceptionCase.opened_at >= asked.since, ExceptionCase.opened_at < asked.before)


EDITS = Report(
    name="posted-with-edits",
    title=N_("Orders posted with edits"),
    about=N_("Reports from the field that somebody had to decide about before, or after, they were posted."),
    roles=REVIEW,
    columns=(
        Column("decided_at", N_("Decided"), "time"),
        Column("order", N_("Order"), link="order"),
        Column("type", N_("Type"), "type"),
        Column("technician", N_("Technician"), "who"),
        Column("case", N_("Case"), "case"),
        Column("about", N_("What did not fit"), "messages"),
        Column("waited", N_("Posting waited"), "yes_no"),
        Column("verdict", N_("Decision"), "code", group="case_states"),
        Column("decided_by", N_("By"), "who"),
        Column("words", N_("Words"), "messages"),
    ),
    rows=edits,
    filters=(span(30), Filter("technician", N_("Technician"), "technician")),
    order="-decided_at",
    chart=Chart(N_("Cases decided"), "case"),
)
EXCEPTIONS = Report(
    name="exceptions",
    title=N_("Exceptions"),
    about=N_("Cases opened in these days, by what they are about, and how long a decision took."),
    roles=REVIEW,
    columns=(
        Column("code", N_("Case"), "case"),
        Column("open", N_("Open"), "number", total=True),
        Column("accepted", N_("Accepted"), "number", total=True),
        Column("rejected", N_("Rejected"), "number", total=True),
        Column("cases", N_("Cases"), "number", total=True),
        Column("median_minutes", N_("Median time to decide"), "minutes"),
        Column("oldest", N_("Oldest open since"), "time"),
    ),
    rows=by_code,
    filters=(span(30),),
    order="-cases",
    chart=Chart(N_("Cases"), "code", ("cases",)),
    drill=Drill("exception-list", {"code": "code"}),
)
EXCEPTION_LIST = Report(
    name="exception-list",
    title=N_("Exceptions, one by one"),
    about=N_("Cases opened in these days."),
    roles=REVIEW,
    columns=(
        Column("case", N_("Number"), link="case"),
        Column("code", N_("Case"), "case"),
        Column("order", N_("Order"), link="order"),
        Column("about", N_("What did not fit"), "messages"),
        Column("opened_at", N_("Opened"), "time"),
        Column("state", N_("State"), "code", group="case_states"),
        Column("decided_at", N_("Decided"), "time"),
        Column("decided_by", N_("By"), "who"),
    ),
    rows=listed,
    filters=(
        span(30),
        Filter("state", N_("State"), "choice", choices=("open", "accepted", "rejected"), group="case_states"),
        Filter("code", N_("Case"), "choice", group="case"),
    ),
    order="-opened_at",
)
