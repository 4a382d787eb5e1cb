"""The planning page: ask for a plan, watch it being made, compare it with today's routes, use it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.files import network_file
from geo.schedule.rest import PlanLimits, apply_rest
from geo.schedule.work import apply_document
from server.auth.guard import current_staff
from server.db import current_session
from server.pages.plans.blueprint import blueprint, plans
from server.pages.plans.compare_pages import runs_of
from server.pages.plans.comparison import comparison
from server.planning.runs import ask, ask_rest
from server.services import services
from server.templating import local
from server.viewing import ngettext
from workorders.grammar.numbers import count_from_text
from workorders.grammar.times import day_from_text
from workorders.problems import Problem
from workorders.tables import PlanRun, Shift

SHOWN = 12


@blueprint.get("/")
@plans
def page() -> ResponseReturnValue:
    """Ask for a plan; the newest runs."""
    session = current_session()
    runs = session.scalars(select(PlanRun).order_by(PlanRun.id.desc()).limit(SHOWN)).all()
    today = local(services().clock()).date()
    shifts = session.scalar(select(func.count(Shift.id)).where(Shift.day == today)) or 0
    return render_template(
        "plans/page.html",
        runs=runs,
        today=today,
        shifts=shifts,
        limits=PlanLimits(),
        streets=network_file(services().config.data_dir).is_file(),
    )


@blueprint.post("/")
@plans
def request_plan() -> ResponseReturnValue:
    """Start planning a day."""
    day = day_from_text(request.form.get("day", ""), field="day")
    run = ask(
        current_session(),
        day,
        _number("seconds", 10),
        now=services().clock(),
        actor=current_staff().name,
    )
    return redirect(url_for("plans.show", run=run.id), 303)


@blueprint.post("/rest")
@plans
def request_rest() -> ResponseReturnValue:
    """Start planning what is left of today, changing as little as is asked."""
    now = services().clock()
    usual = PlanLimits()
    run = ask_rest(
        current_session(),
        local(now).date(),
        _number("seconds", 5),
        PlanLimits(
            _number("max_moved", usual.max_moved), 60 * _number("stickiness", usual.stickiness_s // 60)
        ),
        now=now,
        actor=current_staff().name,
    )
    return redirect(url_for("plans.show", run=run.id), 303)


def _number(name: str, usual: int) -> int:
    """A whole number of the form. Raises Problem bad_input."""
    text = request.form.get(name, "").strip() or str(usual)
    return count_from_text(text, field=name, high=999_999)


@blueprint.get("/<int:run>")
@plans
def show(run: int) -> ResponseReturnValue:
    """One run: its progress, or the plan beside the routes as they are."""
    session = current_session()
    found = _found(session, run)
    template = "plans/_run.html" if "HX-Request" in request.headers else "plans/run.html"
    others = [other for other in runs_of(session, found.day) if other.id != found.id] if found.result else []
    return render_template(template, run=found, others=others, **comparison(session, found))


@blueprint.post("/<int:run>/use")
@plans
def use(run: int) -> ResponseReturnValue:
    """Make the plan the technicians' routes."""
    session = current_session()
    found = _found(session, run)
    if found.state != "ready" or found.result is None:
        raise Problem("illegal_transition", state=found.state, command="used")
    now = services().clock()
    apply = apply_rest if found.kind == "rest" else apply_document
    routed = apply(session, found.result, now=now, actor=current_staff().name)
    found.state = "used"
    words = ngettext(
        "{count} stop is routed and on its way to the tablets.",
        "{count} stops are routed and on their way to the tablets.",
        routed,
    )
    flash(words, "good")
    return redirect(url_for("dispatch.page"), 303)


@blueprint.post("/<int:run>/drop")
@plans
def drop(run: int) -> ResponseReturnValue:
    """Put the plan aside; nothing changes."""
    found = _found(current_session(), run)
    if found.state in {"ready", "failed"}:
        found.state = "dropped"
    return redirect(url_for("plans.page"), 303)


def _found(session: Session, number: int) -> PlanRun:
    run = session.get(PlanRun, number)
    if run is None:
        raise Problem("not_found", what="plan", key=number)
    return run
