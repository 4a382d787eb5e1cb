"""Travel times between all pairs of places on streets."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .hierarchy import FAR, Hierarchy, workers
from .roads import Roads
from .segments import Ints
from .weights import Weights

UNREACHABLE = 1_000_000
"""Seconds (11 days) for a pair that closures cut apart: beyond any plan, yet thousands add up in 32 bits."""

_ROWS = 128
"""Points whose rows are computed at once: keeps every thread busy and the working arrays small."""


@dataclass(frozen=True, slots=True)
class Places:
    """Points on segments. Columns of (n, 2) arrays are the directions along and against the segment."""

    segment: Ints
    share: NDArray[np.float64]
    state: Ints
    """The state that passes the point, −1 where that direction is not allowed."""
    rest_ms: Ints
    """Milliseconds from the point to the end of that state's arc."""


def make_places(roads: Roads, weights: Weights, segment: Ints, share: NDArray[np.float64]) -> Places:
    """Places from segments and the shares along them."""
    state = roads.plain[segment]
    left = np.stack([1.0 - share, share], axis=1)
    rest = np.rint(weights.state_ms[state] * left).astype(np.int64)
    return Places(segment=segment, share=share, state=state, rest_ms=rest)


def travel_seconds(roads: Roads, hierarchy: Hierarchy, places: Places) -> NDArray[np.int32]:
    """Whole seconds (rounded) from every place to every place. A stop may be left in either direction."""
    count = len(places.segment)
    out = np.zeros((count, count), np.int32)
    targets, column = np.unique(places.state, return_inverse=True)
    column = column.reshape(count, 2)
    twins = [(at, twin) for at, state in enumerate(targets.tolist()) for twin in roads.twins.get(state, ())]
    searched = np.concatenate([np.maximum(targets, 0), np.array([twin for _, twin in twins], np.int64)])
    loops = _loops(hierarchy, places)

    def fill(first: int) -> None:
        rows = np.arange(first, min(first + _ROWS, count))
        sources, line = np.unique(places.state[rows], return_inverse=True)
        found = hierarchy.times(np.maximum(sources, 0), searched)
        for extra, (at, _) in enumerate(twins, start=len(targets)):
            found[:, at] = np.minimum(found[:, at], found[:, extra])
        best = _combine(places, rows, found, line.reshape(len(rows), 2), column, loops)
        out[rows] = np.where(best < FAR // 2, np.rint(best / 1000), UNREACHABLE)

    with workers() as pool:
        list(pool.map(fill, range(0, count, _ROWS)))
    return out


def _combine(places: Places, rows: Ints, found: Ints, line: Ints, column: Ints, loops: Ints) -> NDArray[Any]:
    """The best of the four ways to leave in one direction and arrive in the other."""
    best = np.full((len(rows), len(places.segment)), FAR, np.int64)
    same = places.segment[rows][:, None] == places.segment[None, :]
    for leave in (0, 1):
        for arrive in (0, 1):
            rest = np.where(places.state[:, arrive] < 0, -FAR, places.rest_ms[:, arrive])
            start = np.where(places.state[rows, leave] < 0, FAR, places.rest_ms[rows, leave])
            ms = start[:, None] + found[np.ix_(line[:, leave], column[:, arrive])] - rest[None, :]
            if leave == arrive:
                passed = same & _already_passed(places, rows, leave)
                ms = np.where(passed, start[:, None] + loops[:, arrive][None, :] - rest[None, :], ms)
            np.minimum(best, ms, out=best)
    return best


def _already_passed(places: Places, rows: Ints, direction: int) -> NDArray[np.bool_]:
    here, there = places.share[rows][:, None], places.share[None, :]
    return there < here if direction == 0 else there > here


def _loops(hierarchy: Hierarchy, places: Places) -> Ints:
    """Per place and direction, the loop back to its arc where another place shares the segment."""
    loops = np.full(places.state.shape, FAR, np.int64)
    _, of, times = np.unique(places.segment, return_inverse=True, return_counts=True)
    for place in np.flatnonzero(times[of] > 1).tolist():
        for direction in (0, 1):
            if (state := int(places.state[place, direction])) >= 0:
                loops[place, direction] = hierarchy.loop_ms(state)
    return loops
