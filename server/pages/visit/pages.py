"""What a customer sees of a visit: when, how it stands, and where the technician is while driving there.

Nothing personal but the address line and a first name. No cookie, no other site; no search engine lists it
and no browser keeps it. A script of ours looks again each minute; without it a link does.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, current_app, make_response, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from geo.maps.picture import Picture, coarse, picture
from server.auth.roles import public
from server.db import current_session
from server.networks import road_network, street_lines
from server.pages.visit.arrival import expected_arrival, rounded, under_way
from server.pages.visit.looks import MOST_BAD, MOST_LOOKS, Looks
from server.services import services
from server.visit_tokens import BadLinkError, LinkExpiredError, link_key
from workorders.judgement.visit_stages import STAGES, first_name
from workorders.queries.visits import link_by_key, visited_order
from workorders.tables import Order, VisitLink

blueprint = Blueprint("visit", __name__, url_prefix="/v")
EXTENSION = "visit_looks"
LIVING = frozenset({"waiting", "scheduled", "on_the_way", "there", "interrupted"})
"""Stages in which the page renews itself."""
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    # The address is the key: it goes to nobody.
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A visit as its page says it. `moved`: another technician or day than when the link was made."""

    stage: str
    moved: bool
    address: str
    who: str
    since: datetime | None
    until: datetime | None
    day_only: datetime | None
    arrival: datetime | None
    picture: Picture | None
    seen_at: datetime | None
    attribution: str


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.extensions[EXTENSION] = Looks()


@blueprint.get("/<token>")
@public("a signed link that the office gave to the customer shows one visit, without names or account")
def visit(token: str) -> ResponseReturnValue:
    """How the visit stands. 404 for what was never a link, 410 for one that has ended.

    Raises Problem too_many_attempts.
    """
    now, looks = services().clock(), current_app.extensions[EXTENSION]
    address = request.remote_addr or "unknown"
    looks.count("look", address, MOST_LOOKS, now=now)
    try:
        link = link_by_key(current_session(), link_key(services().config.secret_key, token, now=now))
        if link is None:
            raise BadLinkError
        if link.revoked_at is not None or link.expires_at <= now:
            raise LinkExpiredError
    except (BadLinkError, LinkExpiredError) as error:
        looks.count("bad", address, MOST_BAD, now=now)
        return _answer(410 if isinstance(error, LinkExpiredError) else 404, visit=None)
    return _answer(200, visit=shown(current_session(), link, now=now))


def _answer(status: int, *, visit: Shown | None) -> ResponseReturnValue:
    renews = visit is not None and visit.stage in LIVING
    page = render_template("visit/page.html", visit=visit, renews=renews, now=services().clock())
    answer = make_response(page, status)
    answer.headers.update(HEADERS)
    return answer


def shown(session: Session, link: VisitLink, *, now: datetime) -> Shown:
    """The visit behind a link that holds."""
    order = visited_order(session, link)
    stage = STAGES[order.state]
    coming = stage in {"scheduled", "on_the_way", "interrupted"}
    place = under_way(session, order)
    arrival = expected_arrival(session, order, place, now=now) if coming else None
    data_dir = services().config.data_dir
    network = road_network(data_dir) if place is not None else None
    return Shown(
        stage,
        order.epoch != link.epoch,
        order.service_point.premise.address,
        first_name(order.technician.name) if order.technician is not None else "",
        order.appointment_from,
        order.appointment_until,
        order.planned_start if order.appointment_from is None and coming else None,
        rounded(arrival) if arrival is not None else None,
        _picture(order, place) if place is not None else None,
        place[0] if place is not None else None,
        network.attribution if network is not None else "",
    )


def _picture(order: Order, place: tuple[datetime, float, float]) -> Picture:
    there = order.service_point.premise.position
    streets = street_lines(services().config.data_dir).values()
    return picture(coarse((place[1], place[2])), (there.x, there.y), streets)
