"""The board for its map: orders as points, each technician's day as a GeoJSON line. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from geo.distance import METRES_PER_DEGREE
from server.pages.dispatch.board import OrderPoint
from server.pages.dispatch.workdays import TechnicianDay, Way
from server.templating import state_text, tone, type_title
from server.viewing import current_viewer
from workorders.judgement.lifecycle import ACTIVE
from workorders.messages import formats
from workorders.queries.field_places import FieldPlace

LINE_METRES = 5.0
"""Less than the width of a street, and than a line on the map at the scale of a town."""
WAYS_KEPT = 512
DIGITS = 5
"""Of a degree: about a metre."""


def order_points(
    orders: Sequence[OrderPoint], window: tuple[datetime, datetime, datetime], colors: Mapping[str, int]
) -> dict[str, Any]:
    """Orders by column, what many share named once: a board of thousands is a tenth of its features.

    `at` has longitude and latitude in degrees; `state`, `type` and `technician` are places in the lists
    beside them, None for nobody. `window`: the start of the day, of the next and of the one in a week, which
    say how soon an order is due; `colors`: a technician's name → the color of the route. The page makes
    features of it.
    """
    states, types, people = _Named(), _Named(), _Named()
    return {
        "number": [order.number for order in orders],
        "at": np.round(shapely.get_coordinates([one.position for one in orders]), DIGITS).tolist(),
        "state": [states.place(order.state) for order in orders],
        "type": [types.place(order.type) for order in orders],
        "address": [order.address for order in orders],
        "technician": [people.place(order.technician) if order.technician else None for order in orders],
        "sequence": [order.sequence for order in orders],
        "priority": [order.priority for order in orders],
        "version": [order.version for order in orders],
        "due": [_soon(order.due, window) for order in orders],
        "states": [{"tone": tone(state), "state": state_text(state)} for state in states.found],
        "types": [type_title(code) for code in types.found],
        "technicians": list(people.found),
        "colors": [colors.get(name) for name in people.found],
    }


def _soon(due: datetime | None, window: tuple[datetime, datetime, datetime]) -> str:
    if due is None:
        return "none"
    start, following, week = window
    return "overdue" if due < start else "today" if due < following else "week" if due < week else "later"


class _Named:
    """Values in the order in which they were met."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}

    def place(self, value: str) -> int:
        """Its place among them."""
        return self.found.setdefault(value, len(self.found))


def route_features(
    workdays: Iterable[TechnicianDay],
    ways: Mapping[str, Way] | None = None,
    places: Mapping[str, int] | None = None,
) -> list[dict[str, Any]]:
    """A line per technician: the way that is driven, or, where none is known, straight from stop to stop.

    `ways` by technician id. A way is known while it leads through the stops that are still open, in their
    order; stops that were finished since do not matter. `places`: each technician's among all, where
    `workdays` are not all; it decides the color.
    """
    features = []
    for number, workday in enumerate(workdays):
        place = number if places is None else places[workday.technician.id]
        way = (ways or {}).get(workday.technician.id)
        driven = way is not None and _leads_through(way, workday)
        if way is not None and driven:
            line = _drawn(way)
        else:
            points = [stop.order.service_point.premise.position for stop in workday.stops]
            line = [[round(point.x, DIGITS), round(point.y, DIGITS)] for point in points]
        if len(line) > 1:
            features.append(
                {
                    "type": "Feature",
                    "id": place,
                    "geometry": {"type": "LineString", "coordinates": line},
                    "properties": {
                        "technician": workday.technician.id,
                        "name": workday.technician.name,
                        "color": place,
                        "driven": driven,
                    },
                }
            )
    return features


def field_places(places: Iterable[FieldPlace], now: datetime) -> list[dict[str, Any]]:
    """Technicians' last places for the map: where, how sure (metres), how old (seconds), which order."""
    return [
        {
            "technician": place.technician_id,
            "name": place.name,
            "at": [round(place.lon, DIGITS), round(place.lat, DIGITS)],
            "accuracy": place.accuracy_m,
            "age": max(0, round((now - place.at).total_seconds())),
            "when": formats.ago(place.at, now, current_viewer()),
            "kind": place.kind,
            "order": place.order_number,
        }
        for place in places
    ]


def _leads_through(way: Way, workday: TechnicianDay) -> bool:
    open_now = [
        s.order.number for s in workday.stops if s.order.state in ACTIVE and s.order.sequence is not None
    ]
    return bool(open_now) and [number for number in way.stops if number in set(open_now)] == open_now


@lru_cache(WAYS_KEPT)
def _drawn(way: Way) -> list[list[float]]:
    """A board refreshes every few seconds, a way changes a few times a day."""
    return simplified(way.geometry)


def simplified(line: Sequence[Sequence[float]]) -> list[list[float]]:
    """The line [[longitude, latitude], …] without points that change its course by less than LINE_METRES."""
    points = np.asarray(line, dtype=np.float64).reshape(-1, 2)
    if len(points) < 2:
        return []
    # Simplified in metres: a degree of longitude is shorter than one of latitude.
    scale = METRES_PER_DEGREE * np.array([math.cos(math.radians(points[:, 1].mean())), 1.0])
    kept = shapely.simplify(shapely.LineString(points * scale), LINE_METRES, preserve_topology=False)
    return np.round(shapely.get_coordinates(kept) / scale, DIGITS).tolist()  # type: ignore[no-any-return]


def collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """A GeoJSON feature collection."""
    return {"type": "FeatureCollection", "features": features}
