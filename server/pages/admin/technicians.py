"""Technicians: who there is, what they can do, where and when they work."""

from collections.abc import Mapping
from datetime import time

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.admin.blueprint import administers, blueprint
from server.pages.admin.change_words import in_words
from server.services import services
from server.templating import local
from server.viewing import _
from workorders.grammar.numbers import count_from_text
from workorders.grammar.times import day_from_text
from workorders.policy.shifts import BREAK_MAX_MINUTES, WORKING_WEEK
from workorders.problems import Problem
from workorders.queries.admin_changes import changes_about, changes_of
from workorders.queries.roster import coming_shifts, roster, technician_record, work_zones
from workorders.tables import Zone
from workorders.usecases.administration.shifts import ShiftForm, add_shifts, remove_shift
from workorders.usecases.administration.technicians import (
    SKILLS,
    TechnicianForm,
    add_technician,
    change_technician,
    subject_of,
)

RECENT = 20
"""Changes below the list of technicians."""


@blueprint.get("/technicians")
@administers
def technicians() -> ResponseReturnValue:
    """Everybody, with the shifts of the coming days, and the form that adds somebody."""
    return _list(None)


@blueprint.post("/technicians")
@administers
def add_one_technician() -> ResponseReturnValue:
    """Add a technician."""
    key = request.form.get("technician", "").strip().lower()

    def act() -> str:
        form = _technician_form(active=True)
        add_technician(current_session(), key, form, now=services().clock(), actor=current_staff().name)
        return url_for("admin.technician", key=key)

    said = _("Added. On the page “Tablets” a code lets the technician onto a tablet.")
    return acted(act, _list, said=said)


@blueprint.get("/technicians/<key>")
@administers
def technician(key: str) -> ResponseReturnValue:
    """One technician: what is known, the coming shifts, and what was changed."""
    return _one(key, None)


@blueprint.post("/technicians/<key>")
@administers
def change_one_technician(key: str) -> ResponseReturnValue:
    """Change what is known of a technician."""

    def act() -> str:
        form = _technician_form(active=request.form.get("active") == "yes")
        change_technician(current_session(), key, form, now=services().clock(), actor=current_staff().name)
        return url_for("admin.technician", key=key)

    return acted(act, lambda problem: _one(key, problem), said=_("Saved."))


@blueprint.post("/technicians/<key>/shifts")
@administers
def add_technician_shifts(key: str) -> ResponseReturnValue:
    """Add the same hours on some days."""

    def act() -> str:
        form = _shift_form(request.form, request.form.getlist("weekdays"))
        add_shifts(current_session(), key, form, now=services().clock(), actor=current_staff().name)
        return url_for("admin.technician", key=key)

    return acted(act, lambda problem: _one(key, problem), said=_("The shifts are added."))


@blueprint.post("/technicians/<key>/shifts/<int:shift_id>/remove")
@administers
def remove_technician_shift(key: str, shift_id: int) -> ResponseReturnValue:
    """Take one shift away."""

    def act() -> str:
        now = services().clock()
        remove_shift(current_session(), key, shift_id, now=now, actor=current_staff().name)
        return url_for("admin.technician", key=key)

    return acted(act, lambda problem: _one(key, problem), said=_("The shift is removed."))


def _technician_form(*, active: bool) -> TechnicianForm:
    form = request.form
    return TechnicianForm(
        name=form.get("name", ""),
        skills=form.getlist("skills"),
        zone=form.get("zone", ""),
        active=active,
    )


def _shift_form(form: Mapping[str, str], weekdays: list[str]) -> ShiftForm:
    day = day_from_text(form.get("day", ""), field="day")
    last = form.get("last_day") or ""
    chosen = tuple(count_from_text(one, field="weekdays", low=0, high=6) for one in weekdays)
    return ShiftForm(
        day=day,
        last_day=day_from_text(last, field="last_day") if last else day,
        # A single day is meant whichever weekday it is.
        weekdays=chosen if last else (day.weekday(),),
        starts=_clock(form.get("starts", ""), "starts"),
        ends=_clock(form.get("ends", ""), "ends"),
        home_start=form.get("home_start") == "yes",
        break_minutes=count_from_text(
            form.get("break_minutes") or "0", field="break_minutes", low=0, high=BREAK_MAX_MINUTES
        ),
    )


def _clock(text: str, field: str) -> time:
    """A time of day as a form sends it. Raises Problem `bad_input`."""
    try:
        found = time.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise Problem("bad_input", field=field, reason="must be a time of day as HH:MM")
    return found


def _list(problem: Problem | None) -> str:
    db = current_session()
    days, people = roster(db, local(services().clock()).date())
    return render_template(
        "admin/technicians.html",
        days=days,
        people=people,
        skills=SKILLS,
        chosen=request.form.getlist("skills"),
        zones=work_zones(db),
        changes=in_words(changes_about(db, "technician", most=RECENT)),
        **shown(problem),
    )


def _one(key: str, problem: Problem | None) -> str:
    db, today = current_session(), local(services().clock()).date()
    found = technician_record(db, key)
    zones = work_zones(db)
    return render_template(
        "admin/technician.html",
        technician=found,
        skills=SKILLS,
        zones=zones,
        zone=found.zone_id and db.get_one(Zone, found.zone_id).code,
        today=today,
        weekdays=range(7),
        working_week=WORKING_WEEK,
        break_most=BREAK_MAX_MINUTES,
        shifts=coming_shifts(db, key, today),
        changes=in_words(changes_of(db, subject_of(key))),
        **shown(problem),
    )
