"""Programs that call the API: their tokens, what each may do, when it was used, making and revoking them."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.scopes import SCOPES
from server.auth.tokens import DAYS_MAX, add_token, revoke_token, tokens
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.admin.blueprint import administers, blueprint
from server.pages.admin.change_words import in_words
from server.services import services
from server.viewing import _
from workorders.grammar.numbers import count_from_text
from workorders.problems import Problem
from workorders.queries.admin_changes import changes_about

NO_STORE = {"Cache-Control": "no-store"}
RECENT = 20
"""Changes below the list."""
DAYS = 365
"""Offered as the life of a token."""


@blueprint.get("/programs")
@administers
def programs() -> ResponseReturnValue:
    """Every token, and the form that makes one."""
    return _page(None)


@blueprint.post("/programs")
@administers
def add_program() -> ResponseReturnValue:
    """Make a token. It is in this answer and nowhere else: only its hash is kept."""
    form = request.form
    try:
        _id, token = add_token(
            current_session(),
            services().config.secret_key,
            name=form.get("name", "").strip().lower(),
            scopes=form.getlist("scopes"),
            days=count_from_text(form.get("days", ""), field="days"),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    return _page(None, token=token), 201, NO_STORE


@blueprint.post("/programs/<key>/revoke")
@administers
def revoke_program(key: str) -> ResponseReturnValue:
    """Let a token open nothing any more."""

    def act() -> str:
        revoke_token(current_session(), key, now=services().clock(), actor=current_staff().name)
        return url_for("admin.programs")

    return acted(act, _page, said=_("The token opens nothing any more."))


def _page(problem: Problem | None, *, token: str | None = None) -> str:
    db = current_session()
    return render_template(
        "admin/programs.html",
        tokens=tokens(db),
        token=token,
        scopes=SCOPES,
        chosen=request.form.getlist("scopes") if token is None else (),
        days=DAYS,
        most_days=DAYS_MAX,
        now=services().clock(),
        changes=in_words(changes_about(db, "token", most=RECENT)),
        **shown(problem),
    )
