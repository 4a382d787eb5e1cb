"""Late fees that billing is to charge."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.collections.blueprint import blueprint, places, reads
from server.services import services
from server.templating import local
from server.viewing import ngettext, problem_view
from workorders.policy.notices import notice_steps
from workorders.policy.recovery import late_fee_rule
from workorders.problems import Problem
from workorders.queries.late_fees import accounts_of_fees, late_fees_due, late_fees_handed
from workorders.queries.rules_cache import rule_book
from workorders.usecases.collections.late_fees import hand_over_late_fees

PAGE = 300
HANDED = 30


@blueprint.get("/late-fees")
@reads
def late_fees() -> ResponseReturnValue:
    """Which bills are late enough today, and what billing was given last."""
    return _page(None)


@blueprint.post("/late-fees")
@places
def hand_over_fees() -> ResponseReturnValue:
    """Hand today's over: they are in the next batch of the export."""
    try:
        made = hand_over_late_fees(current_session(), now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    words = ngettext(
        "{count} late fee is in the next batch for billing.",
        "{count} late fees are in the next batch for billing.",
        made,
    )
    flash(words, "good")
    return redirect(url_for("collections.late_fees"))


def _page(problem: Problem | None) -> str:
    session, now = current_session(), services().clock()
    today = local(now).date()
    rules = rule_book(session).in_force(today)
    due = late_fees_due(session, today, now=now)
    handed = late_fees_handed(session, limit=HANDED)
    return render_template(
        "collections/late_fees.html",
        rule=late_fee_rule(rules),
        with_notice=[step.kind for step in notice_steps(rules).steps if step.late_charge],
        due=due[:PAGE],
        count=len(due),
        handed=handed,
        accounts=accounts_of_fees(session, handed),
        today=today,
        problem=problem_view(problem) if problem else None,
    )
