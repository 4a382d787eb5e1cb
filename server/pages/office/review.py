"""What a human must decide, and which cuts were wrongful."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from server.auth.guard import current_staff
from server.auth.kept_forms import typed_before
from server.db import current_session
from server.pages.office.blueprint import blueprint, decides, reads
from server.services import services
from server.viewing import _, problem_view
from workorders.problems import Problem
from workorders.queries.orders import WRONGFUL
from workorders.queries.pipeline_health import count_delayed
from workorders.tables import ExceptionCase, FieldEvent, Order, PendingPayment, ServicePoint, Technician
from workorders.usecases.field.cases import is_blocking, waiting
from workorders.usecases.field.decisions import decide_exception
from workorders.usecases.field.quarantine import undecided_documents

PAGE = 50
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case with what a supervisor needs beside it."""

    case: ExceptionCase
    order: Order | None
    technician: str | None
    reported_at: datetime | None
    blocking: bool
    consequences: int
    """How many things are carried out when it is accepted."""


@blueprint.get("/")
@reads
def cases() -> ResponseReturnValue:
    """The review queue, oldest first."""
    return _queue(None, None)


@blueprint.get("/cases/<int:number>")
@reads
def case(number: int) -> ResponseReturnValue:
    """One case: to be decided, or who decided it and how."""
    if current_session().get(ExceptionCase, number) is None:
        raise Problem("not_found", what="case", key=number)
    return _queue(number, None, typed_before())


@blueprint.post("/cases/<int:number>")
@decides
def decide(number: int) -> ResponseReturnValue:
    """Accept or reject a case with a reason."""
    verdict = request.form.get("verdict")
    try:
        if verdict not in {"accept", "reject"}:
            raise Problem("bad_input", field="verdict", reason="accept or reject")
        decide_exception(
            current_session(),
            number,
            accept=verdict == "accept",
            words=request.form.get("words", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _queue(number, problem, request.form), problem.status
    accepted, rejected = _("The case is accepted."), _("The case is rejected.")
    flash(accepted if verdict == "accept" else rejected, "good")
    return redirect(url_for("office.cases", code=request.args.get("code")))


@blueprint.get("/cuts")
@reads
def cuts() -> ResponseReturnValue:
    """Wrongful cuts, and what restores them."""
    session = current_session()
    orders = session.scalars(
        select(Order)
        .where(Order.outcome.in_(WRONGFUL))
        .options(joinedload(Order.service_point).joinedload(ServicePoint.premise), joinedload(Order.account))
        .order_by(Order.finished_at.desc(), Order.number.desc())
        .limit(PAGE)
    ).all()
    numbers = [order.number for order in orders]
    followers: dict[str, list[Order]] = {}
    for follower in session.scalars(
        select(Order).where(Order.follows_number.in_(numbers)).order_by(Order.number)
    ):
        followers.setdefault(follower.follows_number or "", []).append(follower)
    return render_template("office/cuts.html", orders=orders, followers=followers, **tabs(session))


def tabs(session: Session) -> dict[str, int]:
    """Counts beside the tabs of every office page."""
    open_cases = select(func.count()).select_from(ExceptionCase).where(ExceptionCase.state == "open")
    wrongful = select(func.count()).select_from(Order).where(Order.outcome.in_(WRONGFUL))
    pending = select(func.count()).select_from(PendingPayment).where(PendingPayment.state == "pending")
    return {
        "open_cases": session.scalar(open_cases) or 0,
        "quarantined": undecided_documents(session),
        "wrongful": session.scalar(wrongful) or 0,
        "pending_payments": session.scalar(pending) or 0,
        "delayed": count_delayed(session)["retrying"],
    }


def _queue(at_case: int | None, problem: Problem | None, entered: Mapping[str, str] = NOTHING) -> str:
    """The queue, and first in it the case that a person looks at or has just acted on."""
    session = current_session()
    looked_at = session.get(ExceptionCase, at_case) if at_case is not None else None
    code = request.args.get("code") or None
    counts = session.execute(
        select(ExceptionCase.code, func.count())
        .where(ExceptionCase.state == "open")
        .group_by(ExceptionCase.code)
        .order_by(func.count().desc(), ExceptionCase.code)
    )
    query = select(ExceptionCase).where(ExceptionCase.state == "open")
    if code:
        query = query.where(ExceptionCase.code == code)
    oldest = session.scalars(query.order_by(ExceptionCase.id).limit(PAGE)).all()
    decided = select(ExceptionCase).where(ExceptionCase.state != "open")
    decided = decided.order_by(ExceptionCase.decided_at.desc(), ExceptionCase.id.desc()).limit(10)
    return render_template(
        "office/cases.html",
        rows=_rows(session, _first(looked_at, oldest)),
        looked_at=looked_at,
        decided=session.scalars(decided).all(),
        code=code,
        codes=counts.all(),
        at_case=at_case,
        problem=problem_view(problem) if problem else None,
        entered=entered.get("words", ""),
        **tabs(session),
    )


def _first(looked_at: ExceptionCase | None, found: Sequence[ExceptionCase]) -> list[ExceptionCase]:
    """The queue with an open case that is looked at in front of the others."""
    if looked_at is None or looked_at.state != "open":
        return list(found)
    return [looked_at, *(case for case in found if case.id != looked_at.id)]


def _rows(session: Session, found: Sequence[ExceptionCase]) -> list[CaseRow]:
    numbers = {case.order_number for case in found if case.order_number}
    load = joinedload(Order.service_point).joinedload(ServicePoint.premise)
    orders = {
        order.number: order
        for order in session.scalars(select(Order).where(Order.number.in_(numbers)).options(load))
    }
    sources = {case.source for case in found}
    events = {
        id_: (name, at)
        for id_, name, at in session.execute(
            select(FieldEvent.id, Technician.name, FieldEvent.occurred_at)
            .join(Technician, Technician.id == FieldEvent.technician_id)
            .where(FieldEvent.id.in_(sources))
        )
    }
    rows = []
    for case in found:
        technician, reported_at = events.get(case.source, (None, None))
        order = orders.get(case.order_number or "")
        rows.append(CaseRow(case, order, technician, reported_at, is_blocking(case), len(waiting(case))))
    return rows
