"""From points to places on open streets where a vehicle may stop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workorders.problems import Problem

from .grid import Nearest, find_nearest
from .roads import Roads
from .segments import SCALE, Ints, point_distances, slices
from .values import LonLat

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

    Raises Problem `stop_off_network` naming the points, by the names they are `called`, that lie farther
    than `max_metres` from all of them.
    """
    nearest = find_nearest(roads.grid, points, max_metres, usable)
    off = np.flatnonzero(nearest.piece < 0).tolist()
    if off:
        what = ", ".join(called[number] for number in off[:_NAMED_AT_MOST])
        if len(off) > _NAMED_AT_MOST:
            what += f" and {len(off) - _NAMED_AT_MOST} others"
        raise Problem("stop_off_network", what=what, max_metres=round(max_metres), positions=off)
    segment = roads.segment_of_piece(nearest.piece)
    return Snapped(
        segment=segment,
        share=_share_of_segment(roads.arrays, segment, nearest),
        metres=nearest.metres,
        lon=_foot(roads.arrays["x"], nearest),
        lat=_foot(roads.arrays["y"], nearest),
    )


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
