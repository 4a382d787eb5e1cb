"""What a dispatcher sees; each part of the page can be fetched alone and refreshes itself."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from mobile_api.packed import packed_answer
from mobile_api.tables import Device
from server.auth.guard import current_staff
from server.board_views import default_view, views_of
from server.db import current_session
from server.health import readiness
from server.pages.dispatch import board, geojson, workdays
from server.pages.dispatch.alerts import Alerts, alerts
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.pages.dispatch.filters import COLORS, COLUMNS, DUE, GROUPS, SORTS, Filters, from_args
from server.services import services
from server.templating import local
from workorders.grammar.times import start_of_day
from workorders.problems import Problem, Reason
from workorders.queries.field_places import field_places
from workorders.queries.talk import unread_messages
from workorders.tables import ExceptionCase, Pickup
from workorders.usecases.field.quarantine import undecided_documents

HEARD_LATELY = timedelta(hours=1)
MOST_TECHNICIANS = 500
"""Names of technicians in one request; no district has as many on a board."""


def named(field: str, most: int) -> set[str]:
    """The ids in a parameter, separated by commas. Raises Problem bad_input for more than `most`."""
    found = {one for one in request.args.get(field, "").split(",") if one}
    if len(found) > most:
        raise Problem("bad_input", field=field, reason=Reason("at most {most} at once", most=most))
    return found


def current_filters() -> Filters:
    """The filter of this request. Raises Problem bad_input."""
    return from_args(request.args, local(services().clock()).date())


@blueprint.get("/")
@dispatches
def page() -> ResponseReturnValue:
    """The whole board; without any filter in the address, the view that this person has it open with."""
    session, me = current_session(), current_staff().id
    view = None if request.args else default_view(session, me)
    if view is not None:
        return redirect(board_address({"day": current_filters().day.isoformat()} | view.query))
    shown = current_filters().query()
    return render_template(
        "dispatch/page.html",
        **_orders(),
        **_workdays(),
        **board_status(),
        alerts=current_alerts(),
        views=views_of(session, me),
        current_query={name: value for name, value in shown.items() if name != "day"},
        lanes=lanes_shown(request.args),
    )


def lanes_shown(values: Mapping[str, str]) -> str | None:
    """Whether the board has its timeline open: `shown` or `hidden`; None: as this browser had it last.

    It belongs to a saved view and never to a filter: links of the page leave it alone.
    """
    asked = values.get("lanes")
    return asked if asked in {"shown", "hidden"} else None


def board_address(query: Mapping[str, str]) -> str:
    """The board's address with this query string."""
    return f"{url_for('dispatch.page')}?{urlencode(query)}"


@blueprint.get("/orders")
@dispatches
def orders() -> ResponseReturnValue:
    """Filter chips and the table of orders."""
    return render_template("dispatch/_orders.html", **_orders())


@blueprint.get("/technicians")
@dispatches
def technicians() -> ResponseReturnValue:
    """Every technician's day and tablet."""
    return render_template("dispatch/_technicians.html", filters=current_filters(), **_workdays())


@blueprint.get("/status")
@dispatches
def status() -> ResponseReturnValue:
    """The strip that says whether office and field hear each other."""
    return render_template("dispatch/_status.html", **board_status())


@blueprint.get("/alerts")
@dispatches
def shown_alerts() -> ResponseReturnValue:
    """What a dispatcher should look at now."""
    return render_template("dispatch/_alerts.html", alerts=current_alerts())


@blueprint.get("/map.json")
@dispatches
def map_data() -> ResponseReturnValue:
    """Orders and routes for the map, with the filter of the table."""
    session, filters = current_session(), current_filters()
    found = board.points(session, filters, services().config.timezone)
    days = workdays.workdays(session, filters.day)
    colors = {workday.technician.name: place for place, workday in enumerate(days)}
    routes = geojson.route_features(days, workdays.ways(session, filters.day))
    if filters.technician:
        routes = [route for route in routes if route["properties"]["technician"] == filters.technician]
    answer = jsonify(
        orders=geojson.order_points(found, filters.window(services().config.timezone), colors),
        routes=geojson.collection(routes),
        places=shown_places(),
    )
    return packed_answer(request, answer)


def shown_places() -> list[dict[str, Any]]:
    """Where technicians were last, on a board of today; nobody on that of another day."""
    shared, session = services(), current_session()
    now = shared.clock()
    if current_filters().day != local(now).date():
        return []
    since = start_of_day(local(now).date(), shared.config.timezone)
    return geojson.field_places(field_places(session, since=since), now)


def current_alerts() -> Alerts:
    """What stands out now."""
    now = services().clock()
    return alerts(current_session(), local(now).date(), now=now)


def _orders() -> dict[str, Any]:
    session, filters, zone = current_session(), current_filters(), services().config.timezone
    found = board.rows(session, filters, zone)
    count = len(found) if len(found) < board.ROWS else board.matching(session, filters, zone)
    return {
        "filters": filters,
        "orders": found,
        "matching": count,
        "facets": board.facets(session, filters, zone),
        "zones": board.zones(session),
        "people": board.technicians(session),
        "groups": GROUPS,
        "due": DUE,
        "sorts": SORTS,
        "columns": COLUMNS,
        "colors": COLORS,
        "day_start": filters.window(zone)[0],
        "place": partial(board.place, filters),
    }


def _workdays() -> dict[str, Any]:
    return {"workdays": workdays.workdays(current_session(), current_filters().day)}


def board_status() -> dict[str, Any]:
    """What the strip shows."""
    session, now = current_session(), services().clock()
    waiting, oldest = workdays.outbox_waiting(session)
    tablets = select(func.count()).select_from(Device).where(Device.revoked_at.is_(None))
    lately = tablets.where(Device.last_seen_at >= now - HEARD_LATELY)
    pickups = select(func.count()).select_from(Pickup).where(Pickup.state == "waiting")
    cases = select(func.count()).select_from(ExceptionCase).where(ExceptionCase.state == "open")
    return {
        "waiting": waiting,
        "oldest": oldest,
        "messages": unread_messages(session),
        "pickups": session.scalar(pickups) or 0,
        "tablets": session.scalar(tablets) or 0,
        "tablets_heard": session.scalar(lately) or 0,
        "to_review": session.scalar(cases) or 0,
        "quarantined": undecided_documents(session),
        "trouble": [part["words"] for part in readiness(services()).values() if not part["ok"]],
    }
