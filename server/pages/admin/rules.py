"""Rules and fees: what is in force, what was published when, and a new amount of a fee with its preview."""

from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.admin.blueprint import administers, blueprint
from server.pages.admin.change_words import in_words
from server.pages.admin.rule_words import rule_name, rule_view
from server.services import services
from server.templating import local
from server.viewing import _
from workorders.grammar.money import cents_from_text
from workorders.grammar.times import day_from_text
from workorders.policy.rulebook import RULE_KINDS
from workorders.problems import Problem
from workorders.queries.admin_changes import changes_of
from workorders.queries.fee_preview import FeePreview, preview_fee
from workorders.queries.rule_history import fee_history, fees_on, published_sets, rules_on
from workorders.usecases.administration.fees import FEE_MAX_CENTS, change_fee, checked_fee_change


@blueprint.get("/rules")
@administers
def rules() -> ResponseReturnValue:
    """Every fee and rule that holds on a day: today, or the one asked for."""
    db, today = current_session(), _today()
    given = request.args.get("day") or ""
    day = day_from_text(given, field="day") if given else today
    fees = fees_on(db, day)
    titles = {one.fee.code: one.fee.title for one in fees}
    views = [rule_view(one, titles) for one in rules_on(db, day)]
    return render_template(
        "admin/rules.html",
        day=day,
        today=today,
        fees=fees,
        kinds=[(kind, some) for kind in RULE_KINDS if (some := [v for v in views if v.rule.kind == kind])],
    )


@blueprint.get("/rules/published")
@administers
def published() -> ResponseReturnValue:
    """The rule sets, the newest first: when, why, and what is in each."""
    return render_template(
        "admin/published.html", sets=published_sets(current_session()), rule_name=rule_name
    )


@blueprint.get("/fees/<code>")
@administers
def fee(code: str) -> ResponseReturnValue:
    """One fee: its amounts by day, who changed them, and the form for a new one, with its preview."""
    try:
        preview = _preview(code)
    except Problem as problem:
        if problem.code == "not_found":
            raise
        return _one(code, problem), problem.status
    return _one(code, None, preview=preview)


@blueprint.post("/fees/<code>")
@administers
def publish_fee(code: str) -> ResponseReturnValue:
    """Publish the new amount as the next rule set."""
    form = request.form

    def act() -> str:
        change_fee(
            current_session(),
            code,
            cents_from_text(form.get("amount", ""), most=FEE_MAX_CENTS),
            starts_on=day_from_text(form.get("effective_from", ""), field="effective_from"),
            reason=form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("admin.fee", code=code)

    said = _("Published. Tablets get it at their next sync.")
    return acted(act, lambda problem: _one(code, problem), said=said)


def _preview(code: str) -> FeePreview | None:
    """What the amount in the address would have made of last month; None without one."""
    if not request.args.get("amount"):
        return None
    db, now = current_session(), services().clock()
    cents = cents_from_text(request.args["amount"], most=FEE_MAX_CENTS)
    given = request.args.get("effective_from") or _today().isoformat()
    day = day_from_text(given, field="effective_from")
    checked_fee_change(db, code, cents, starts_on=day, now=now)
    return preview_fee(db, code, cents, now=now)


def _one(code: str, problem: Problem | None, *, preview: FeePreview | None = None) -> str:
    db, today = current_session(), _today()
    history = fee_history(db, code)
    typed = request.form if request.method == "POST" else request.args
    held = next((one for one in history if one.effective_from <= today), None)
    return render_template(
        "admin/fee.html",
        fee=held or history[-1],
        held=held,
        today=today,
        history=history,
        preview=preview,
        publishing=request.method == "POST",
        changes=in_words(changes_of(db, f"fee:{code}")),
        **(shown(problem) | {"entered": typed}),
    )


def _today() -> date:
    return local(services().clock()).date()
