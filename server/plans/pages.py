"""The planning page: ask for a plan, watch it being made, compare it with today's routes, use it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.daywork import apply_document
from geo.files import network_file
from server.auth.guard import current_staff
from server.db import current_session
from server.plans.blueprint import blueprint, plans
from server.plans.runs import ask
from server.services import services
from server.templating import local
from workorders.problems import Problem
from workorders.tables import Order, PlanRun, Premise, RouteWay, ServicePoint, Shift, Technician

SHOWN = 12
LANE_UNITS = 1000


@blueprint.get("/")
@plans
def page() -> ResponseReturnValue:
    """Ask for a plan; the newest runs."""
    session = current_session()
    runs = session.scalars(select(PlanRun).order_by(PlanRun.id.desc()).limit(SHOWN)).all()
    today = local(services().clock()).date()
    shifts = session.scalar(select(func.count(Shift.id)).where(Shift.day == today)) or 0
    return render_template(
        "plans/page.html",
        runs=runs,
        today=today,
        shifts=shifts,
        streets=network_file(services().config.data_dir).is_file(),
    )


@blueprint.post("/")
@plans
def request_plan() -> ResponseReturnValue:
    """Start planning a day."""
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise Problem("bad_input", field="day", reason="must be a date") from None
    run = ask(
        current_session(),
        day,
        request.form.get("seconds", default=10, type=int),
        now=services().clock(),
        actor=current_staff().name,
    )
    return redirect(url_for("plans.show", run=run.id), 303)


@blueprint.get("/<int:run>")
@plans
def show(run: int) -> ResponseReturnValue:
    """One run: its progress, or the plan beside the routes as they are."""
    session = current_session()
    found = _found(session, run)
    template = "plans/_run.html" if "HX-Request" in request.headers else "plans/run.html"
    return render_template(template, run=found, **_comparison(session, found))


@blueprint.post("/<int:run>/use")
@plans
def use(run: int) -> ResponseReturnValue:
    """Make the plan the technicians' routes."""
    session = current_session()
    found = _found(session, run)
    if found.state != "ready" or found.result is None:
        raise Problem("illegal_transition", state=found.state, command="used")
    now = services().clock()
    routed = apply_document(session, found.result, now=now, actor=current_staff().name)
    found.state = "used"
    flash(f"{routed} stops are routed and on their way to the tablets.", "good")
    return redirect(url_for("dispatch.page"), 303)


@blueprint.post("/<int:run>/drop")
@plans
def drop(run: int) -> ResponseReturnValue:
    """Put the plan aside; nothing changes."""
    found = _found(current_session(), run)
    if found.state in {"ready", "failed"}:
        found.state = "dropped"
    return redirect(url_for("plans.page"), 303)


def _found(session: Session, number: int) -> PlanRun:
    run = session.get(PlanRun, number)
    if run is None:
        raise Problem("not_found", what="plan", key=number)
    return run


def _comparison(session: Session, run: PlanRun) -> dict[str, Any]:
    """The plan's lanes with names and addresses, and the figures of the routes that are in force."""
    if run.result is None:
        return {"lanes": [], "now": None, "places": {}}
    routes = [route for route in run.result["routes"] if any(v["order"] for v in route["visits"])]
    numbers = [v["order"] for route in routes for v in route["visits"] if v["order"]]
    numbers += [left["order"] for left in run.result["unplaced"]]
    names = {row.id: row.name for row in session.execute(select(Technician.id, Technician.name))}
    return {
        "lanes": lanes(routes, names),
        "now": _in_force(session, run.day),
        "places": _places(session, numbers),
    }


def lanes(routes: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each route as a lane of a timeline 1,000 units wide from the first departure to the last return."""
    if not routes:
        return []
    begin = min(datetime.fromisoformat(route["leave"]) for route in routes)
    end = max(datetime.fromisoformat(route["back"]) for route in routes)
    scale = LANE_UNITS / max(1.0, (end - begin).total_seconds())

    def bar(start: str, finish: str) -> dict[str, Any]:
        first, last = datetime.fromisoformat(start), datetime.fromisoformat(finish)
        return {
            "x": round((first - begin).total_seconds() * scale, 1),
            "width": round(max(2.0, (last - first).total_seconds() * scale), 1),
            "clock": f"{local(first):%H:%M}",
        }

    return [
        {
            "name": names.get(route["technician"], route["technician"]),
            "base": bar(route["leave"], route["back"]),
            "back": f"{local(datetime.fromisoformat(route['back'])):%H:%M}",
            "drive_h": route["drive_s"] / 3600,
            "bars": [visit | bar(visit["start"], visit["finish"]) for visit in route["visits"]],
        }
        for route in routes
    ]


def _in_force(session: Session, day: date) -> dict[str, int]:
    """Stops and driving seconds of the routes as they are now."""
    stops = session.scalar(
        select(func.count(Order.number)).where(Order.route_day == day, Order.technician_id.is_not(None))
    )
    ways = session.scalars(select(RouteWay).where(RouteWay.day == day))
    return {"served": stops or 0, "drive_s": sum(sum(way.drive_seconds) for way in ways)}


def _places(session: Session, numbers: list[str]) -> dict[str, Any]:
    rows = session.execute(
        select(Order.number, Order.type, Premise.house_number, Premise.street)
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .where(Order.number.in_(numbers))
    )
    return {row.number: row for row in rows}
