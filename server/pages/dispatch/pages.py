"""What a dispatcher sees; each part of the page can be fetched alone and refreshes itself."""

from datetime import timedelta
from typing import Any

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from mobile_api.tables import Device
from server.db import current_session
from server.health import readiness
from server.pages.dispatch import board, crews, geojson
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.pages.dispatch.filters import DUE, GROUPS, Filters, from_args
from server.services import services
from server.templating import local
from workorders.tables import ExceptionCase
from workorders.usecases.field.quarantine import undecided_documents

HEARD_LATELY = timedelta(hours=1)


def current_filters() -> Filters:
    """The filter of this request. Raises Problem bad_input."""
    return from_args(request.args, local(services().clock()).date())


@blueprint.get("/")
@dispatches
def page() -> ResponseReturnValue:
    """The whole board."""
    return render_template("dispatch/page.html", **_orders(), **_crews(), **_status())


@blueprint.get("/orders")
@dispatches
def orders() -> ResponseReturnValue:
    """Filter chips and the table of orders."""
    return render_template("dispatch/_orders.html", **_orders())


@blueprint.get("/technicians")
@dispatches
def technicians() -> ResponseReturnValue:
    """Every technician's day and tablet."""
    return render_template("dispatch/_technicians.html", filters=current_filters(), **_crews())


@blueprint.get("/status")
@dispatches
def status() -> ResponseReturnValue:
    """The strip that says whether office and field hear each other."""
    return render_template("dispatch/_status.html", **_status())


@blueprint.get("/map.json")
@dispatches
def map_data() -> ResponseReturnValue:
    """Orders and routes for the map, with the filter of the table."""
    session, filters = current_session(), current_filters()
    found = board.rows(session, filters, services().config.timezone, limit=board.POINTS)
    routes = geojson.route_features(crews.crews(session, filters.day), crews.ways(session, filters.day))
    if filters.technician:
        routes = [route for route in routes if route["properties"]["technician"] == filters.technician]
    answer = jsonify(
        orders=geojson.collection(geojson.order_features(found)), routes=geojson.collection(routes)
    )
    answer.add_etag()
    return answer.make_conditional(request)


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
        "day_start": filters.window(zone)[0],
    }


def _crews() -> dict[str, Any]:
    return {"crews": crews.crews(current_session(), current_filters().day)}


def _status() -> dict[str, Any]:
    session, now = current_session(), services().clock()
    waiting, oldest = crews.outbox_waiting(session)
    tablets = select(func.count()).select_from(Device).where(Device.revoked_at.is_(None))
    lately = tablets.where(Device.last_seen_at >= now - HEARD_LATELY)
    cases = select(func.count()).select_from(ExceptionCase).where(ExceptionCase.state == "open")
    return {
        "waiting": waiting,
        "oldest": oldest,
        "tablets": session.scalar(tablets) or 0,
        "tablets_heard": session.scalar(lately) or 0,
        "to_review": session.scalar(cases) or 0,
        "quarantined": undecided_documents(session),
        "trouble": [part["words"] for part in readiness(services()).values() if not part["ok"]],
    }
