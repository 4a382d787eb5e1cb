"""Driving times under closures and the hour of the day."""

from collections.abc import Mapping, Sequence
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
class TimeOfDay:
    """Factors on driving time by road class between two seconds of the day (from inclusive, to exclusive)."""

    from_s: int
    to_s: int
    factors: Mapping[str, float]


SAMPLE_TIMES_OF_DAY: tuple[TimeOfDay, ...] = (
    TimeOfDay(
        7 * 3600,
        9 * 3600,
        {
            "motorway": 1.25,
            "trunk": 1.25,
            "primary": 1.2,
            "secondary": 1.2,
            "tertiary": 1.1,
            "residential": 1.05,
        },
    ),
    TimeOfDay(
        16 * 3600,
        18 * 3600 + 1800,
        {
            "motorway": 1.35,
            "trunk": 1.35,
            "primary": 1.3,
            "secondary": 1.25,
            "tertiary": 1.15,
            "residential": 1.05,
        },
    ),
)
"""Rush hours of a middling American town, to be replaced by what a district measures."""


def factors_at(table: Sequence[TimeOfDay], second_of_day: int) -> Mapping[str, float]:
    """The factors in force at a second of the day; none outside the table's times."""
    return next((row.factors for row in table if row.from_s <= second_of_day < row.to_s), {})


@dataclass(frozen=True, slots=True)
class Weights:
    """Milliseconds to drive each state, milliseconds of each turn with the arc it enters, closed segments."""

    state_ms: NDArray[np.int64]
    turn_ms: NDArray[np.uint32]
    closed: NDArray[np.bool_]


def weigh(roads: Roads, factors: Mapping[str, float], closures: Sequence[Closure]) -> Weights:
    """The weights of a view. Raises Problem `bad_input` for an unknown class or a bad factor or closure."""
    scale = np.ones(len(roads.classes))
    for name, factor in factors.items():
        if name not in roads.classes:
            known = ", ".join(roads.classes)
            raise Problem(
                "bad_input", field="factors", reason=f"there is no road class {name}; known: {known}"
            )
        if not 0.1 <= factor <= 20:
            raise Problem("bad_input", field=f"factors.{name}", reason="a factor lies between 0.1 and 20")
        scale[roads.classes.index(name)] = factor
    arrays = roads.arrays
    segment = arrays["state_segment"]
    state_ms = np.rint(arrays["state_ms"] * scale[arrays["road_class"][segment]]).astype(np.int64)
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
