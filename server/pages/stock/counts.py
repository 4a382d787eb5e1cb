"""Counting a room from a page: serials as they are scanned, then the differences."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.stock.blueprint import blueprint, keeps, reads
from server.services import services
from server.viewing import _, ngettext, problem_view
from workorders.metering.rooms import place_from_key
from workorders.problems import Problem
from workorders.queries.people import technician_names
from workorders.queries.stock_rooms import count_state
from workorders.tables import StockDifference
from workorders.usecases.meters.counts import (
    ANSWERS,
    explain_difference,
    finish_count,
    note_seen,
    open_count,
)

NOTHING: Mapping[str, str] = MappingProxyType({})


@blueprint.post("/counts")
@keeps
def begin_count() -> ResponseReturnValue:
    """Begin to count a room."""
    place = place_from_key(request.form.get("place", ""))
    made = open_count(current_session(), place, **_who())
    return redirect(url_for("stock.count", number=made.id))


@blueprint.get("/counts/<int:number>")
@reads
def count(number: int) -> ResponseReturnValue:
    """A count: what was seen, and after it is finished what differs."""
    return _page(number)


@blueprint.post("/counts/<int:number>/seen")
@keeps
def see(number: int) -> ResponseReturnValue:
    """Write down the serials that were scanned or typed."""

    def act() -> None:
        new = note_seen(current_session(), number, request.form.get("serials", "").split(), **_who())
        flash(ngettext("{count} more meter is noted.", "{count} more meters are noted.", len(new)), "good")

    return _acted(number, act)


@blueprint.post("/counts/<int:number>/finish")
@keeps
def finish(number: int) -> ResponseReturnValue:
    """End counting and show what differs from the records."""

    def act() -> None:
        done = finish_count(current_session(), number, **_who())
        flash(_("Count and records agree.") if done.closed_at else _("Explain each difference."), "good")

    return _acted(number, act)


@blueprint.post("/counts/differences/<int:number>")
@keeps
def explain(number: int) -> ResponseReturnValue:
    """Explain one difference."""
    found = current_session().get(StockDifference, number)
    if found is None:
        raise Problem("not_found", what="difference", key=str(number))

    def act() -> None:
        form = request.form
        explain_difference(
            current_session(), number, form.get("answer", ""), form.get("explanation", ""), **_who()
        )
        flash(_("The difference is explained."), "good")

    return _acted(found.count_id, act)


def _who() -> dict[str, Any]:
    return {"now": services().clock(), "actor": current_staff().name}


def _acted(number: int, act: Callable[[], None]) -> ResponseReturnValue:
    try:
        act()
    except Problem as problem:
        current_session().rollback()
        return _page(number, problem, request.form), problem.status
    return redirect(url_for("stock.count", number=number))


def _page(number: int, problem: Problem | None = None, entered: Mapping[str, str] = NOTHING) -> str:
    session = current_session()
    state = count_state(session, number)
    if state is None:
        raise Problem("not_found", what="count", key=str(number))
    return render_template(
        "stock/count.html",
        state=state,
        count=state.count,
        place=place_from_key(state.count.place),
        answers=ANSWERS,
        names=technician_names(session),
        problem=problem_view(problem) if problem else None,
        entered=entered,
    )
