"""A technician runs late: what happens to the stops ahead, drawn and in words, and what can be done."""

from datetime import datetime, timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from geo.schedule.late import LateDay, LateVisit, late_day
from geo.schedule.rest import PlanLimits
from geo.schedule.true_state import load_today
from server.db import current_session
from server.pages.plans.blueprint import blueprint, plans
from server.pages.plans.comparison import places_of
from server.pages.plans.today_pages import streets
from server.services import services
from server.templating import local
from server.viewing import _, current_viewer
from workorders.messages.formats import local_time
from workorders.problems import Problem
from workorders.tables import Technician

USUAL_MINUTES = 30
MOST_MINUTES = 480
WIDTH = 1000
"""Units of the chart from its first hour to its last."""


@blueprint.get("/late/<technician>")
@plans
def late(technician: str) -> ResponseReturnValue:
    """What `?minutes=` more of delay would do to the technician's day."""
    session, now = current_session(), services().clock()
    person = session.get(Technician, technician)
    if person is None:
        raise Problem("not_found", what="technician", key=technician)
    minutes, problem = _minutes()
    today = local(now).date()
    about: dict[str, Any] = {"day": None, "chart": None, "places": {}}
    try:
        found = late_day(load_today(session, streets(today), today, now=now), technician, 60 * minutes)
        numbers = [visit.order for visit in found.visits if visit.order]
        about = {"day": found, "chart": chart(found), "places": places_of(session, numbers)}
    except Problem as nothing:
        if nothing.code != "not_found":
            raise
    status = 422 if problem else 200
    page = render_template(
        "plans/late.html",
        person=person,
        minutes=minutes,
        most=MOST_MINUTES,
        problem=problem,
        limits=PlanLimits(),
        **about,
    )
    return page, status


def _minutes() -> tuple[int, str | None]:
    """The delay asked about, and what is wrong with it."""
    text = request.args.get("minutes", "").strip()
    if not text:
        return USUAL_MINUTES, None
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= MOST_MINUTES):
        return USUAL_MINUTES, _("must be a whole number from 0 to {most}", most=MOST_MINUTES)
    return int(text), None


def chart(found: LateDay) -> dict[str, Any]:
    """The two timelines as rectangles on a common scale of whole hours."""
    times = [found.now, found.late_back, found.ends]
    times += [at for visit in found.visits for at in visit.due or ()]
    first = local(min(times)).replace(minute=0, second=0, microsecond=0)
    last = local(max(times)).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    hours = round((last - first).total_seconds() / 3600)
    step = -(-hours // 12)

    def x(at: datetime) -> float:
        return round((local(at) - first).total_seconds() / (3600 * hours) * WIDTH, 1)

    def bar(visit: LateVisit, start: datetime, finish: datetime) -> dict[str, Any]:
        return {"visit": visit, "x": x(start), "width": max(3.0, round(x(finish) - x(start), 1))}

    stops = [visit for visit in found.visits if visit.order]
    return {
        "ticks": [
            {
                "x": round(n * WIDTH / hours, 1),
                "clock": local_time(first + timedelta(hours=n), current_viewer()),
            }
            for n in range(0, hours + 1, step)
        ],
        "stands": [bar(visit, visit.start, visit.finish) for visit in found.visits],
        "late": [bar(visit, visit.late_start, visit.late_finish) for visit in found.visits],
        "windows": _stacked([bar(visit, *visit.due) for visit in stops if visit.due]),
        "now": x(found.now),
        "ends": x(found.ends),
        "back": x(found.back),
        "late_back": x(found.late_back),
        "numbers": {visit.order: number for number, visit in enumerate(stops, start=1)},
    }


def _stacked(bars: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The bars in as few rows as let none lie over another."""
    rows: list[list[dict[str, Any]]] = []
    for bar in sorted(bars, key=lambda bar: bar["x"]):
        free = next((row for row in rows if row[-1]["x"] + row[-1]["width"] <= bar["x"]), None)
        if free is None:
            rows.append([bar])
        else:
            free.append(bar)
    return rows
