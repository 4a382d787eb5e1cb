"""The rooms, what is in each, the history of one meter, and moving meters between them."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.stock.blueprint import KEEPERS, blueprint, keeps, moves, reads
from server.services import services
from server.viewing import _, ngettext, problem_view
from workorders.metering.rooms import RETIRED, place_from_key
from workorders.problems import Problem
from workorders.queries.people import technician_names
from workorders.queries.stock_rooms import (
    SHELF,
    find_meters,
    recent_counts,
    recent_moves,
    rooms,
    shelf,
    whereabouts,
)
from workorders.usecases.meters.stock import correct_place, transfer

NOTHING: Mapping[str, str] = MappingProxyType({})


@blueprint.get("/")
@reads
def overview() -> ResponseReturnValue:
    """Every room with what is in it, or the meters whose serial begins or ends with `?q=`."""
    return _overview()


@blueprint.get("/rooms/<key>")
@reads
def room(key: str) -> ResponseReturnValue:
    """The meters in one room; none while it is being counted, because a count is blind."""
    return _room(key)


@blueprint.post("/transfers")
@moves
def move() -> ResponseReturnValue:
    """Carry the named meters to a room."""
    form = request.form
    serials = [*form.getlist("serial"), *form.get("serials", "").split()]
    came_from = form.get("room", "")
    try:
        if form.get("place") == RETIRED and not current_staff().may(*KEEPERS):
            raise Problem("not_allowed")
        moved = transfer(
            current_session(),
            serials,
            place_from_key(form.get("place", "")),
            reason=form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        page = _room(came_from, problem, form) if came_from else _overview(problem, form)
        return page, problem.status
    flash(ngettext("{count} meter is moved.", "{count} meters are moved.", len(moved)), "good")
    return redirect(url_for("stock.room", key=came_from) if came_from else url_for("stock.overview"))


@blueprint.get("/meters/<serial>")
@reads
def meter(serial: str) -> ResponseReturnValue:
    """Where one meter is, and every place it came from."""
    return _meter(serial)


@blueprint.post("/meters/<serial>/place")
@keeps
def correct(serial: str) -> ResponseReturnValue:
    """Say where a meter is in truth."""
    form = request.form
    try:
        correct_place(
            current_session(),
            serial,
            place_from_key(form.get("place", "")),
            reason=form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _meter(serial, problem, form), problem.status
    flash(_("The record is corrected."), "good")
    return redirect(url_for("stock.meter", serial=serial))


def _overview(problem: Problem | None = None, entered: Mapping[str, str] = NOTHING) -> str:
    session = current_session()
    asked = request.args.get("q", "").strip()
    return render_template(
        "stock/overview.html",
        rooms=rooms(session),
        asked=asked,
        found=find_meters(session, asked) if asked else None,
        moves=recent_moves(session),
        counts=recent_counts(session),
        names=technician_names(session),
        problem=problem_view(problem) if problem else None,
        entered=entered,
    )


def _room(key: str, problem: Problem | None = None, entered: Mapping[str, str] = NOTHING) -> str:
    session = current_session()
    place = place_from_key(key)
    every = rooms(session)
    found = next((one for one in every if one.place == place), None)
    if found is None:
        raise Problem("not_found", what="room", key=key)
    return render_template(
        "stock/room.html",
        room=found,
        rooms=every,
        shelf=() if found.count_id else shelf(session, place),
        most=SHELF,
        retired=place.room == RETIRED,
        problem=problem_view(problem) if problem else None,
        entered=entered,
    )


def _meter(serial: str, problem: Problem | None = None, entered: Mapping[str, str] = NOTHING) -> str:
    session = current_session()
    found = whereabouts(session, [serial])
    if not found:
        raise Problem("not_found", what="meter", key=serial)
    return render_template(
        "stock/meter.html",
        one=found[0],
        rooms=rooms(session),
        moves=recent_moves(session, found[0].meter.id),
        names=technician_names(session),
        problem=problem_view(problem) if problem else None,
        entered=entered,
    )
