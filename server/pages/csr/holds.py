"""Protections of an account: added, extended and lifted on its page."""

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.accounts import account_page
from server.pages.csr.blueprint import blueprint
from server.services import services
from server.templating import local
from server.viewing import _
from workorders.grammar.times import day_from_text
from workorders.problems import Problem
from workorders.tables import Hold
from workorders.usecases.collections.holds import add_hold, extend_hold, lift_hold

protects = allow("csr", "supervisor")


@blueprint.post("/accounts/<number>/holds")
@protects
def new_hold(number: str) -> ResponseReturnValue:
    """Protect the account; open cuts are called off."""
    form = request.form

    def act() -> Hold:
        starts = form.get("starts_on", "").strip()
        return add_hold(
            current_session(),
            number,
            form.get("kind", ""),
            starts_on=(
                day_from_text(starts, field="starts_on") if starts else local(services().clock()).date()
            ),
            ends_on=_end(),
            reason=form.get("reason", ""),
            evidence=form.get("evidence", ""),
            now=services().clock(),
            actor=current_staff().name,
        )

    return _done(number, act, _("The hold is added. Open cuts of the account are called off."))


@blueprint.post("/accounts/<number>/holds/<int:hold>")
@protects
def change_hold(number: str, hold: int) -> ResponseReturnValue:
    """Extend a protection, or lift it."""
    form = request.form

    def act() -> Hold:
        given = {"reason": form.get("reason", ""), "evidence": form.get("evidence", "")}
        now, actor = services().clock(), current_staff().name
        if form.get("decision") == "lift":
            return lift_hold(current_session(), number, hold, now=now, actor=actor, **given)
        if form.get("decision") != "extend":
            raise Problem("bad_input", field="decision", reason="extend or lift")
        return extend_hold(current_session(), number, hold, ends_on=_end(), now=now, actor=actor, **given)

    lifted = form.get("decision") == "lift"
    words = (
        _("The hold is lifted. From today on it protects no more.") if lifted else _("The hold is extended.")
    )
    return _done(number, act, words)


def _end() -> date | None:
    ends = request.form.get("ends_on", "").strip()
    return day_from_text(ends, field="ends_on") if ends else None


def _done(number: str, act: Callable[[], Hold], words: str) -> ResponseReturnValue:
    try:
        act()
    except Problem as problem:
        current_session().rollback()
        return account_page(
            number, problem=problem, entered=request.form.to_dict(), form="hold"
        ), problem.status
    flash(words, "good")
    return redirect(url_for("csr.account", number=number))
