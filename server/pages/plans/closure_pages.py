"""Closed streets: what is closed, why and until when; close a place, open it again."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import shapely
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.roads import RoadNetwork
from geo.schedule.closures import ClosureRequest, close_streets, closures, open_streets
from geo.territory.extent import Extent, on_earth
from geo.territory.geocoding import Gazetteer, Match
from geo.territory.zones import territory
from server.auth.guard import current_staff
from server.db import current_session
from server.networks import road_network, street_lines
from server.pages.plans.blueprint import blueprint, plans
from server.services import services
from server.templating import local
from server.viewing import _, current_viewer, ngettext, problem_view
from workorders.grammar.numbers import count_from_text
from workorders.grammar.times import wall_time_from_text
from workorders.judgement.lifecycle import ACTIVE
from workorders.messages.formats import METRES_PER_FOOT, length
from workorders.problems import Problem, Reason
from workorders.tables import Order, ServicePoint, StreetClosure

OVER_SHOWN = 10
USUAL_METRES, USUAL_FEET = 60, 200
SURE_SCORE = 95.0
"""An address spelled this well needs no question back."""
PENALTIES = {"premise": 0.0, "between": 5.0, "street": 15.0}
"""What the gazetteer takes off for a less exact kind of place."""
LON_LAT = re.compile(r"\s*(-?[0-9]{1,3}(?:\.[0-9]{1,40})?)\s*[,; ]\s*(-?[0-9]{1,3}(?:\.[0-9]{1,40})?)\s*")


@blueprint.get("/closures")
@plans
def closed_streets() -> ResponseReturnValue:
    """Every closure in force or to come, the last that ended, and the form."""
    return _page({}, None)


@blueprint.post("/closures")
@plans
def close() -> ResponseReturnValue:
    """Close the streets around a place."""
    session, now = current_session(), services().clock()
    form = dict(request.form.items()) | {"place": request.form.get("choose") or request.form.get("place", "")}
    try:
        place, matches = _place(session, form["place"])
        if place is None:
            return _page(
                form, Problem("bad_input", field="place", reason="nothing here is spelled like that"), matches
            )
        asked = _request(form, place, now)
        row = close_streets(
            session, asked, street_lines(services().config.data_dir), now=now, actor=current_staff().name
        )
    except Problem as problem:
        if problem.code not in {"bad_input", "stop_off_network", "stop_cut_off"}:
            raise
        session.rollback()
        return _page(form, problem)
    _say_closed(session, row, asked.radius_metres)
    return redirect(url_for("plans.closed_streets"), 303)


@blueprint.post("/closures/<int:number>/open")
@plans
def open_again(number: int) -> ResponseReturnValue:
    """End a closure now."""
    row = open_streets(current_session(), number, now=services().clock(), actor=current_staff().name)
    flash(_("{place} is open again. Routes get their ways anew.", place=row.place), "good")
    return redirect(url_for("plans.closed_streets"), 303)


def _page(
    form: Mapping[str, str], problem: Problem | None, matches: tuple[Match, ...] = ()
) -> ResponseReturnValue:
    now = services().clock()
    rows = closures(current_session(), now=now, over=OVER_SHOWN)
    field = str(problem.details.get("field", "place")) if problem else ""
    page = render_template(
        "plans/closures.html",
        current=[row for row in rows if not _over(row, now)],
        past=[row for row in rows if _over(row, now)],
        form={"radius": str(_usual_radius()), "since": f"{local(now):%Y-%m-%dT%H:%M}"} | dict(form),
        problem=problem,
        problems={field: _words(problem)} if problem else {},
        matches=matches,
        streets=road_network(services().config.data_dir) is not None,
    )
    return page, 422 if problem else 200


def _words(problem: Problem) -> str:
    if problem.code == "stop_off_network":
        return _("Lies farther than {distance} from any street.", distance=length(500, current_viewer()))
    shown = problem_view(problem)
    reason = str(shown["details"].get("reason", shown["words"]))
    return f"{reason[:1].upper()}{reason[1:]}."


def _over(row: StreetClosure, now: datetime) -> bool:
    return row.opened_at is not None or (row.until is not None and row.until <= now)


def _place(session: Session, text: str) -> tuple[Match | None, tuple[Match, ...]]:
    """The place meant, or what it may have been. Raises Problem bad_input and stop_off_network."""
    data_dir = services().config.data_dir
    network = road_network(data_dir)
    if network is None:
        raise Problem("no_streets")
    if not text.strip():
        raise Problem("bad_input", field="place", reason="say where: an address, or longitude and latitude")
    pair = LON_LAT.fullmatch(text)
    if pair is not None:
        lon, lat = float(pair[1]), float(pair[2])
        if _exchanged(network, lon, lat):
            raise Problem(
                "bad_input",
                field="place",
                reason=Reason("longitude comes first: {lon}, {lat}", lon=f"{lat:g}", lat=f"{lon:g}"),
            )
        if not on_earth(lon, lat):
            raise Problem("bad_input", field="place", reason="is no longitude and latitude on earth")
        snap = network.snap(lon, lat)
        return Match("point", f"{lon:.5f}, {lat:.5f} ({snap.street or 'a street without a name'})",
                     shapely.Point(lon, lat), 100.0), ()  # fmt: skip
    found = tuple(Gazetteer.of(session, street_lines(data_dir)).geocode(session, text))
    if found and found[0].score + PENALTIES.get(found[0].kind, 0.0) >= SURE_SCORE:
        network.snap(found[0].point.x, found[0].point.y)
        return found[0], ()
    return None, found


def _exchanged(network: RoadNetwork, lon: float, lat: float) -> bool:
    return Extent((network.summary.bounds,)).exchanged(lon, lat)


def _request(form: Mapping[str, str], place: Match, now: datetime) -> ClosureRequest:
    radius = count_from_text(form.get("radius", ""), field="radius", high=999_999)
    if form.get("radius_unit") == "us":
        radius = round(radius * METRES_PER_FOOT)
    return ClosureRequest(
        centre=place.point,
        place=f"the middle of {place.label}" if place.kind == "street" else place.label,
        radius_metres=radius,
        reason=form.get("reason", ""),
        since=_instant(form, "since") or now,
        until=_instant(form, "until"),
    )


def _usual_radius() -> int:
    """In the unit that the form asks in: feet in round hundreds, or metres."""
    return USUAL_FEET if current_viewer().units == "us" else USUAL_METRES


def _instant(form: Mapping[str, str], name: str) -> datetime | None:
    """A local time of the district. Raises Problem bad_input."""
    text = form.get(name, "").strip()
    return wall_time_from_text(text, ZoneInfo(services().config.timezone), field=name) if text else None


def _say_closed(session: Session, row: StreetClosure, radius_metres: int) -> None:
    """Say what was closed, and how many of today's stops lie there."""
    names = ", ".join(row.streets[:4]) or _("no street with a name")
    if len(row.streets) > 4:
        names += " " + ngettext("and {count} more", "and {count} more", len(row.streets) - 4)
    words = _(
        "Closed within {distance} of {place}: {names}. Routes get other ways.",
        distance=length(radius_metres, current_viewer()),
        place=row.place,
        names=names,
    )
    flash(words, "good")
    today = local(services().clock()).date()
    begins, ends = local(row.since).date(), local(row.until).date() if row.until else today
    if not begins <= today <= max(ends, today - timedelta(days=1)):
        return
    inside = session.scalar(
        select(func.count(Order.number))
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .where(
            ServicePoint.premise_id.in_(territory(session).premises_in(row.area)),
            Order.route_day == today,
            Order.technician_id.is_not(None),
            Order.state.in_(sorted(ACTIVE)),
        )
    )
    if inside:
        words = ngettext(
            "{count} stop of today lies there. It is reached from the nearest open street.",
            "{count} stops of today lie there. They are reached from the nearest open street.",
            inside,
        )
        flash(words, "warn")
