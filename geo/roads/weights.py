"""Driving times under closures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyroutingkit import INF_WEIGHT

from workorders.problems import Problem

from .grid import find_nearest, pieces_in_boxes
from .network import Roads
from .segments import SCALE, Ints
from .values import LonLat

CLOSURE_REACH_METRES = 50.0
"""A single point closes the nearest street within this distance."""

Closure = Sequence[LonLat]
"""One point: the street segment there. A line: every segment it crosses. A ring (first point repeated at
the end): every segment that touches the area."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Milliseconds to drive each state, milliseconds of each turn with the arc it enters, closed segments."""

    state_ms: NDArray[np.int64]
    turn_ms: NDArray[np.uint32]
    closed: NDArray[np.bool_]


def weigh(roads: Roads, closures: Sequence[Closure]) -> Weights:
    """The weights of a view. Raises Problem `bad_input` for a closure that is nowhere."""
    arrays = roads.arrays
    segment = arrays["state_segment"]
    state_ms = arrays["state_ms"].astype(np.int64)
    closed = np.zeros(len(arrays["u"]), bool)
    for number, closure in enumerate(closures):
        closed[_closed_segments(roads, closure, f"closures[{number}]")] = True
    head = arrays["turn_head"]
    turn_ms = arrays["turn_penalty_ms"] + state_ms[head]
    turn_ms[closed[segment[head]]] = INF_WEIGHT
    return Weights(state_ms=state_ms, turn_ms=turn_ms.astype(np.uint32), closed=closed)


def _closed_segments(roads: Roads, closure: Closure, field: str) -> Ints:
    points = np.array(closure, np.float64).reshape(-1, 2) if len(closure) else np.empty((0, 2))
    if len(points) == 0 or not np.isfinite(points).all():
        raise Problem("bad_input", field=field, reason="a closure is a list of longitudes and latitudes")
    if len(points) == 1:
        everywhere = np.ones(len(roads.arrays["x"]), bool)
        nearest = find_nearest(roads.grid, points, CLOSURE_REACH_METRES, everywhere)
        if nearest.piece[0] < 0:
            reason = f"there is no street within {CLOSURE_REACH_METRES:.0f} m of the point"
            raise Problem("bad_input", field=field, reason=reason)
        return roads.segment_of_piece(nearest.piece)
    is_area = len(points) > 3 and (points[0] == points[-1]).all()
    shape: Any = shapely.make_valid(shapely.polygons(points)) if is_area else shapely.linestrings(points)
    bounds = tuple(np.array([edge]) for edge in shapely.bounds(shape))
    _, pieces = pieces_in_boxes(roads.grid, bounds)
    pieces = np.unique(pieces)
    ends = np.stack([pieces, pieces + 1], axis=1)
    places = np.stack([roads.arrays["x"][ends], roads.arrays["y"][ends]], axis=-1) * SCALE
    shapely.prepare(shape)
    return np.unique(roads.segment_of_piece(pieces[shapely.intersects(shape, shapely.linestrings(places))]))
