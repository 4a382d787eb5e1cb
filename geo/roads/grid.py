"""A grid over the straight pieces of streets that answers "which street is nearest?" for many points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.distance import METRES_PER_DEGREE

from .segments import SCALE, Ints, slices

_CELL = 25_000
"""Cell height and width in 10⁻⁷ degrees (some 280 m): a few dozen pieces in a city."""
_COLUMNS = 2**32 // _CELL
_FIRST_METRES = 150.0


@dataclass(frozen=True, slots=True)
class Grid:
    """Pieces by cell: rows [first[i], first[i + 1]) of `piece` lie in cell `key[i]` (sorted).

    A piece is the row of its first shape point; `x` and `y` are all shape points (10⁻⁷ degrees).
    """

    key: Ints
    first: Ints
    piece: NDArray[np.int32]
    x: NDArray[np.int32]
    y: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Nearest:
    """Per point: the nearest piece (−1: none in reach), the share along it, and metres to it."""

    piece: Ints
    share: NDArray[np.float64]
    metres: NDArray[np.float64]


def build_grid(x: NDArray[np.int32], y: NDArray[np.int32], piece: Ints) -> Grid:
    """Index the pieces that start at the given shape rows. Long pieces are cut so that none crosses far."""
    span = np.maximum(np.abs(np.diff(x.astype(np.int64))), np.abs(np.diff(y.astype(np.int64))))[piece]
    parts = span // _CELL + 1
    first, _ = slices(np.zeros(len(piece), np.int64), parts)
    of = np.repeat(piece, parts)
    step = np.arange(first[-1]) - np.repeat(first[:-1], parts)
    total = np.repeat(parts, parts)
    boxes = []
    for axis in (x.astype(np.int64), y.astype(np.int64)):
        ends = [axis[of] + (axis[of + 1] - axis[of]) * k // total for k in (step, step + 1)]
        boxes.append((np.minimum(*ends) // _CELL, np.maximum(*ends) // _CELL))
    pieces, keys = _cover(boxes[0], boxes[1], of)
    pair = np.unique(np.stack([keys, pieces], axis=1), axis=0)
    key, start = np.unique(pair[:, 0], return_index=True)
    return Grid(
        key=key,
        first=np.append(start, len(pair)).astype(np.int64),
        piece=pair[:, 1].astype(np.int32),
        x=x,
        y=y,
    )


def _cover(columns: tuple[Ints, Ints], rows: tuple[Ints, Ints], of: Ints) -> tuple[Ints, Ints]:
    """(item, cell key) for every cell of each item's box of cells."""
    wide, high = columns[1] - columns[0] + 1, rows[1] - rows[0] + 1
    first, index = slices(np.zeros(len(of), np.int64), wide * high)
    repeats = np.diff(first)
    width = np.repeat(wide, repeats)
    column = np.repeat(columns[0], repeats) + index % width
    row = np.repeat(rows[0], repeats) + index // width
    return np.repeat(of, repeats), row * _COLUMNS + column


def find_nearest(
    grid: Grid, points: NDArray[np.float64], max_metres: float, usable: NDArray[np.bool_]
) -> Nearest:
    """The nearest usable piece of each (lon, lat) row within `max_metres`; `usable` is by shape row."""
    count = len(points)
    best = Nearest(piece=np.full(count, -1), share=np.zeros(count), metres=np.full(count, np.inf))
    open_rows = np.arange(count)
    radius = min(_FIRST_METRES, max_metres)
    while len(open_rows):
        of, found = _search(grid, points[open_rows], radius, usable)
        rows = open_rows[of]
        best.piece[rows], best.share[rows], best.metres[rows] = found.piece, found.share, found.metres
        # Only what lies within the radius is surely the nearest: corners of cells reach further.
        open_rows = open_rows[best.metres[open_rows] > radius]
        if radius >= max_metres:
            break
        radius = min(radius * 4, max_metres)
    best.piece[open_rows] = -1
    return best


def pieces_in_boxes(grid: Grid, boxes: tuple[NDArray[np.float64], ...]) -> tuple[Ints, Ints]:
    """(box number, piece) for every piece in a cell that a box (west, south, east, north) touches."""
    west, south, east, north = boxes
    of, keys = _cover((_cells(west), _cells(east)), (_cells(south), _cells(north)), np.arange(len(west)))
    at = np.minimum(np.searchsorted(grid.key, keys), len(grid.key) - 1)
    hit = grid.key[at] == keys
    of, at = of[hit], at[hit]
    count = grid.first[at + 1] - grid.first[at]
    _, entries = slices(grid.first[at], count)
    return np.repeat(of, count), grid.piece[entries].astype(np.int64)


def _search(
    grid: Grid, points: NDArray[np.float64], radius: float, usable: NDArray[np.bool_]
) -> tuple[Ints, Nearest]:
    """The points that have a usable piece in a cell within the radius, and for each the nearest one."""
    lon, lat = points[:, 0], points[:, 1]
    shrink = np.maximum(np.cos(np.radians(lat)), 0.01)
    reach = radius / METRES_PER_DEGREE
    boxes = (lon - reach / shrink, lat - reach, lon + reach / shrink, lat + reach)
    of, piece = pieces_in_boxes(grid, boxes)
    keep = usable[piece]
    of, piece = of[keep], piece[keep]
    share, metres = _project(grid, piece, points[of], shrink[of])
    # The lower piece number wins a tie, so that the answer never depends on the search order.
    order = np.lexsort((piece, metres, of))
    of, first = np.unique(of[order], return_index=True)
    chosen = order[first]
    return of, Nearest(piece=piece[chosen], share=share[chosen], metres=metres[chosen])


def _cells(degrees: NDArray[np.float64]) -> Ints:
    return np.floor(degrees / (SCALE * _CELL)).astype(np.int64)


def _project(
    grid: Grid, piece: Ints, points: NDArray[np.float64], shrink: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share along each piece of the foot of the perpendicular from its point, and metres to it."""
    x, y = grid.x, grid.y
    east = (x[piece] * SCALE - points[:, 0]) * shrink * METRES_PER_DEGREE
    north = (y[piece] * SCALE - points[:, 1]) * METRES_PER_DEGREE
    along_east = (x[piece + 1].astype(np.float64) - x[piece]) * SCALE * shrink * METRES_PER_DEGREE
    along_north = (y[piece + 1].astype(np.float64) - y[piece]) * SCALE * METRES_PER_DEGREE
    square = along_east**2 + along_north**2
    share = -(east * along_east + north * along_north) / np.where(square > 0, square, 1.0)
    share = np.clip(share, 0.0, 1.0)
    return share, np.hypot(east + share * along_east, north + share * along_north)
