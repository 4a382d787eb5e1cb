"""Small geometry on lists of lon/lat: lengths, parts of lines, bearings, sides. Metres and degrees."""

import math
from itertools import pairwise

from geo.distance import METRES_PER_DEGREE

from .values import LonLat


def metres_apart(a: LonLat, b: LonLat) -> float:
    """Metres between two near points, on a locally flat earth."""
    shrink = math.cos(math.radians((a[1] + b[1]) / 2))
    return math.hypot((b[0] - a[0]) * shrink, b[1] - a[1]) * METRES_PER_DEGREE


def line_metres(line: list[LonLat]) -> float:
    """Length of a line."""
    return sum(metres_apart(a, b) for a, b in pairwise(line))


def between(line: list[LonLat], begin: float, finish: float) -> list[LonLat]:
    """The part of a line between two shares of its length (0 ≤ begin ≤ finish ≤ 1), at least two points."""
    total = line_metres(line)
    from_metres, to_metres = begin * total, finish * total
    part: list[LonLat] = [point_along(line, from_metres)]
    gone = 0.0
    for a, b in pairwise(line):
        gone += metres_apart(a, b)
        if from_metres < gone < to_metres:
            part.append(b)
    part.append(point_along(line, to_metres))
    return part


def point_along(line: list[LonLat], metres: float) -> LonLat:
    """The point so many metres along a line; its ends beyond them."""
    gone = 0.0
    for a, b in pairwise(line):
        step = metres_apart(a, b)
        if step > 0 and gone + step >= metres:
            share = max(0.0, (metres - gone) / step)
            return (round(a[0] + (b[0] - a[0]) * share, 7), round(a[1] + (b[1] - a[1]) * share, 7))
        gone += step
    return line[-1]


def bearing(a: LonLat, b: LonLat) -> float:
    """Compass bearing from a to b: 0 north, 90 east."""
    east = (b[0] - a[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return math.degrees(math.atan2(east, b[1] - a[1])) % 360.0


def start_bearing(line: list[LonLat]) -> float:
    """Bearing of a line's first piece that has a length."""
    return next((bearing(a, b) for a, b in pairwise(line) if a != b), 0.0)


def end_bearing(line: list[LonLat]) -> float:
    """Bearing of a line's last piece that has a length."""
    return next((bearing(a, b) for b, a in pairwise(line[::-1]) if a != b), 0.0)


def turn_degrees(before: float, after: float) -> float:
    """The change from one bearing to another: −180 (left) to 180 (right)."""
    return (after - before + 180.0) % 360.0 - 180.0


def side_of(line: list[LonLat], point: LonLat) -> str:
    """ "left" or "right": where a point lies of the end of a line."""
    at = line[-1]
    return "left" if turn_degrees(end_bearing(line), bearing(at, point)) < 0 else "right"
