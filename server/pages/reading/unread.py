"""Unread meters: how many on each route, and a route's, to be read out of turn or estimated together."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.reading.blueprint import blueprint, chosen, decide, reads, say_decided, works
from server.services import services
from workorders.grammar.numbers import count_from_text
from workorders.problems import Problem
from workorders.queries.reading import MOST, unread_days, unread_meters, unread_routes
from workorders.usecases.meters.unread import findings_of_unread

DAYS_MAX = 3_660


@blueprint.get("/unread")
@reads
def unread() -> ResponseReturnValue:
    """Routes with unread meters; `?route=` the meters of one, `?days=` how long nobody read them."""
    return _page(None)


@blueprint.post("/unread")
@works
def decide_unread() -> ResponseReturnValue:
    """Raise special reads for the ticked meters, or estimate their reads."""

    def act() -> str:
        now = services().clock()
        ids = findings_of_unread(current_session(), chosen("point"), days=_days(), now=now)
        action = request.form.get("action", "")
        if action == "accept":
            raise Problem("read_missing")
        say_decided(decide(action, ids, "", now=now, actor=current_staff().name))
        return url_for("reading.unread", route=request.args.get("route"), days=_days())

    return acted(act, _page)


def _days() -> int:
    asked = request.args.get("days", "")
    if not asked:
        return unread_days(current_session(), now=services().clock())
    return count_from_text(asked, field="days", high=DAYS_MAX)


def _page(problem: Problem | None) -> str:
    session, now = current_session(), services().clock()
    route = request.args.get("route")
    days = _days()
    return render_template(
        "reading/unread.html",
        days=days,
        route=route,
        routes=unread_routes(session, days=days, now=now) if route is None else [],
        meters=unread_meters(session, route, days=days, now=now) if route is not None else [],
        most=MOST,
        **shown(problem),
    )
