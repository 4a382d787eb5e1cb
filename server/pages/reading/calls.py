"""Courtesy calls: customers whose usage is unusually high, before the bill says it."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.reading.blueprint import blueprint, reads, works
from server.services import services
from server.viewing import _
from workorders.problems import Problem
from workorders.queries.reading import high_reads
from workorders.usecases.meters.courtesy_calls import OUTCOMES, note_call


@blueprint.get("/calls")
@reads
def calls() -> ResponseReturnValue:
    """High reads of the last month whose customer was not reached yet, the highest usage first."""
    return _page(None)


@blueprint.post("/calls/<int:number>")
@works
def note(number: int) -> ResponseReturnValue:
    """What came of a call."""

    def act() -> str:
        note_call(
            current_session(),
            number,
            outcome=request.form.get("outcome", ""),
            words=request.form.get("words", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        flash(_("The call is noted."), "good")
        return url_for("reading.calls")

    return acted(act, _page)


def _page(problem: Problem | None) -> str:
    lines = high_reads(current_session(), now=services().clock())
    return render_template("reading/calls.html", lines=lines, outcomes=OUTCOMES, **shown(problem))
