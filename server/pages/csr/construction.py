"""Temporary meters of construction sites: asked for, extended, removed."""

import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.blueprint import blueprint, reads
from server.services import services
from server.templating import local
from server.viewing import _, problem_view
from workorders.grammar.times import day_from_text
from workorders.policy.start_service import construction_of
from workorders.problems import Problem
from workorders.queries.construction import temporary_meters
from workorders.queries.rules_cache import rule_book
from workorders.usecases.customers.construction import (
    SIZES,
    ConstructionRequest,
    ask_for_meter,
    extend_meter,
    remove_meter,
)

moves = allow("csr", "supervisor")


@blueprint.get("/construction")
@reads
def construction() -> ResponseReturnValue:
    """Temporary meters that stand or are asked for, and a form for another."""
    return _page(None)


@blueprint.post("/construction")
@moves
def ask_construction() -> ResponseReturnValue:
    """Take the application. Sending it twice takes it once."""
    form = request.form

    def act() -> str:
        made = ask_for_meter(
            current_session(),
            ConstructionRequest(
                account_number=form.get("account", "").strip(),
                premise=form.get("premise", ""),
                size=form.get("size", ""),
                place=form.get("place", ""),
                start_on=day_from_text(form.get("start_on", ""), field="start_on"),
                ends_on=day_from_text(form.get("ends_on", ""), field="ends_on"),
                request_id=form.get("request_id", ""),
            ),
            now=services().clock(),
            actor=current_staff().name,
        )
        if made.application.state == "approved":
            return _("{number} is approved; an order sets the meter.", number=made.number)
        return _("{number} is taken. It waits for its fee and deposit.", number=made.number)

    return _done(act)


@blueprint.post("/construction/<number>/extend")
@moves
def extend_construction(number: str) -> ResponseReturnValue:
    """It stays longer."""

    def act() -> str:
        extend_meter(
            current_session(),
            number,
            ends_on=day_from_text(request.form.get("ends_on", ""), field="ends_on"),
            reason=request.form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        return _("It stays until the new day.")

    return _done(act)


@blueprint.post("/construction/<number>/remove")
@moves
def remove_construction(number: str) -> ResponseReturnValue:
    """An order takes it away today."""

    def act() -> str:
        now = services().clock()
        remove_meter(current_session(), number, on=local(now).date(), now=now, actor=current_staff().name)
        return _("An order takes the meter away and reads it for the final bill.")

    return _done(act)


def _done(act: Callable[[], str]) -> ResponseReturnValue:
    try:
        words = act()
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    flash(words, "good")
    return redirect(url_for("csr.construction"))


def _page(problem: Problem | None) -> str:
    session = current_session()
    today = local(services().clock()).date()
    rules = rule_book(session).in_force(today)
    policy = construction_of(rules)
    fee = rules.fees.get(policy.fee or "")
    return render_template(
        "csr/construction.html",
        meters=temporary_meters(session, today=today),
        sizes=SIZES,
        policy=policy,
        fee_cents=fee.amount_cents if fee is not None else 0,
        today=today,
        entered=request.form,
        request_id=request.form.get("request_id") or uuid.uuid4().hex,
        problem=problem_view(problem) if problem else None,
    )
