"""Boxes in degrees around places on the ground, good to a fraction of a percent at district size."""

import math
from dataclasses import dataclass

import shapely

from workorders.grammar.distance import EARTH_RADIUS_METRES

METRES_PER_DEGREE = math.pi * EARTH_RADIUS_METRES / 180


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
