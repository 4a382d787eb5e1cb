"""The day of every technician along the clock."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import current_session
from server.pages.dispatch.alerts import drifts, shift_ends, shifts_of
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.pages.dispatch.drift import PlannedStop
from server.pages.dispatch.lanes import Timeline, timeline
from server.pages.dispatch.pages import MOST_TECHNICIANS, current_filters, named
from server.pages.dispatch.workdays import TechnicianDay, workdays
from server.services import services
from server.templating import local
from workorders.problems import Problem
from workorders.queries.pieces import pieces
from workorders.tables import OrderEvent

BEGUN_KINDS = ("on_site", "started")
WIDEST = 7 * 24 * 60.0
"""Minutes that a drawing may span."""


@blueprint.get("/timeline")
@dispatches
def day_timeline() -> ResponseReturnValue:
    """Every technician's day: stops as planned and as worked, who drifts late, and now."""
    return render_template("dispatch/timeline.html", filters=current_filters(), drawing=_drawing())


@blueprint.get("/timeline/lanes")
@dispatches
def timeline_lanes() -> ResponseReturnValue:
    """The drawing alone, which the page fetches again while it is open."""
    return render_template("dispatch/_timeline.html", filters=current_filters(), drawing=_drawing())


@blueprint.get("/timeline/changes")
@dispatches
def lane_changes() -> ResponseReturnValue:
    """Single lanes of a drawing that begins `since`, `width` minutes wide; none when they do not fit it."""
    only, since, width = (
        named("technicians", MOST_TECHNICIANS),
        request.args.get("since"),
        request.args.get("width"),
    )
    try:
        within = datetime.fromisoformat(since or ""), float(width or "")
    except ValueError:
        raise Problem("bad_input", field="since", reason="the drawing that the page shows") from None
    if within[0].tzinfo is None or not 0 < within[1] <= WIDEST:
        raise Problem("bad_input", field="since", reason="the drawing that the page shows")
    drawing = _drawing(only, within)
    if (drawing.since, drawing.width) != within:
        return jsonify(fits=False)
    html = {
        lane.workday.technician.id: render_template("dispatch/_lane.html", lane=lane, drawing=drawing)
        for lane in drawing.lanes
    }
    return jsonify(fits=True, lanes=html)


def _drawing(only: Collection[str] | None = None, within: tuple[datetime, float] | None = None) -> Timeline:
    session, day, now = current_session(), current_filters().day, services().clock()
    people = workdays(session, day, only=only)
    begun = _begun(session, people)
    of_today = None
    if day == local(now).date():
        ends = shift_ends(shifts_of(session, day))
        of_today = drifts(session, day, _planned(people, begun), ends, now=now)
    return timeline(people, begun, now=now, drifts=of_today, within=within)


def _planned(people: Sequence[TechnicianDay], begun: Mapping[str, datetime]) -> dict[str, list[PlannedStop]]:
    return {
        person.technician.id: [
            PlannedStop(
                stop.order.number,
                stop.order.state,
                stop.order.planned_start,
                stop.order.planned_minutes,
                begun.get(stop.order.number),
                stop.order.appointment_until,
                stop.order.due_until,
            )
            for stop in person.stops
        ]
        for person in people
    }


def _begun(session: Session, people: Sequence[TechnicianDay]) -> dict[str, datetime]:
    """When a technician was at the place, or started, first: by order number."""
    numbers = [stop.order.number for person in people for stop in person.stops]
    found: dict[str, datetime] = {}
    for part in pieces(numbers):
        query = (
            select(OrderEvent.order_number, func.min(OrderEvent.at))
            .where(
                OrderEvent.order_number.in_(part),
                OrderEvent.kind.in_(BEGUN_KINDS),
            )
            .group_by(OrderEvent.order_number)
        )
        found |= dict(session.execute(query).all())
    return found
