"""The yearly schedule of billing cycles: its days, the steps that wait, and who belongs to which cycle."""

from collections.abc import Sequence
from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.auth.guard import current_staff
from server.db import current_session
from server.exports.cycle_file import cycles_csv
from server.pages.collections.blueprint import answers, blueprint, plans, reads
from server.services import services
from server.templating import local
from server.viewing import _, ngettext, problem_view
from workorders.grammar.numbers import count_from_text
from workorders.policy.billing_cycles import cycle_rule
from workorders.problems import Problem
from workorders.queries.cycles import (
    WAITING,
    days_of,
    periods_of_year,
    places_of,
    steps_waiting,
    year_lines,
)
from workorders.queries.rules_cache import rule_book
from workorders.tables import CyclePeriod, Premise, Zone
from workorders.usecases.collections.cycles import (
    FIRST_YEAR,
    LAST_YEAR,
    close_step,
    generate_year,
    premises_without_cycle,
    put_premises,
)
from workorders.usecases.collections.step_check import close_steps_nobody_is_due

WHERE = {
    "late_fee": "collections.late_fees",
    "cut": "collections.cuts",
}
"""The page on which a step is done, where that is not the run of notices."""


@blueprint.get("/schedule")
@reads
def schedule() -> ResponseReturnValue:
    """The cycles of `?year=`, and the steps that are due and not done."""
    return _page(_year(request.args.get("year")))


@blueprint.post("/schedule")
@plans
def make_schedule() -> ResponseReturnValue:
    """Make a year's days from the rule."""
    try:
        year = count_from_text(request.form.get("year", ""), field="year", low=FIRST_YEAR, high=LAST_YEAR)
        made = generate_year(current_session(), year, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _page(_today().year, problem), problem.status
    if made:
        flash(ngettext("{count} period is made.", "{count} periods are made.", made), "good")
    else:
        flash(_("Every period of that year is there already."), "good")
    return redirect(url_for("collections.schedule", year=year))


@blueprint.get("/schedule/<int:year>.csv")
@reads
def schedule_file(year: int) -> ResponseReturnValue:
    """The year as the file that `curbstop import billing-cycles` reads."""
    days = [days_of(one) for one in periods_of_year(current_session(), year)]
    answer = Response(cycles_csv(days), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="billing-cycles-{year}.csv"'
    return answer


@blueprint.post("/schedule/premises")
@plans
def place_premises() -> ResponseReturnValue:
    """Put one premise into a cycle, or all of a zone that are in none."""
    form, session = request.form, current_session()
    try:
        code = form.get("cycle", "").strip()
        moved = put_premises(
            session, code, _chosen_premises(), now=services().clock(), actor=current_staff().name
        )
    except Problem as problem:
        session.rollback()
        return _page(_today().year, problem), problem.status
    words = ngettext("{count} premise belongs", "{count} premises belong", moved)
    flash(_("{premises} to cycle {cycle} from now on.", premises=words, cycle=code), "good")
    return redirect(url_for("collections.schedule"))


@blueprint.post("/schedule/steps/<int:number>")
@answers
def close_one_step(number: int) -> ResponseReturnValue:
    """A person says that a step is done."""
    try:
        note = request.form.get("note", "")
        close_step(current_session(), number, note=note, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _page(_today().year, problem), problem.status
    flash(_("The step is closed."), "good")
    return redirect(url_for("collections.schedule"))


@blueprint.post("/schedule/check")
@answers
def check_steps() -> ResponseReturnValue:
    """Close the steps that nobody is due."""
    session, actor = current_session(), current_staff().name
    closed = close_steps_nobody_is_due(session, _today(), now=services().clock(), actor=actor)
    flash(
        ngettext(
            "{count} step is closed: nobody is due it.",
            "{count} steps are closed: nobody is due them.",
            closed,
        )
        if closed
        else _("Somebody is due each of them."),
        "good",
    )
    return redirect(url_for("collections.schedule"))


def _chosen_premises() -> list[int]:
    form, session = request.form, current_session()
    number, zone = form.get("premise", "").strip(), form.get("zone", "")
    if number:
        found = session.scalar(select(Premise.id).where(Premise.number == number))
        if found is None:
            raise Problem("not_found", what="premise", key=number)
        return [found]
    if not zone:
        raise Problem("bad_input", field="premise", reason="give a premise or a zone")
    zone_id = None if zone == "all" else count_from_text(zone, field="zone", high=2_000_000_000)
    return premises_without_cycle(session, zone_id)


def _page(year: int, problem: Problem | None = None) -> str:
    session, today = current_session(), _today()
    waiting = steps_waiting(session, today)
    rule = cycle_rule(rule_book(session).in_force(today))
    lines = year_lines(session, year)
    return render_template(
        "collections/schedule.html",
        year=year,
        today=today,
        lines=lines,
        next_of={line.cycle.id: _next(line.periods, today) for line in lines},
        waiting=waiting,
        most=WAITING,
        places=places_of(session, waiting),
        where=WHERE,
        rule=rule,
        zones=session.execute(select(Zone.id, Zone.name).order_by(Zone.name)).all(),
        problem=problem_view(problem) if problem else None,
    )


def _next(periods: Sequence[CyclePeriod], today: date) -> CyclePeriod | None:
    return next((one for one in periods if one.read_on >= today), None)


def _year(text: str | None) -> int:
    return count_from_text(text, field="year", low=FIRST_YEAR, high=LAST_YEAR) if text else _today().year


def _today() -> date:
    return local(services().clock()).date()
