"""Liens for debts: noted when they were recorded, and released."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.collections.blueprint import blueprint, places, reads
from server.services import services
from server.templating import local
from server.viewing import _, problem_view
from workorders.grammar.times import day_from_text
from workorders.policy.recovery import lien_rule
from workorders.problems import Problem
from workorders.queries.recovery import MOST, open_liens
from workorders.queries.rules_cache import rule_book
from workorders.usecases.collections.liens import note_lien, release_lien


@blueprint.get("/liens")
@reads
def liens() -> ResponseReturnValue:
    """The liens that stand."""
    return _page(None)


@blueprint.post("/liens")
@places
def add_lien() -> ResponseReturnValue:
    """A lien was recorded."""
    form = request.form
    try:
        note_lien(
            current_session(),
            form.get("account", "").strip(),
            form.get("premise", "").strip(),
            filed_on=day_from_text(form.get("filed_on", ""), field="filed_on"),
            reference=form.get("reference", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    flash(_("The lien is noted. The account and the premise show it."), "good")
    return redirect(url_for("collections.liens"))


@blueprint.post("/liens/<int:number>/release")
@places
def end_lien(number: int) -> ResponseReturnValue:
    """A lien was released."""
    form = request.form
    try:
        release_lien(
            current_session(),
            number,
            on=day_from_text(form.get("released_on", ""), field="released_on"),
            reference=form.get("release_reference", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _page(problem, at=number), problem.status
    flash(_("The lien is released."), "good")
    return redirect(url_for("collections.liens"))


def _page(problem: Problem | None, *, at: int | None = None) -> str:
    session, today = current_session(), local(services().clock()).date()
    return render_template(
        "collections/liens.html",
        liens=open_liens(session),
        most=MOST,
        rule=lien_rule(rule_book(session).in_force(today)),
        today=today,
        at=at,
        entered=request.form if problem and at is None else request.args,
        problem=problem_view(problem) if problem else None,
    )
