"""What a human must decide, and which cuts were wrongful."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.office.blueprint import blueprint, decides, reads
from server.pages.office.choice_words import accept_words, may_be_noted, reasons, reject_words
from server.services import services
from server.templating import local
from server.viewing import _, ngettext, problem_view
from workorders.grammar.numbers import count_from_text
from workorders.problems import Problem
from workorders.queries.case_choices import choices_of
from workorders.queries.cycles import count_steps_waiting
from workorders.queries.orders import WRONGFUL, WRONGFUL_CASE, counts_as_wrongful
from workorders.queries.outgoing_mail import count_delayed_letters
from workorders.queries.pipeline_health import count_delayed
from workorders.tables import ExceptionCase, Order, PendingPayment, ServicePoint
from workorders.usecases.field.decisions import decide_exception, note_plain_cases
from workorders.usecases.field.quarantine import documents_waiting

PAGE = 50
NOTHING: Mapping[str, str] = MappingProxyType({})


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
    return _queue(number, None)


@blueprint.post("/cases/<int:number>")
@decides
def decide(number: int) -> ResponseReturnValue:
    """Accept or reject a case with a reason."""
    decision = request.form.get("decision")
    try:
        if decision not in {"accept", "reject"}:
            raise Problem("bad_input", field="decision", reason="accept or reject")
        decide_exception(
            current_session(),
            number,
            accept=decision == "accept",
            words=request.form.get("words", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _queue(number, problem, request.form), problem.status
    accepted, rejected = _("The case is accepted."), _("The case is rejected.")
    flash(accepted if decision == "accept" else rejected, "good")
    return redirect(url_for("office.cases", code=request.args.get("code")))


@blueprint.post("/cases/noted")
@decides
def note_cases() -> ResponseReturnValue:
    """Accept the ticked cases on which nothing hangs, all with one reason."""
    try:
        ticked = [count_from_text(one, field="case") for one in request.form.getlist("case")][:PAGE]
        noted = note_plain_cases(
            current_session(),
            ticked,
            words=request.form.get("words", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _queue(None, problem, request.form), problem.status
    flash(ngettext("{count} case is noted.", "{count} cases are noted.", noted), "good")
    return redirect(url_for("office.cases", code=request.args.get("code")))


@blueprint.get("/cuts")
@reads
def cuts() -> ResponseReturnValue:
    """Wrongful cuts, what restores them, and those that a supervisor judged otherwise."""
    session = current_session()
    place = joinedload(Order.service_point).joinedload(ServicePoint.premise)
    newest = select(Order).options(place, joinedload(Order.account))
    newest = newest.order_by(Order.finished_at.desc(), Order.number.desc()).limit(PAGE)
    orders = session.scalars(newest.where(counts_as_wrongful())).all()
    cleared = session.execute(
        select(Order, ExceptionCase)
        .join(ExceptionCase, ExceptionCase.order_number == Order.number)
        .where(
            Order.outcome.in_(WRONGFUL),
            ExceptionCase.code == WRONGFUL_CASE,
            ExceptionCase.state == "rejected",
        )
        .options(place, joinedload(Order.account))
        .order_by(ExceptionCase.decided_at.desc(), ExceptionCase.id.desc())
        .limit(PAGE)
    ).all()
    numbers = [order.number for order in orders]
    followers: dict[str, list[Order]] = {}
    for follower in session.scalars(
        select(Order).where(Order.follows_number.in_(numbers)).order_by(Order.number)
    ):
        followers.setdefault(follower.follows_number or "", []).append(follower)
    return render_template(
        "office/cuts.html", orders=orders, cleared=cleared, followers=followers, **tabs(session)
    )


def tabs(session: Session) -> dict[str, int]:
    """Counts beside the tabs of every office page."""
    open_cases = select(func.count()).select_from(ExceptionCase).where(ExceptionCase.state == "open")
    wrongful = select(func.count()).select_from(Order).where(counts_as_wrongful())
    pending = select(func.count()).select_from(PendingPayment).where(PendingPayment.state == "pending")
    counted = (open_cases, documents_waiting(), wrongful, pending)
    cases, documents, cuts, payments = session.execute(
        select(*(one.scalar_subquery() for one in counted))
    ).one()
    return {
        "open_cases": cases,
        "quarantined": documents,
        "wrongful": cuts,
        "pending_payments": payments,
        "steps_due": count_steps_waiting(session, local(services().clock()).date()),
        "delayed": count_delayed(session)["retrying"] + count_delayed_letters(session),
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
    decided = select(ExceptionCase).where(ExceptionCase.decided_at.is_not(None))
    decided = decided.order_by(ExceptionCase.decided_at.desc(), ExceptionCase.id.desc()).limit(10)
    rows = choices_of(session, _first(looked_at, oldest))
    return render_template(
        "office/cases.html",
        rows=rows,
        plain=sum(map(may_be_noted, rows)),
        may_be_noted=may_be_noted,
        accept_words=accept_words,
        reject_words=reject_words,
        reasons=reasons(),
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
