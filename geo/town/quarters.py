"""How a quarter between arterials is filled: an old grid, curved parallel drives, or rings around a green."""

import math
import random

import numpy as np
import shapely
from shapely import LineString

from .board import OVERSHOOT, Board, Line, Rect, residential
from .names import Names

_COLLECTOR = {"highway": "tertiary", "maxspeed": "30 mph"}


def draw_grid(board: Board, rect: Rect, names: Names, rng: random.Random, *, oneways: bool) -> None:
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


def draw_drives(board: Board, rect: Rect, names: Names, rng: random.Random) -> None:
    """Long parallel drives that wave, over a collector; most end in a turning circle short of the arterial."""
    middle = rect.west + rect.width * rng.uniform(0.42, 0.58)
    board.lines.append(
        Line(
            LineString([(middle, rect.south - OVERSHOOT), (middle, rect.north + OVERSHOOT)]),
            names.of_kind("Parkway"),
            _COLLECTOR,
            lots=True,
        )
    )
    ys = _spread(rect.south, rect.north, rng.uniform(112, 126), rng)[1:-1]
    swing, phase, rounds = rng.uniform(14, 24), rng.uniform(0, 2 * math.pi), rng.uniform(0.7, 1.3)

    def wave(x: float) -> float:
        return swing * math.sin(2 * math.pi * rounds * (x - rect.west) / rect.width + phase)

    for number, y in enumerate(ys):
        west = rect.west - OVERSHOOT if number % 3 == 0 else rect.west + rng.uniform(55, 120)
        east = rect.east + OVERSHOOT if number % 3 == 1 else rect.east - rng.uniform(55, 120)
        points = [
            (float(x), y + wave(float(x))) for x in np.linspace(west, east, max(8, int((east - west) / 25)))
        ]
        board.lines.append(Line(LineString(points), names.of_kind("Drive"), residential(), lots=True))
    for y, north in zip(ys, ys[1:], strict=False):
        if rng.random() < 0.55:
            side = rng.choice((rng.uniform(0.2, 0.35), rng.uniform(0.65, 0.8)))
            x = rect.west + rect.width * side
            ends = [(x, y + wave(x) - OVERSHOOT), (x, north + wave(x) + OVERSHOOT)]
            board.lines.append(Line(LineString(ends), names.of_kind("Lane"), residential(), lots=False))


def draw_rings(board: Board, rect: Rect, names: Names, rng: random.Random) -> None:
    """Rounded rings around a green with a roundabout's cross of collectors, and courts in the corners."""
    x, y = rect.centre
    cross = [
        [(rect.west - OVERSHOOT, y), (rect.east + OVERSHOOT, y)],
        [(x, rect.south - OVERSHOOT), (x, rect.north + OVERSHOOT)],
    ]
    circle = shapely.Point(x, y).buffer(20, quad_segs=6)
    inside = shapely.Point(x, y).buffer(18.5, quad_segs=6)
    for points in cross:
        _add_cut(board, Line(LineString(points), names.of_kind("Parkway"), _COLLECTOR, lots=True), inside)
    roundabout = {"highway": "tertiary", "junction": "roundabout", "maxspeed": "15 mph"}
    # Rings of shapely run clockwise; traffic that drives on the right goes round against the clock.
    board.lines.append(Line(LineString(circle.exterior.coords[::-1]), "", roundabout))
    for share in (0.3, 0.54, 0.78):
        ring = _rounded(rect, share)
        board.lines.append(Line(LineString(ring), names.of_kind("Circle"), residential(), lots=True))
    for east, north in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        if rng.random() < 0.8:
            begin = _corner(rect, 0.76, east, north)
            end = _corner(rect, rng.uniform(0.88, 0.94), east, north)
            # A court bends a little on its way.
            bend = (
                (begin[0] + end[0]) / 2 + rng.uniform(-9, 9),
                (begin[1] + end[1]) / 2 + rng.uniform(-9, 9),
            )
            board.lines.append(
                Line(LineString([begin, bend, end]), names.of_kind("Court"), residential(), lots=True)
            )
    green = shapely.Point(x + rect.width * 0.075, y + rect.height * 0.075)
    board.parks.append(shapely.box(*green.buffer(min(rect.width, rect.height) * 0.035).bounds))


def _spread(low: float, high: float, step: float, rng: random.Random) -> list[float]:
    """Both borders and, between them, places about a step apart, a little uneven."""
    count = max(2, round((high - low) / step))
    inner = [low + (high - low) * n / count + rng.uniform(-5, 5) for n in range(1, count)]
    return [low, *inner, high]


def _green(xs: list[float], ys: list[float], rng: random.Random) -> Rect:
    column, row = rng.randrange(1, len(xs) - 3), rng.randrange(1, len(ys) - 2)
    return Rect(xs[column], ys[row], xs[column + 2], ys[row + 1])


def _add_cut(board: Board, line: Line, hole: shapely.Geometry) -> None:
    """Add what a hole leaves of a line, each part knowing where on the whole line it begins."""
    left = line.shape.difference(hole)
    for part in getattr(left, "geoms", [left]):
        if part.length > 2 * OVERSHOOT:
            start = line.from_metres + line.shape.project(shapely.Point(part.coords[0]))
            board.lines.append(Line(part, line.name, line.tags, line.lots, line.bridge, start))


def _rounded(rect: Rect, share: float) -> list[tuple[float, float]]:
    """A closed superellipse, between a circle and a rectangle, filling a share of the rectangle."""
    return [_on_ring(rect, share, angle) for angle in np.linspace(0, 2 * math.pi, 49).tolist()]


def _on_ring(rect: Rect, share: float, angle: float) -> tuple[float, float]:
    x, y = rect.centre
    cos, sin = math.cos(angle), math.sin(angle)
    return (
        x + rect.width / 2 * share * math.copysign(abs(cos) ** 0.55, cos),
        y + rect.height / 2 * share * math.copysign(abs(sin) ** 0.55, sin),
    )


def _corner(rect: Rect, share: float, east: int, north: int) -> tuple[float, float]:
    return _on_ring(rect, share, math.atan2(north, east))
