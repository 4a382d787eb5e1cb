"""What is drawn on the board: lines for streets, the town's rectangles, and the shapes lines must avoid."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

OVERSHOOT = 3.0
"""Metres that a line reaches over the one it ends at, so that they surely cross; the stub is cut later."""


@dataclass(frozen=True, slots=True)
class Line:
    """A street as drawn. `from_metres` is where the line begins on the whole street, for house numbers."""

    shape: LineString
    name: str
    tags: Mapping[str, str]
    lots: bool = False
    bridge: bool = False
    from_metres: float = 0.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of the board in metres."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """West to east."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """South to north."""
        return self.north - self.south

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    def polygon(self) -> Polygon:
        """As a shape."""
        return shapely.box(self.west, self.south, self.east, self.north)


@dataclass(slots=True)
class DrawingBoard:
    """Everything drawn so far."""

    columns: list[float]
    """West to east borders between quarters: where the north–south arterials run."""
    rows: list[float]
    lines: list[Line] = field(default_factory=list)
    parks: list[Polygon] = field(default_factory=list)
    ponds: list[Polygon] = field(default_factory=list)
    downtown: Rect | None = None
    river: BaseGeometry = field(default_factory=Polygon)

    def quarters(self) -> list[Rect]:
        """The rectangles between arterials."""
        return [
            Rect(west, south, east, north)
            for south, north in pairwise(self.rows)
            for west, east in pairwise(self.columns)
        ]

    def whole(self) -> Rect:
        """The rectangle of all quarters."""
        return Rect(self.columns[0], self.rows[0], self.columns[-1], self.rows[-1])


def make_board(quarters: int, rng: random.Random) -> DrawingBoard:
    """An empty board with about so many quarters of uneven size, centred on the origin."""
    wide = max(2, math.ceil(math.sqrt(quarters * 1.25)))
    high = max(2, math.ceil(quarters / wide))
    return DrawingBoard(columns=_borders(wide, rng), rows=_borders(high, rng))


def _borders(count: int, rng: random.Random) -> list[float]:
    sizes = [rng.uniform(780, 1080) for _ in range(count)]
    edges = np.concatenate([[0.0], np.cumsum(sizes)])
    return [float(edge) for edge in edges - edges[-1] / 2]


def residential(**tags: str) -> dict[str, str]:
    """Tags of a residential street at the usual American limit."""
    return {"highway": "residential", "maxspeed": "25 mph", **tags}
