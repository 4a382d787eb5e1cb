"""Debts of who has left that go to a collection agency, and come back from it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.collections.blueprint import blueprint, places, reads
from server.services import services
from server.templating import local
from server.viewing import _, ngettext, problem_view
from workorders.policy.recovery import agency_rule
from workorders.problems import Problem
from workorders.queries.recovery import MOST, candidates, count_placements, placements
from workorders.queries.rules_cache import rule_book
from workorders.usecases.collections.agency import call_back, place, tell_changes


@blueprint.get("/agency")
@reads
def agency() -> ResponseReturnValue:
    """Who has left and owes: who may be handed over, who not and why, and what the agency has."""
    return _page(None)


@blueprint.post("/agency")
@places
def place_debts() -> ResponseReturnValue:
    """Hand the ticked debts over."""
    chosen = request.form.getlist("account")
    try:
        made = place(current_session(), chosen, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    words = ngettext("{count} debt is handed over.", "{count} debts are handed over.", len(made))
    flash(words, "good")
    return redirect(url_for("collections.agency"))


@blueprint.post("/agency/<int:number>/recall")
@places
def recall_debt(number: int) -> ResponseReturnValue:
    """Take a debt back."""
    reason = request.form.get("reason", "")
    try:
        call_back(
            current_session(), number, reason=reason, now=services().clock(), actor=current_staff().name
        )
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    flash(_("The debt is called back; the agency's next file says so."), "good")
    return redirect(url_for("collections.agency"))


@blueprint.post("/agency/changes")
@places
def tell_agency() -> ResponseReturnValue:
    """Put what was paid or charged since into the agency's next file."""
    told = tell_changes(current_session(), now=services().clock(), actor=current_staff().name)
    words = ngettext("{count} changed amount is noted.", "{count} changed amounts are noted.", told)
    flash(words, "good")
    return redirect(url_for("collections.agency"))


def _page(problem: Problem | None) -> str:
    session, now = current_session(), services().clock()
    today = local(now).date()
    found = candidates(session, today, now=now)
    ready = [one for one in found if one.why_not is None]
    others = [one for one in found if one.why_not is not None]
    placed, (placed_count, changed) = placements(session), count_placements(session)
    return render_template(
        "collections/agency.html",
        rule=agency_rule(rule_book(session).in_force(today)),
        ready=ready[:MOST],
        others=others[:MOST],
        counts=(len(ready), len(others)),
        placed=placed,
        placed_count=placed_count,
        changed=changed,
        problem=problem_view(problem) if problem else None,
    )
