"""Drawing a whole town on the board: arterials, quarters, a river with bridges."""

import math
import random

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from .board import OVERSHOOT, DrawingBoard, Line, Rect
from .names import Names
from .quarters import draw_common, draw_drives, draw_grid, draw_rings

_BANK_METRES = 22.0
"""Streets end this far from the water."""
_OUT_OF_TOWN_METRES = 260.0
_COMMON_EVERY = 11
_ROUNDABOUT_CLEAR_METRES = 120.0
"""A ring that the river cut open could not be driven round."""


def draw_town(board: DrawingBoard, rng: random.Random) -> None:
    """Draw everything on an empty board, then let the river cut what has no bridge."""
    names = Names(rng)
    quarters = board.quarters()
    middle = min(quarters, key=lambda rect: math.hypot(*rect.centre))
    board.downtown = middle
    board.river = _river(board, middle, rng)
    _draw_arterials(board, names, rng)
    ordered = sorted(quarters, key=lambda rect: math.hypot(*rect.centre))
    ringed = False
    for number, rect in enumerate(ordered):
        if rect == middle or (number < len(ordered) / 3 and rng.random() < 0.7):
            draw_grid(board, rect, names, rng, oneways=rect == middle)
        elif number % _COMMON_EVERY == _COMMON_EVERY - 1:
            draw_common(board, rect, names, rng)
        elif _clear_of_river(board, rect) and (not ringed or rng.random() < 0.5):
            ringed = True
            draw_rings(board, rect, names, rng)
        else:
            draw_drives(board, rect, names, rng)
    _let_river_cut(board)


def _draw_arterials(board: DrawingBoard, names: Names, rng: random.Random) -> None:
    whole = board.whole()
    for places, ends, upright in (
        (board.rows, (whole.west, whole.east), False),
        (board.columns, (whole.south, whole.north), True),
    ):
        centre = min(range(len(places)), key=lambda i: abs(places[i]))
        for number, place in enumerate(places):
            main = number == centre
            tags = {"highway": "primary" if main else "secondary", "maxspeed": "45 mph" if main else "35 mph"}
            # The outer ones end at each other; inner ones lead on out of town.
            out = OVERSHOOT if number in (0, len(places) - 1) else _OUT_OF_TOWN_METRES * rng.uniform(0.7, 1.3)
            line = [(ends[0] - out, place), (ends[1] + out, place)]
            shape = LineString([point[::-1] for point in line] if upright else line)
            board.lines.append(Line(shape, names.arterial(), tags, bridge=not upright))


def _river(board: DrawingBoard, middle: Rect, rng: random.Random) -> BaseGeometry:
    """A winding river from north to south beside downtown, 60 to 90 m wide."""
    whole = board.whole()
    west_side = middle.west > board.columns[0] + 1
    at = (middle.west - rng.uniform(230, 330)) if west_side else (middle.east + rng.uniform(230, 330))
    swing, length, phase = rng.uniform(70, 110), rng.uniform(1500, 2300), rng.uniform(0, 2 * math.pi)
    ys = np.arange(whole.south - 1500, whole.north + 1501, 60)
    course = [(at + swing * math.sin(2 * math.pi * y / length + phase), float(y)) for y in ys.tolist()]
    return LineString(course).buffer(rng.uniform(30, 45), quad_segs=4)


def _clear_of_river(board: DrawingBoard, rect: Rect) -> bool:
    return bool(board.river.distance(shapely.Point(rect.centre)) > _ROUNDABOUT_CLEAR_METRES)


def _let_river_cut(board: DrawingBoard) -> None:
    banks = board.river.buffer(_BANK_METRES)
    bridges = _bridges(board)
    lines = board.lines
    board.lines = []
    for line in lines:
        if line.name in bridges or not line.shape.intersects(banks):
            board.lines.append(line)
            continue
        left = line.shape.difference(banks)
        for part in getattr(left, "geoms", [left]):
            if part.length > 2 * OVERSHOOT:
                start = line.from_metres + line.shape.project(shapely.Point(part.coords[0]))
                board.lines.append(Line(part, line.name, line.tags, line.lots, False, start))
    board.parks = [park.difference(banks) for park in board.parks]
    board.parks = [park for park in board.parks if park.geom_type == "Polygon" and park.area > 2_000]


def _bridges(board: DrawingBoard) -> set[str]:
    """Two or three of the roads that cross the river get a bridge: the middle one and the ones outside."""
    crossing = [line for line in board.lines if line.bridge]
    crossing.sort(key=lambda line: abs(line.shape.coords[0][1]))
    chosen = [crossing[0], crossing[-1], crossing[-2]]
    return {line.name for line in chosen}
