"""The board as GeoJSON for the map: orders as points, each technician's day as a line. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from geo.distance import METRES_PER_DEGREE
from server.pages.dispatch.crews import Crew, Way
from server.templating import state_text, tone, type_title
from workorders.judgement.lifecycle import ACTIVE
from workorders.tables import Order

LINE_METRES = 5.0
"""Less than the width of a street, and than a line on the map at the scale of a town."""
WAYS_KEPT = 512
DIGITS = 5
"""Of a degree: about a metre."""


def order_features(orders: Iterable[Order]) -> list[dict[str, Any]]:
    """A point per order, longitude and latitude in degrees."""
    features = []
    for order in orders:
        position = order.service_point.premise.position
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [round(position.x, 6), round(position.y, 6)]},
                "properties": {
                    "number": order.number,
                    "tone": tone(order.state),
                    "state": state_text(order.state),
                    "title": type_title(order.type),
                    "address": order.service_point.premise.address,
                    "technician": order.technician.name if order.technician else None,
                    "sequence": order.sequence,
                    "priority": order.priority,
                },
            }
        )
    return features


def route_features(crews: Iterable[Crew], ways: Mapping[str, Way] | None = None) -> list[dict[str, Any]]:
    """A line per technician: the way that is driven, or, where none is known, straight from stop to stop.

    `ways` by technician id. A way is known while it leads through the stops that are still open, in their
    order; stops that were finished since do not matter.
    """
    features = []
    for place, crew in enumerate(crews):
        way = (ways or {}).get(crew.technician.id)
        driven = way is not None and _leads_through(way, crew)
        if way is not None and driven:
            line = _drawn(way)
        else:
            points = [stop.order.service_point.premise.position for stop in crew.stops]
            line = [[round(point.x, DIGITS), round(point.y, DIGITS)] for point in points]
        if len(line) > 1:
            features.append(
                {
                    "type": "Feature",
                    "geometry": {"type": "LineString", "coordinates": line},
                    "properties": {
                        "technician": crew.technician.id,
                        "name": crew.technician.name,
                        "color": place,
                        "driven": driven,
                    },
                }
            )
    return features


def _leads_through(way: Way, crew: Crew) -> bool:
    open_now = [
        s.order.number for s in crew.stops if s.order.state in ACTIVE and s.order.sequence is not None
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
