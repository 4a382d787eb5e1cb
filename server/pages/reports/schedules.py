"""Reports that are sent by e-mail: begun on a report's page, listed and ended on one of their own."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.reports.blueprint import blueprint, schedules_reports
from server.pages.reports.pages import report_page
from server.services import services
from server.viewing import _, current_viewer, problem_view
from workorders.grammar.numbers import count_from_text
from workorders.policy.report_schedules import EVERY, Rhythm
from workorders.problems import Problem
from workorders.queries.outgoing_mail import recent_letters, schedules
from workorders.queries.reports import REPORTS, report_named
from workorders.tables import ReportSchedule
from workorders.usecases.exchange.report_schedules import WantedSchedule, add_schedule, end_schedule

RECENT = 50
SHOWN = "shown-"
"""Before the name of what the report's page was asked for."""


@blueprint.get("/schedules")
@schedules_reports
def scheduled() -> ResponseReturnValue:
    """Every schedule that goes on, and the letters of late."""
    return _page(None)


@blueprint.post("/<name>/schedules")
@schedules_reports
def schedule(name: str) -> ResponseReturnValue:
    """Send this report regularly, with the filters that its page shows."""
    form = request.form
    try:
        if not current_staff().may(*report_named(name).roles):
            raise Problem("not_allowed")
        every = next((one for one in EVERY if one == form.get("every")), None)
        if every is None:
            raise Problem("bad_input", field="every", reason="it is none of the choices")
        rhythm = Rhythm(
            every,
            count_from_text(form.get("hour", ""), field="hour", high=23),
            count_from_text(form.get("weekday") or "0", field="weekday", high=6),
            count_from_text(form.get("month_day") or "1", field="month_day", low=1, high=31),
        )
        wanted = WantedSchedule(
            name,
            form.get("form", ""),
            form.get("period", "page"),
            rhythm,
            form.get("recipients", ""),
            current_viewer().language,
            {key.removeprefix("filter-"): value for key, value in form.items() if key.startswith("filter-")},
            form.get("sort") or None,
        )
        add_schedule(current_session(), wanted, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _refused(name, problem), problem.status
    flash(_("The report is sent from its next time on."), "good")
    return redirect(url_for("reports.scheduled"))


@blueprint.post("/schedules/<int:number>/end")
@schedules_reports
def end(number: int) -> ResponseReturnValue:
    """Send a report no more."""
    try:
        end_schedule(current_session(), number, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    flash(_("The report is sent no more."), "good")
    return redirect(url_for("reports.scheduled"))


def _refused(name: str, problem: Problem) -> str:
    """The report's page as it was, with what was typed; the list where its filters are what is wrong."""
    given = {
        key.removeprefix(SHOWN): value
        for key, value in request.form.items()
        if key.startswith(SHOWN) and value
    }
    try:
        return report_page(name, given, problem=problem)
    except Problem:
        return _page(problem)


def _page(problem: Problem | None) -> str:
    session = current_session()
    letters = recent_letters(session, "report", limit=RECENT)
    named = select(ReportSchedule).where(ReportSchedule.id.in_({one.details["schedule"] for one in letters}))
    known = {one.id: one for one in session.scalars(named)}
    return render_template(
        "reports/schedules.html",
        schedules=schedules(session),
        letters=[(one, known.get(one.details["schedule"])) for one in letters],
        reports=REPORTS,
        folder_set=services().config.outgoing_dir is not None,
        problem=problem_view(problem) if problem else None,
    )
