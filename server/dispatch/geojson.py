"""The board as GeoJSON for the map: orders as points, each technician's day as a line. Pure."""

from collections.abc import Iterable
from typing import Any

from server.dispatch.crews import Crew
from server.templating import tone, type_title
from workorders.tables import Order
from workorders.words import state_title


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
                    "state": state_title(order.state),
                    "title": type_title(order.type),
                    "address": order.service_point.premise.address,
                    "technician": order.technician.name if order.technician else None,
                    "sequence": order.sequence,
                    "priority": order.priority,
                },
            }
        )
    return features


def route_features(crews: Iterable[Crew]) -> list[dict[str, Any]]:
    """A line per technician through the day's stops in their order, as the crow flies."""
    features = []
    for place, crew in enumerate(crews):
        points = [stop.order.service_point.premise.position for stop in crew.stops]
        if len(points) > 1:
            line = [[round(point.x, 6), round(point.y, 6)] for point in points]
            features.append(
                {
                    "type": "Feature",
                    "geometry": {"type": "LineString", "coordinates": line},
                    "properties": {
                        "technician": crew.technician.id,
                        "name": crew.technician.name,
                        "color": place,
                    },
                }
            )
    return features


def collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """A GeoJSON feature collection."""
    return {"type": "FeatureCollection", "features": features}
