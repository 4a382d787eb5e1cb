"""Metres on the ground from longitudes and latitudes, good to a fraction of a percent at district size."""

import math
from dataclasses import dataclass

import shapely

EARTH_RADIUS_METRES = 6_371_008.8
"""Mean radius of WGS 84 (IUGG)."""
METRES_PER_DEGREE = math.pi * EARTH_RADIUS_METRES / 180


def metres_between(a: shapely.Point, b: shapely.Point) -> float:
    """Great-circle distance of two points in degrees (haversine), in metres."""
    lat_a, lat_b = math.radians(a.y), math.radians(b.y)
    half_lat = math.sin((lat_b - lat_a) / 2) ** 2
    half_lon = math.sin(math.radians(b.x - a.x) / 2) ** 2
    return (
        2
        * EARTH_RADIUS_METRES
        * math.asin(math.sqrt(half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon))
    )


@dataclass(frozen=True, slots=True)
class Box:
    """A box in degrees that surely contains everything within some metres of a point."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, point: shapely.Point, metres: float) -> "Box":
        """The box around `point` that reaches `metres` in each direction, with a margin for rounding."""
        lat = metres / METRES_PER_DEGREE * 1.01
        lon = lat / max(0.01, math.cos(math.radians(point.y)))
        return cls(point.x - lon, point.y - lat, point.x + lon, point.y + lat)

    @classmethod
    def of(cls, shape: shapely.Geometry) -> "Box":
        """The bounds of a shape, widened by the R*Tree's 32-bit rounding."""
        west, south, east, north = shape.bounds
        return cls(west - 1e-4, south - 1e-4, east + 1e-4, north + 1e-4)
