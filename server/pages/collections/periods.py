"""One billing of a cycle: its days, and the form that changes them."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.collections.blueprint import blueprint, plans, reads
from server.services import services
from server.viewing import _, problem_view
from workorders.grammar.times import day_from_text
from workorders.policy.billing_cycles import PeriodDays, doubtful_days
from workorders.policy.rule_fields import CYCLE_STEPS
from workorders.problems import Problem
from workorders.queries.admin_changes import changes_of
from workorders.queries.cycles import cut_rules_of, cycle_periods, days_of, find_period
from workorders.queries.rules_cache import rule_book
from workorders.usecases.collections.cycles import change_period

RECENT = 20


@blueprint.get("/schedule/<code>/<int:year>")
@reads
def cycle_year(code: str, year: int) -> ResponseReturnValue:
    """The billings of a cycle in a year."""
    periods = cycle_periods(current_session(), code, year)
    return render_template(
        "collections/cycle.html", code=code, year=year, periods=[days_of(one) for one in periods]
    )


@blueprint.get("/schedule/<code>/<int:year>/<int:number>")
@reads
def period(code: str, year: int, number: int) -> ResponseReturnValue:
    """One of them."""
    return _page(code, year, number)


@blueprint.post("/schedule/<code>/<int:year>/<int:number>")
@plans
def change_days(code: str, year: int, number: int) -> ResponseReturnValue:
    """Change its days, with the reason."""
    try:
        changed = change_period(
            current_session(),
            _days(code, year, number),
            reason=request.form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _page(code, year, number, problem), problem.status
    flash(_("The days are changed.") if changed else _("Nothing differs."), "good")
    return redirect(url_for("collections.period", code=code, year=year, number=number))


def _days(code: str, year: int, number: int) -> PeriodDays:
    form = request.form
    read_on, bill_on, due_on = (
        day_from_text(form.get(name, ""), field=name) for name in ("read_on", "bill_on", "due_on")
    )
    steps: dict[str, date] = {
        step: day_from_text(text, field=f"{step}_on")
        for step in CYCLE_STEPS
        if (text := form.get(f"{step}_on", "").strip())
    }
    return PeriodDays(code, year, number, read_on, bill_on, due_on, steps)


def _page(code: str, year: int, number: int, problem: Problem | None = None) -> str:
    session = current_session()
    found = find_period(session, code, year, number)
    rules = rule_book(session).in_force(found.due_on)
    holidays = [day for one in cut_rules_of(rules) for day in one.holidays]
    days = days_of(found)
    return render_template(
        "collections/period.html",
        days=days,
        done={step.kind: step for step in found.steps if step.done_at is not None},
        doubtful=doubtful_days(days, holidays),
        steps=CYCLE_STEPS,
        changes=changes_of(session, f"cycle:{code} {year}-{number}"[:60], most=RECENT),
        entered=request.form if problem else {},
        problem=problem_view(problem) if problem else None,
    )
