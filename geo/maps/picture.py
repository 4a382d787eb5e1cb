"""A small drawing of the streets between a technician and a customer's place, for pages without a map's
library. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import shapely

WIDTH, HEIGHT = 640, 400
"""Units of the drawing."""
EDGE = 60
"""Units kept free around both points."""
LEAST_METRES = 500.0
"""What the drawing shows at least across, so that it is no blur of one street when they are near."""
MOST_LINES = 3_000
DEGREE_METRES = 111_195.0
GRID_DEGREES = 0.002
"""About 200 metres: where somebody set out is at another customer's door, which is not shown."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """SVG path data of the streets, and where the two points are."""

    streets: str
    technician: Point
    place: Point
    metres: float
    """Of one unit of the drawing."""


def picture(technician: Point, place: Point, streets: Iterable[shapely.Geometry]) -> Picture:
    """The streets around two places (longitude, latitude in degrees), north at the top."""
    middle = ((technician[0] + place[0]) / 2, (technician[1] + place[1]) / 2)
    east = math.cos(math.radians(middle[1])) * DEGREE_METRES
    across = [abs(technician[0] - place[0]) * east, abs(technician[1] - place[1]) * DEGREE_METRES]
    room = (WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE)
    metres = max(across[0] / room[0], across[1] / room[1], LEAST_METRES / room[0])

    def drawn(at: Point) -> Point:
        x = WIDTH / 2 + (at[0] - middle[0]) * east / metres
        return round(x, 1), round(HEIGHT / 2 - (at[1] - middle[1]) * DEGREE_METRES / metres, 1)

    half = (WIDTH / 2 * metres / east, HEIGHT / 2 * metres / DEGREE_METRES)
    window = shapely.box(middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1])
    lines = [
        "M" + " ".join(f"{x:g},{y:g}" for x, y in map(drawn, line.coords))
        for line in _inside(window, streets)
    ]
    return Picture("".join(lines[:MOST_LINES]), drawn(technician), drawn(place), metres)


def coarse(at: Point) -> Point:
    """The middle of the square of GRID_DEGREES around a place."""
    lon, lat = (GRID_DEGREES * round(value / GRID_DEGREES) for value in at)
    return round(lon, 6), round(lat, 6)


def _inside(window: shapely.Polygon, streets: Iterable[shapely.Geometry]) -> list[shapely.LineString]:
    bounds = window.bounds
    found: list[shapely.LineString] = []
    for street in streets:
        if shapely.intersects(window, street):
            cut = shapely.clip_by_rect(street, *bounds)
            found += [part for part in shapely.get_parts(cut) if isinstance(part, shapely.LineString)]
    return found
