"""How a quarter between arterials is filled: an old grid, curved parallel drives, or rings around a green."""

import math
import random
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import shapely
import shapely.affinity
from shapely import LineString

from .board import OVERSHOOT, DrawingBoard, Line, Rect, residential
from .names import Names

_COLLECTOR = {"highway": "tertiary", "maxspeed": "30 mph"}


def draw_grid(board: DrawingBoard, rect: Rect, names: Names, rng: random.Random, *, oneways: bool) -> None:
    """Blocks of some 110 by 165 m with a few streets interrupted, and a green in place of two blocks."""
    xs = _spread(rect.west, rect.east, rng.uniform(98, 122), rng)
    ys = _spread(rect.south, rect.north, rng.uniform(150, 180), rng)
    green = _green(xs, ys, rng)
    board.parks.append(green.polygon())
    hole = shapely.box(green.west + 1, green.south + 1, green.east - 1, green.north - 1)
    pair = len(xs) // 2
    for number, x in enumerate(xs[1:-1], start=1):
        tags = residential()
        if oneways and number in (pair, pair + 1):
            tags = residential(oneway="yes" if number == pair else "-1")
        line = LineString([(x, rect.south - OVERSHOOT), (x, rect.north + OVERSHOOT)])
        _add_cut(board, Line(line, names.avenue(), tags, lots=True), hole)
    for y in ys[1:-1]:
        line = LineString([(rect.west - OVERSHOOT, y), (rect.east + OVERSHOOT, y)])
        gaps = [hole]
        if rng.random() < 0.3:
            at = rng.randrange(1, len(xs) - 2)
            gaps.append(shapely.box(xs[at] + 1, y - 5, xs[at + 1] - 1, y + 5))
        _add_cut(board, Line(line, names.numbered(), residential(), lots=True), shapely.union_all(gaps))


def draw_drives(board: DrawingBoard, rect: Rect, names: Names, rng: random.Random) -> None:
    """Long parallel drives that wave, over a collector; most end in a turning circle short of the arterial.

    They run east and west, or north and south: then the same is drawn on the quarter laid on its side.
    """
    upright = rng.random() < 0.45
    lying = Rect(rect.south, rect.west, rect.north, rect.east) if upright else rect

    def add(points: list[tuple[float, float]], name: str, tags: dict[str, str], *, lots: bool) -> None:
        shape = LineString([point[::-1] for point in points] if upright else points)
        board.lines.append(Line(shape, name, tags, lots=lots))

    middle = lying.west + lying.width * rng.uniform(0.42, 0.58)
    collector = [(middle, lying.south - OVERSHOOT), (middle, lying.north + OVERSHOOT)]
    add(collector, names.of_kind("Parkway"), _COLLECTOR, lots=True)
    wave = _wave(lying, rng)
    ys = _spread(lying.south, lying.north, rng.uniform(112, 126), rng)[1:-1]
    for number, y in enumerate(ys):
        west = lying.west - OVERSHOOT if number % 3 == 0 else lying.west + rng.uniform(55, 120)
        east = lying.east + OVERSHOOT if number % 3 == 1 else lying.east - rng.uniform(55, 120)
        xs = np.linspace(west, east, max(8, int((east - west) / 25))).tolist()
        add([(x, y + wave(x)) for x in xs], names.of_kind("Drive"), residential(), lots=True)
    for y, north in pairwise(ys):
        if rng.random() < 0.55:
            share = rng.choice((rng.uniform(0.2, 0.35), rng.uniform(0.65, 0.8)))
            x = lying.west + lying.width * share
            ends = [(x, y + wave(x) - OVERSHOOT), (x, north + wave(x) + OVERSHOOT)]
            add(ends, names.of_kind("Lane"), residential(), lots=False)


def _wave(rect: Rect, rng: random.Random) -> Callable[[float], float]:
    """How far drives swing north at a place from west to east."""
    swing, phase, rounds = rng.uniform(14, 24), rng.uniform(0, 2 * math.pi), rng.uniform(0.7, 1.3)
    return lambda x: swing * math.sin(2 * math.pi * rounds * (x - rect.west) / rect.width + phase)


def draw_rings(board: DrawingBoard, rect: Rect, names: Names, rng: random.Random) -> None:
    """Rounded rings around a green with a roundabout's cross of collectors, and courts in the corners."""
    x, y = rect.centre
    cross = [
        [(rect.west - OVERSHOOT, y), (rect.east + OVERSHOOT, y)],
        [(x, rect.south - OVERSHOOT), (x, rect.north + OVERSHOOT)],
    ]
    circle = shapely.Point(x, y).buffer(20, quad_segs=6)
    inside = shapely.Point(x, y).buffer(18.5, quad_segs=6)
    for points in cross:
        line = Line(LineString(points), names.of_kind("Parkway"), _COLLECTOR, lots=True)
        _add_cut(board, line, inside)
    roundabout = {"highway": "tertiary", "junction": "roundabout", "maxspeed": "15 mph"}
    # Rings of shapely run clockwise; traffic that drives on the right goes round against the clock.
    board.lines.append(Line(LineString(circle.exterior.coords[::-1]), "", roundabout))
    square = rng.uniform(0.45, 0.85)
    for number, share in enumerate((0.3, 0.54, 0.78)):
        ring = Line(LineString(_ring(rect, share, square)), names.of_kind("Circle"), residential(), lots=True)
        # Some rings are open to one side: there are crescents then, and room for a green.
        gap = _side(rect, rng.randrange(4)) if number and rng.random() < 0.35 else shapely.Polygon()
        _add_cut(board, ring, gap)
    for east, north in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        if rng.random() < 0.8:
            angle = math.atan2(north, east)
            begin = _on_ring(rect, 0.76, square, angle)
            end = _on_ring(rect, rng.uniform(0.88, 0.94), square, angle)
            # A court bends a little on its way.
            bend = tuple((a + b) / 2 + rng.uniform(-9, 9) for a, b in zip(begin, end, strict=True))
            court = Line(LineString([begin, bend, end]), names.of_kind("Court"), residential(), lots=True)
            board.lines.append(court)
    board.parks.append(shapely.box(x + 24, y + 24, x + rect.width * 0.11, y + rect.height * 0.11))


def draw_common(board: DrawingBoard, rect: Rect, names: Names, rng: random.Random) -> None:
    """A park as large as a quarter, with a pond and one road through it."""
    x, y = rect.centre
    pond = shapely.affinity.scale(
        shapely.Point(x + rng.uniform(-90, 90), y - rect.height * 0.22).buffer(1, quad_segs=8),
        rng.uniform(110, 170),
        rng.uniform(60, 95),
    )
    edge = 45
    park = shapely.box(rect.west + edge, rect.south + edge, rect.east - edge, rect.north - edge)
    board.ponds.append(pond)
    board.parks.append(park)
    road = [(rect.west - OVERSHOOT, y), (x, y + rng.uniform(30, 90)), (rect.east + OVERSHOOT, y)]
    board.lines.append(Line(LineString(road), names.of_kind("Parkway"), _COLLECTOR))


def _spread(low: float, high: float, step: float, rng: random.Random) -> list[float]:
    """Both borders and, between them, places about a step apart, a little uneven."""
    count = max(2, round((high - low) / step))
    inner = [low + (high - low) * n / count + rng.uniform(-5, 5) for n in range(1, count)]
    return [low, *inner, high]


def _green(xs: list[float], ys: list[float], rng: random.Random) -> Rect:
    column, row = rng.randrange(1, len(xs) - 3), rng.randrange(1, len(ys) - 2)
    return Rect(xs[column], ys[row], xs[column + 2], ys[row + 1])


def _add_cut(board: DrawingBoard, line: Line, hole: shapely.Geometry) -> None:
    """Add what a hole leaves of a line, each part knowing where on the whole line it begins."""
    left = line.shape.difference(hole)
    for part in getattr(left, "geoms", [left]):
        if part.length > 2 * OVERSHOOT:
            start = line.from_metres + line.shape.project(shapely.Point(part.coords[0]))
            board.lines.append(Line(part, line.name, line.tags, line.lots, line.bridge, start))


def _ring(rect: Rect, share: float, square: float) -> list[tuple[float, float]]:
    """A closed superellipse, between a rectangle (square 0) and an ellipse (1)."""
    return [_on_ring(rect, share, square, angle) for angle in np.linspace(0, 2 * math.pi, 49).tolist()]


def _on_ring(rect: Rect, share: float, square: float, angle: float) -> tuple[float, float]:
    x, y = rect.centre
    cos, sin = math.cos(angle), math.sin(angle)
    return (
        x + rect.width / 2 * share * math.copysign(abs(cos) ** square, cos),
        y + rect.height / 2 * share * math.copysign(abs(sin) ** square, sin),
    )


def _side(rect: Rect, side: int) -> shapely.Polygon:
    """A wedge from the middle of a quarter to one of its sides, short of the two collectors."""
    x, y = rect.centre
    angles = np.radians(np.array([8, 45, 82]) + 90 * side)
    far = max(rect.width, rect.height)
    return shapely.Polygon([(x, y), *((x + far * math.cos(a), y + far * math.sin(a)) for a in angles)])
