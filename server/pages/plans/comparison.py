"""A plan as the page shows it: lanes of a timeline, names and addresses, the routes in force beside it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.schedule.states import MOVABLE
from server.viewing import current_viewer
from workorders.messages import formats
from workorders.tables import Order, PlanRun, Premise, RouteWay, ServicePoint, Technician

LANE_UNITS = 1000


def comparison(session: Session, run: PlanRun) -> dict[str, Any]:
    """The plan's lanes with names and addresses, and the figures of the routes that are in force."""
    if run.result is None:
        return {"lanes": [], "now": None, "places": {}, "names": {}}
    routes = [route for route in run.result["routes"] if any(v["order"] for v in route["visits"])]
    numbers = [v["order"] for route in routes for v in route["visits"] if v["order"]]
    numbers += [left["order"] for left in run.result["unplaced"]]
    names = {row.id: row.name for row in session.execute(select(Technician.id, Technician.name))}
    return {
        "lanes": lanes(routes, names),
        "now": run.result["before"] if run.kind == "rest" else _in_force(session, run.day),
        "places": places_of(session, numbers),
        "names": names,
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
            "clock": formats.local_time(first, current_viewer()),
        }

    return [
        {
            "name": names.get(route["technician"], route["technician"]),
            "base": bar(route["leave"], route["back"]),
            "back": formats.local_time(datetime.fromisoformat(route["back"]), current_viewer()),
            "drive_h": route["drive_s"] / 3600,
            "bars": [visit | bar(visit["start"], visit["finish"]) for visit in route["visits"]],
        }
        for route in routes
    ]


def _in_force(session: Session, day: date) -> dict[str, int]:
    """Stops ahead and driving seconds of the routes as they are now, as a plan counts them."""
    stops = session.scalar(
        select(func.count(Order.number)).where(
            Order.route_day == day, Order.technician_id.is_not(None), Order.state.in_(sorted(MOVABLE))
        )
    )
    ways = session.scalars(select(RouteWay).where(RouteWay.day == day))
    return {"served": stops or 0, "drive_s": sum(sum(way.drive_seconds) for way in ways)}


def places_of(session: Session, numbers: Sequence[str]) -> dict[str, Any]:
    """Type and address of orders by number."""
    rows = session.execute(
        select(Order.number, Order.type, Premise.house_number, Premise.street)
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .where(Order.number.in_(numbers))
    )
    return {row.number: row for row in rows}
