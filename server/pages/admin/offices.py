"""Offices where money is taken, their vaults, kiosks and drop boxes."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.admin.blueprint import administers, blueprint
from server.pages.admin.change_words import in_words
from server.services import services
from server.viewing import _
from workorders.problems import Problem
from workorders.queries.admin_changes import changes_about
from workorders.queries.offices import offices, points
from workorders.usecases.administration.offices import (
    POINT_KINDS,
    add_office,
    add_point,
    change_office,
    change_point,
)

RECENT = 20
"""Changes below the lists."""


@blueprint.get("/offices")
@administers
def office_list() -> ResponseReturnValue:
    """Every office, kiosk and drop box."""
    return _page(None)


@blueprint.post("/offices")
@administers
def add_one_office() -> ResponseReturnValue:
    """Add an office."""
    form = request.form

    def act() -> str:
        code, name = form.get("code", "").strip(), form.get("name", "")
        add_office(current_session(), code, name, now=services().clock(), actor=current_staff().name)
        return url_for("admin.office_list")

    return acted(act, _page, said=_("Added."))


@blueprint.post("/offices/<code>")
@administers
def change_one_office(code: str) -> ResponseReturnValue:
    """Name an office, give it a vault, or close it."""
    form = request.form

    def act() -> str:
        change_office(
            current_session(),
            code,
            form.get("name", ""),
            has_vault="has_vault" in form,
            active="active" in form,
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("admin.office_list")

    return acted(act, _page, said=_("Saved."))


@blueprint.post("/points")
@administers
def add_one_point() -> ResponseReturnValue:
    """Add a kiosk or drop box."""
    form = request.form

    def act() -> str:
        add_point(
            current_session(),
            form.get("code", "").strip(),
            form.get("office", ""),
            form.get("kind", ""),
            form.get("name", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("admin.office_list")

    return acted(act, _page, said=_("Added."))


@blueprint.post("/points/<code>")
@administers
def change_one_point(code: str) -> ResponseReturnValue:
    """Name a kiosk or drop box, or take it down."""
    form = request.form

    def act() -> str:
        now, me = services().clock(), current_staff().name
        change_point(
            current_session(), code, form.get("name", ""), active="active" in form, now=now, actor=me
        )
        return url_for("admin.office_list")

    return acted(act, _page, said=_("Saved."))


def _page(problem: Problem | None) -> str:
    db = current_session()
    changes = [*changes_about(db, "office", most=RECENT), *changes_about(db, "point", most=RECENT)]
    changes.sort(key=lambda one: one.id, reverse=True)
    return render_template(
        "admin/offices.html",
        offices=offices(db, active=False),
        points=points(db, active=False),
        kinds=POINT_KINDS,
        changes=in_words(changes[:RECENT]),
        **shown(problem),
    )
