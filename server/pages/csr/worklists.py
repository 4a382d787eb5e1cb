"""Worklists: what waits for whoever is signed in, and decisions about adjustments."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.blueprint import blueprint, reads
from server.services import services
from server.templating import local
from server.viewing import _, problem_view
from workorders.problems import Problem
from workorders.queries.worklists import MOST, worklists
from workorders.usecases.customers.adjust import decide_adjustment


@blueprint.get("/worklists")
@reads
def my_day() -> ResponseReturnValue:
    """My orders, promised today, call-backs due, waiting for approval and for payment."""
    return _page(None)


@blueprint.post("/adjustments/<adjustment_id>/decision")
@allow("supervisor")
def decide(adjustment_id: str) -> ResponseReturnValue:
    """Approve or refuse an adjustment that somebody else asked for."""
    decision = request.form.get("decision")
    try:
        if decision not in {"approve", "refuse"}:
            raise Problem("bad_input", field="decision", reason="approve or refuse")
        decide_adjustment(
            current_session(),
            adjustment_id,
            approve=decision == "approve",
            words=request.form.get("words", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    flash(_("It is posted.") if decision == "approve" else _("It is refused."), "good")
    return redirect(url_for("csr.my_day"))


def _page(problem: Problem | None) -> str:
    now, staff = services().clock(), current_staff()
    return render_template(
        "csr/worklists.html",
        lists=worklists(current_session(), staff.name, now=now),
        most=MOST,
        today=local(now).date(),
        problem=problem_view(problem) if problem else None,
    )
