"""From points to places on open streets where a vehicle may stop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workorders.problems import Problem

from .grid import Nearest, find_nearest
from .network import Roads
from .refusals import within
from .segments import SCALE, Ints, point_distances, slices
from .values import LonLat

SHORE_METRES = 50.0
"""A stop that lies this much nearer to a street that is left out belongs to it: a street of the main part is
then across the water. Less is the width of a street with its front yards."""
_NAMED_AT_MOST = 10


@dataclass(frozen=True, slots=True)
class Snapped:
    """Parallel arrays, one row a point: segment, share along it as drawn, metres away, place on it."""

    segment: Ints
    share: NDArray[np.float64]
    metres: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


def checked_points(points: Sequence[LonLat] | NDArray[np.float64]) -> NDArray[np.float64]:
    """The points as an array of (lon, lat). Raises Problem `bad_input` naming the first that is no place."""
    reason = "longitude and latitude must be numbers of degrees within ±180 and ±90"
    try:
        array = np.array(points, np.float64).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise Problem("bad_input", field="points", reason=reason) from error
    wrong = ~np.isfinite(array).all(axis=1) | (np.abs(np.nan_to_num(array)) > (180.0, 90.0)).any(axis=1)
    if wrong.any():
        raise Problem("bad_input", field=f"points[{int(np.argmax(wrong))}]", reason=reason)
    return array


def snap_points(
    roads: Roads,
    usable: NDArray[np.bool_],
    points: NDArray[np.float64],
    *,
    max_metres: float,
    called: list[str],
) -> Snapped:
    """Snap every point to the nearest usable street (`usable` is by shape row).

    Raises Problem `stop_cut_off` naming the points, by the names they are `called`, that lie at streets which
    nothing joins to the others, and `stop_off_network` naming those farther than `max_metres` from all.
    """
    nearest = find_nearest(roads.grid, points, max_metres, usable)
    refused = _refused(roads, nearest, points, max_metres)
    for code in sorted(set(refused.values())):
        positions = [row for row, why in refused.items() if why == code]
        what = _named(called, positions)
        raise Problem(code, what=what, **within(max_metres), positions=positions)
    segment = roads.segment_of_piece(nearest.piece)
    return Snapped(
        segment=segment,
        share=_share_of_segment(roads.arrays, segment, nearest),
        metres=nearest.metres,
        lon=_foot(roads.arrays["x"], nearest),
        lat=_foot(roads.arrays["y"], nearest),
    )


def unserved(
    roads: Roads, usable: NDArray[np.bool_], points: NDArray[np.float64], *, max_metres: float
) -> dict[int, str]:
    """The points that `snap_points` would refuse: row → the Problem's code."""
    return _refused(roads, find_nearest(roads.grid, points, max_metres, usable), points, max_metres)


def _refused(
    roads: Roads, nearest: Nearest, points: NDArray[np.float64], max_metres: float
) -> dict[int, str]:
    codes = dict.fromkeys(np.flatnonzero(nearest.piece < 0).tolist(), "stop_off_network")
    codes |= dict.fromkeys(_cut_off(roads, points, max_metres).tolist(), "stop_cut_off")
    return dict(sorted(codes.items()))


def _named(called: list[str], rows: list[int]) -> str:
    what = ", ".join(called[number] for number in rows[:_NAMED_AT_MOST])
    more = len(rows) - _NAMED_AT_MOST
    return f"{what} and {more} others" if more > 0 else what


def _cut_off(roads: Roads, points: NDArray[np.float64], max_metres: float) -> Ints:
    """The points that lie at streets left out. Closures play no part: they end."""
    if roads.away is None:
        return np.empty(0, np.int64)
    everywhere = np.ones(len(roads.away.x), bool)
    left_out = find_nearest(roads.away, points, max_metres, everywhere)
    rows = np.flatnonzero(left_out.piece >= 0)
    stoppable = np.repeat(roads.stoppable, np.diff(roads.arrays["shape_first"]))
    main = find_nearest(roads.grid, points[rows], max_metres, stoppable)
    metres = np.where(main.piece >= 0, main.metres, np.inf)
    return rows[left_out.metres[rows] + SHORE_METRES < metres]


def _share_of_segment(
    arrays: dict[str, NDArray[Any]], segment: Ints, nearest: Nearest
) -> NDArray[np.float64]:
    """The share along the whole segment from the share along one of its pieces."""
    first = arrays["shape_first"][segment]
    begin, rows = slices(first, arrays["shape_first"][segment + 1] - first)
    gone = np.concatenate([[0.0], np.cumsum(point_distances(arrays["x"][rows], arrays["y"][rows]))])
    start, end = begin[:-1], begin[1:] - 1
    at = start + nearest.piece - first
    along = gone[at] + (gone[at + 1] - gone[at]) * nearest.share - gone[start]
    total = gone[end] - gone[start]
    share: NDArray[np.float64] = np.clip(along / np.where(total > 0, total, 1.0), 0.0, 1.0)
    return share


def _foot(axis: NDArray[Any], nearest: Nearest) -> NDArray[np.float64]:
    here, there = axis[nearest.piece].astype(np.float64), axis[nearest.piece + 1]
    foot: NDArray[np.float64] = np.round((here + (there - here) * nearest.share) * SCALE, 7)
    return foot
