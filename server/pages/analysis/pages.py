"""The analysis page: a span of days, four charts, each with its figures as a table underneath."""

import math
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from geo.schedule import analysis
from geo.schedule.analysis import Cell
from geo.territory.zones import load_by_zone
from server.auth.roles import allow
from server.db import current_session
from server.services import services
from server.templating import local
from workorders.grammar.times import day_from_text
from workorders.problems import Problem, Reason

blueprint = Blueprint("analysis", __name__, url_prefix="/analysis")
MOST_DAYS = 92
MAP_WIDTH = 600
"""Units of the heat map's drawing; its height follows the district's shape."""


@blueprint.get("/")
@allow("supervisor", "dispatcher")
def page() -> ResponseReturnValue:
    """Charts for the days asked for; the last seven when none are."""
    today = local(services().clock()).date()
    first, last = _day("from", today - timedelta(days=6)), _day("until", today)
    if not first <= last <= first + timedelta(days=MOST_DAYS):
        reason = Reason("must be 0 to {days} days after the first day", days=MOST_DAYS)
        raise Problem("bad_input", field="until", reason=reason)
    session = current_session()
    seen = analysis.visits(session, first, last)
    return render_template(
        "analysis/page.html",
        first=first,
        last=last,
        driving=analysis.driving(session, seen, first, last),
        punctuality=analysis.punctuality(seen),
        minutes=analysis.minutes_by_type(seen),
        heat=heat_map(analysis.heat(session)),
        zones=load_by_zone(session),
    )


def _day(name: str, otherwise: date) -> date:
    text = request.args.get(name)
    return day_from_text(text, field=name) if text else otherwise


def heat_map(cells: list[Cell]) -> dict[str, Any] | None:
    """The cells as squares of a drawing with north up; None when nothing is open."""
    if not cells:
        return None
    side = min(
        (b.west - a.west for a in cells for b in cells if b.west - a.west > 1e-9),
        default=1e-3,
    )
    west, south = min(c.west for c in cells), min(c.south for c in cells)
    columns = round((max(c.west for c in cells) - west) / side) + 1
    rows = round((max(c.south for c in cells) - south) / side) + 1
    # A degree of longitude is shorter than one of latitude; squares must look as they lie.
    wide = MAP_WIDTH / columns
    tall = wide / max(0.2, math.cos(math.radians(south)))
    most = max(c.orders for c in cells)
    return {
        "width": MAP_WIDTH,
        "height": round(rows * tall, 1),
        "most": most,
        "squares": [
            {
                "x": round((c.west - west) / side * wide, 1),
                "y": round((rows - 1 - (c.south - south) / side) * tall, 1),
                "w": round(wide, 1),
                "h": round(tall, 1),
                "level": math.ceil(5 * c.orders / most),
                "orders": c.orders,
                "minutes": c.minutes,
            }
            for c in cells
        ],
    }
