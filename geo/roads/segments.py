"""Cutting ways at junctions into segments: the stretches of street between two decisions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.distance import METRES_PER_DEGREE

from .extract import RawStreets, raw_arrays

Ints = NDArray[np.int64]
SCALE = 1e-7
"""Degrees in one unit of a stored coordinate."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Parallel arrays, one row a segment from junction `u` to junction `v` as its way is drawn.

    Its shape points are rows [shape_first[i], shape_first[i + 1]) of `x` and `y` (10⁻⁷ degrees).
    `forward_ms` and `backward_ms` are driving milliseconds along and against; 0 where not allowed.
    Junction arrays are indexed by junction number.
    """

    u: Ints
    v: Ints
    way_id: Ints
    metres: NDArray[np.float32]
    forward_ms: NDArray[np.uint32]
    backward_ms: NDArray[np.uint32]
    road_class: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    name: NDArray[np.int32]
    shape_first: Ints
    x: NDArray[np.int32]
    y: NDArray[np.int32]
    junction_id: Ints
    junction_x: Ints
    junction_y: Ints
    junction_signal: NDArray[np.bool_]
    junction_stop: NDArray[np.bool_]
    junction_blocked: NDArray[np.bool_]
    junction_gate: NDArray[np.bool_]


def cut_into_segments(raw: RawStreets) -> Segments:
    """Cut every way where streets meet, where a node delays or blocks, and once inside a loop that ends where
    it begins."""
    a = raw_arrays(raw)
    ids, place = np.unique(a["node_id"], return_inverse=True)
    marks = _node_marks(raw, ids)
    cut = _cuts(a["first"], place, np.any(list(marks.values()), axis=0))
    start, end, way = _pieces(a["first"], cut)
    loop = place[start] == place[end]
    cut[(start + end)[loop] // 2] = True
    start, end, way = _pieces(a["first"], cut)

    shape_first, rows = slices(start, end - start + 1)
    x, y = a["x"][rows], a["y"][rows]
    metres = _lengths(x, y, shape_first)
    at_cut = np.flatnonzero(cut)
    junctions = np.unique(place[at_cut])
    of_place = np.full(len(ids), -1, np.int64)
    of_place[junctions] = np.arange(len(junctions))
    first_seen = np.zeros(len(ids), np.int64)
    first_seen[place[at_cut]] = at_cut
    return Segments(
        u=of_place[place[start]],
        v=of_place[place[end]],
        way_id=a["way_id"][way].astype(np.int64),
        metres=metres.astype(np.float32),
        forward_ms=_milliseconds(metres, a["forward_kmh"][way]),
        backward_ms=_milliseconds(metres, a["backward_kmh"][way]),
        road_class=a["road_class"][way].astype(np.uint8),
        flags=a["flags"][way].astype(np.uint8),
        name=a["name"][way].astype(np.int32),
        shape_first=shape_first,
        x=x.astype(np.int32),
        y=y.astype(np.int32),
        junction_id=ids[junctions],
        junction_x=a["x"][first_seen[junctions]].astype(np.int64),
        junction_y=a["y"][first_seen[junctions]].astype(np.int64),
        junction_signal=marks["signal"][junctions],
        junction_stop=marks["stop_sign"][junctions],
        junction_blocked=marks["blocks"][junctions],
        junction_gate=marks["gate"][junctions],
    )


def slices(start: Ints, length: Ints) -> tuple[Ints, Ints]:
    """Offsets of consecutive slices and the rows [start, start + length) of each, one after the other."""
    first = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    rows = np.arange(first[-1]) - np.repeat(first[:-1] - start, length)
    return first, rows


def _node_marks(raw: RawStreets, ids: Ints) -> dict[str, NDArray[np.bool_]]:
    marks = {kind: np.zeros(len(ids), bool) for kind in ("signal", "stop_sign", "blocks", "gate")}
    if not raw.nodes:
        return marks
    marked = np.fromiter(raw.nodes, np.int64, len(raw.nodes))
    at = np.minimum(np.searchsorted(ids, marked), len(ids) - 1)
    on_road = ids[at] == marked
    for kind, mask in marks.items():
        values = np.fromiter((getattr(rules, kind) for rules in raw.nodes.values()), bool, len(marked))
        mask[at[on_road & values]] = True
    return marks


def _cuts(first: Ints, place: Ints, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    ends = np.zeros(len(place), bool)
    ends[first[:-1]] = True
    ends[first[1:] - 1] = True
    uses = np.bincount(place, minlength=len(marked))
    return ends | (uses[place] > 1) | marked[place]


def _pieces(first: Ints, cut: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """(first row, last row, way) of each piece between neighbouring cuts of one way."""
    at = np.flatnonzero(cut)
    way = np.searchsorted(first, at, side="right") - 1
    same = way[:-1] == way[1:]
    return at[:-1][same], at[1:][same], way[:-1][same]


def _lengths(x: NDArray[Any], y: NDArray[Any], shape_first: Ints) -> NDArray[np.float64]:
    steps = point_distances(x, y)
    steps[shape_first[1:-1] - 1] = 0.0
    metres: NDArray[np.float64] = np.add.reduceat(np.append(steps, 0.0), shape_first[:-1])
    return metres


def point_distances(x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float64]:
    """Metres from each point to the next (one fewer than points), on a locally flat earth."""
    lat = y.astype(np.float64) * SCALE
    east = np.diff(x.astype(np.float64) * SCALE) * np.cos(np.radians((lat[1:] + lat[:-1]) / 2))
    return np.hypot(east, np.diff(lat)) * METRES_PER_DEGREE


def _milliseconds(metres: NDArray[np.float64], kmh: NDArray[Any]) -> NDArray[np.uint32]:
    with np.errstate(divide="ignore"):
        ms = np.where(kmh > 0, metres * 3600 / kmh, 0)
    # At least a millisecond: 0 stands for "not allowed".
    return np.where(kmh > 0, np.clip(np.rint(ms), 1, 2**30), 0).astype(np.uint32)
