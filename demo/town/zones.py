"""Work zones: four to six areas that share their borders and cover the whole town."""

import numpy as np

from .board import DrawingBoard
from .values import TownZone
from .warp import Warp, lonlat

_MARGIN_METRES = 420.0
"""Zones reach this far beyond the outer arterials."""
_POINT_EVERY_METRES = 90.0
_SIX_FROM_COLUMNS = 4


def make_zones(board: DrawingBoard, warp: Warp) -> list[TownZone]:
    """Four zones, or six in a town of four quarters or more from west to east."""
    parts = 3 if len(board.columns) > _SIX_FROM_COLUMNS else 2
    xs = _cuts(board.columns, parts)
    ys = _cuts(board.rows, 2)
    across = {2: ("west", "east"), 3: ("west", "", "east")}[parts]
    zones = []
    for row, north in enumerate(("South", "North")):
        for column, east in enumerate(across):
            name = (north + east).capitalize()
            code = (north[0] + east[:1]).upper()
            # Neighbours walk the same points of a shared border, so that no gap opens on the bent ground.
            ring = _ring((xs[column], xs[column + 1]), (ys[row], ys[row + 1]))
            zones.append(TownZone(code, name, lonlat(warp.ground(ring))))
    return zones


def _cuts(borders: list[float], parts: int) -> list[float]:
    inner = [borders[round((len(borders) - 1) * n / parts)] for n in range(1, parts)]
    return [borders[0] - _MARGIN_METRES, *inner, borders[-1] + _MARGIN_METRES]


def _ring(
    xs: tuple[float, float], ys: tuple[float, float]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    east, north = _points(*xs), _points(*ys)
    sides = [
        [(x, ys[0]) for x in east],
        [(xs[1], y) for y in north],
        [(x, ys[1]) for x in east[::-1]],
        [(xs[0], y) for y in north[::-1]],
    ]
    ring = [point for side in sides for point in side[:-1]]
    return np.array([*ring, ring[0]])


def _points(low: float, high: float) -> list[float]:
    return [float(x) for x in np.linspace(low, high, 1 + round((high - low) / _POINT_EVERY_METRES))]
