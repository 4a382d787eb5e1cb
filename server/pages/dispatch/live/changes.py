"""What an open board asks for when it was told that something changed: those rows and cells only."""

from collections.abc import Collection
from functools import partial
from typing import Any

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.db import current_session
from server.pages.dispatch import board, geojson, workdays
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.pages.dispatch.filters import GROUPS
from server.pages.dispatch.happened import happened
from server.pages.dispatch.live.change import MOST_ORDERS
from server.pages.dispatch.pages import (
    MOST_TECHNICIANS,
    board_status,
    current_alerts,
    current_filters,
    named,
    shown_places,
)
from server.services import services
from server.templating import type_title
from server.viewing import _, current_viewer, people
from workorders.grammar.times import start_of_day
from workorders.tables import Technician


@blueprint.get("/changes")
@dispatches
def changes() -> ResponseReturnValue:
    """Rows of `orders`, days of `technicians`, cells of `heard`, with what they change beside them.

    An order that the page's filter does not show has no row; one that is not open any more no point.
    """
    orders, technicians = named("orders", MOST_ORDERS), named("technicians", MOST_TECHNICIANS)
    heard = named("heard", MOST_TECHNICIANS) - technicians
    days, routes = _days(technicians)
    return jsonify(
        rows=_rows(orders),
        points=_points(orders),
        counts=_counts() if orders else {},
        days=days,
        routes=routes,
        heard=_heard(heard),
        places=shown_places(),
        happened=_happened(orders),
        alerts=render_template("dispatch/_alerts.html", alerts=current_alerts()),
        status=render_template("dispatch/_status.html", **board_status()),
    )


def _happened(numbers: Collection[str]) -> list[str]:
    viewer, names = current_viewer(), people()
    return [
        render_template("dispatch/_happened.html", one=one, words=one.line.words(viewer, names))
        for one in happened(current_session(), numbers)
    ]


def _rows(numbers: Collection[str]) -> dict[str, str | None]:
    if not numbers:
        return {}
    session, filters, zone = current_session(), current_filters(), services().config.timezone
    beside = {
        "zones": board.zones(session),
        "day_start": filters.window(zone)[0],
        "place": partial(board.place, filters),
    }
    found = {
        order.number: render_template("dispatch/_order_row.html", order=order, **beside)
        for order in board.rows(session, filters, zone, numbers=numbers)
    }
    return {number: found.get(number) for number in numbers}


def _points(numbers: Collection[str]) -> dict[str, Any] | None:
    if not numbers:
        return None
    session, filters, zone = current_session(), current_filters(), services().config.timezone
    found = board.points(session, filters, zone, numbers=numbers)
    colors = {person.name: place for place, person in enumerate(workdays.people_of(session))}
    return geojson.order_points(found, filters.window(zone), colors) | {"asked": sorted(numbers)}


def _counts() -> dict[str, str]:
    """What stands in chips and choices, by `<filter>:<value>`."""
    session, filters, zone = current_session(), current_filters(), services().config.timezone
    facets = board.facets(session, filters, zone)
    names = dict(session.execute(select(Technician.id, Technician.name)).all())
    groups = {"": facets.total} | {code: facets.groups[code] for code in GROUPS}
    return {
        **{f"group:{code}": str(count) for code, count in groups.items()},
        **{f"type:{code}": f"{type_title(code)} ({count})" for code, count in facets.types.items()},
        **{f"zone:{one.id}": f"{one.name} ({facets.zones.get(one.id, 0)})" for one in board.zones(session)},
        **{f"technician:{one}": f"{name} ({facets.technicians.get(one, 0)})" for one, name in names.items()},
        "technician:nobody": _("Nobody ({count})", count=facets.technicians.get("nobody", 0)),
    }


def _days(technicians: Collection[str]) -> tuple[dict[str, str], dict[str, dict[str, Any] | None]]:
    """The days of technicians as the page lists them, and their lines on the map; None without one."""
    if not technicians:
        return {}, {}
    session, filters = current_session(), current_filters()
    found = workdays.workdays(session, filters.day, only=technicians)
    html = {
        workday.technician.id: render_template("dispatch/_workday.html", workday=workday, filters=filters)
        for workday in found
    }
    places = {person.id: place for place, person in enumerate(workdays.people_of(session))}
    ways = workdays.ways(session, filters.day, only=technicians)
    lines = {line["properties"]["technician"]: line for line in geojson.route_features(found, ways, places)}
    shown = {one for one in technicians if filters.technician in {None, one}}
    return html, {one: lines.get(one) if one in shown else None for one in technicians}


def _heard(technicians: Collection[str]) -> dict[str, str]:
    if not technicians:
        return {}
    begins = start_of_day(current_filters().day, services().config.timezone)
    known = workdays.heard_only(current_session(), technicians, begins=begins)
    return {
        workday.technician.id: render_template("dispatch/_heard.html", workday=workday) for workday in known
    }
