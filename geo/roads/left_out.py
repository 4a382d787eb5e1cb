"""Streets that no round trip reaches: islands, gaps in the map, oneways without a way back.

They are counted and named when a network is built. The shapes of those that nothing leads to stay in it: a
stop there must not be served across the water from the nearest street of the main part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .extract import MAY_STOP
from .grid import Grid, build_grid
from .profile import CLASS_CODE
from .segments import SCALE, Ints, Segments, slices
from .values import LeftOutPart

PARTS_NAMED = 20
"""Only the largest parts are named one by one; a county has hundreds of loose driveways."""
_BY_THE_WAY = np.array([CLASS_CODE[c] for c in ("service", "alley", "driveway", "parking_aisle", "track")])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Segments that are not in the network (`rows`), the number of each one's connected part, and which parts
    touch the network nowhere."""

    rows: Ints
    part: Ints
    apart: NDArray[np.bool_]


def left_out_of(segments: Segments, kept: NDArray[np.bool_]) -> LeftOut:
    """What is left out when the segments `kept` are the network."""
    rows = np.flatnonzero(~kept)
    part = _connected(segments.u[rows], segments.v[rows])
    reached = np.zeros(len(segments.junction_id), bool)
    reached[segments.u[kept]] = reached[segments.v[kept]] = True
    apart = np.ones(int(part.max(initial=-1)) + 1, bool)
    apart[part[reached[segments.u[rows]] | reached[segments.v[rows]]]] = False
    return LeftOut(rows, part, apart)


def parts_left_out(segments: Segments, left_out: LeftOut, names: Sequence[str]) -> list[LeftOutPart]:
    """The connected parts, the one with the most segments first."""
    found = []
    order = np.argsort(left_out.part, kind="stable")
    _, first = np.unique(left_out.part[order], return_index=True)
    for number, part in enumerate(np.split(order, first[1:]) if len(order) else []):
        its = left_out.rows[part]
        longest = int(its[np.argmax(segments.metres[its])])
        named = its[segments.name[its] > 0]
        middle = (int(segments.shape_first[longest]) + int(segments.shape_first[longest + 1])) // 2
        found.append(
            LeftOutPart(
                segments=len(its),
                metres=round(float(segments.metres[its].sum(dtype=np.float64))),
                lon=round(int(segments.x[middle]) * SCALE, 6),
                lat=round(int(segments.y[middle]) * SCALE, 6),
                street=names[int(segments.name[named[0]])] if len(named) else "",
                apart=bool(left_out.apart[number]),
            )
        )
    return sorted(found, key=lambda one: (-one.segments, -one.metres, one.lon, one.lat))


def _connected(u: Ints, v: Ints) -> Ints:
    """The number of its connected part, from 0, for each segment from junction u to junction v."""
    junctions, ends = np.unique(np.concatenate([u, v]), return_inverse=True)
    parent = list(range(len(junctions)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = at = parent[parent[at]]
        return at

    half = len(u)
    for a, b in zip(ends[:half].tolist(), ends[half:].tolist(), strict=True):
        parent[root(a)] = root(b)
    roots = np.array([root(at) for at in ends[:half].tolist()], np.int64)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def shapes_left_out(segments: Segments, left_out: LeftOut) -> dict[str, Any]:
    """The file's arrays for streets that nothing leads to: all their points, and an index of their pieces.

    Driveways, alleys and tracks are not among them: a loose one is a slip of the map far more often than a
    place that cannot be reached.
    """
    street = np.zeros(len(segments.u), bool)
    street[left_out.rows[left_out.apart[left_out.part]]] = True
    street &= ((segments.flags & MAY_STOP) > 0) & ~np.isin(segments.road_class, _BY_THE_WAY)
    length = np.diff(segments.shape_first)[street]
    first, rows = slices(segments.shape_first[:-1][street], length)
    x, y = segments.x[rows], segments.y[rows]
    starts = np.ones(len(x), bool)
    starts[first[1:] - 1] = False
    grid = build_grid(x, y, np.flatnonzero(starts)) if len(x) else None
    return {
        "away_x": x,
        "away_y": y,
        "away_key": grid.key if grid else np.empty(0, np.int64),
        "away_first": grid.first if grid else np.zeros(1, np.int64),
        "away_piece": grid.piece if grid else np.empty(0, np.int32),
    }


def grid_left_out(arrays: dict[str, NDArray[Any]]) -> Grid | None:
    """The index of streets left out; None where there are none, or the file is older than this."""
    if not len(arrays.get("away_piece", ())):
        return None
    return Grid(*(arrays[f"away_{name}"] for name in ("key", "first", "piece", "x", "y")))
