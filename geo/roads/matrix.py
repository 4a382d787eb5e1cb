"""Travel times between all pairs of places on streets."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .hierarchy import FAR, Hierarchy, Starts, workers
from .network import Roads
from .segments import Ints
from .weights import Weights

UNREACHABLE = 1_000_000
"""Seconds (11 days) for a pair that closures cut apart: beyond any plan, yet thousands add up in 32 bits."""

_ROWS = 128
"""Places whose rows are computed at once: keeps every thread busy and the working arrays small."""


@dataclass(frozen=True, slots=True)
class Places:
    """Points on segments. Columns of (n, 2) arrays are the directions along and against the segment."""

    segment: Ints
    share: NDArray[np.float64]
    state: Ints
    """The state that passes the point, −1 where that direction is not allowed."""
    rest_ms: Ints
    """Milliseconds from the point to the end of that state's arc."""

    def one(self, at: int) -> "Places":
        """The place at that position, alone."""
        part = slice(at, at + 1)
        return Places(self.segment[part], self.share[part], self.state[part], self.rest_ms[part])

    @classmethod
    def of(cls, parts: Sequence["Places"]) -> "Places":
        """All places of the parts, in their order."""
        return cls(
            segment=np.concatenate([part.segment for part in parts]),
            share=np.concatenate([part.share for part in parts]),
            state=np.concatenate([part.state for part in parts]),
            rest_ms=np.concatenate([part.rest_ms for part in parts]),
        )


def make_places(roads: Roads, weights: Weights, segment: Ints, share: NDArray[np.float64]) -> Places:
    """Places from segments and the shares along them."""
    state = roads.plain[segment]
    left = np.stack([1.0 - share, share], axis=1)
    rest = np.rint(weights.state_ms[state] * left).astype(np.int64)
    return Places(segment=segment, share=share, state=state, rest_ms=rest)


def travel_seconds(roads: Roads, hierarchy: Hierarchy, places: Places) -> NDArray[np.int32]:
    """Whole seconds (rounded) from every place to every place. A stop may be left in either direction."""
    best = _all_pairs(roads, hierarchy, places, _Aims(roads, places))

    def near(rows: Ints) -> None:
        best[np.ix_(rows, rows)] = _on_one_segment(roads, hierarchy, places, rows)

    _spread(near, [rows for rows in _groups(places.segment) if len(rows) > 1], len(best))
    np.fill_diagonal(best, 0)
    return _seconds(best)


def spoke_seconds(
    roads: Roads, hierarchy: Hierarchy, hubs: Places, places: Places
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Whole seconds from each of a few places, the `hubs` (rows), to each of `places`, and the ways back
    ([place, hub])."""
    to = _all_pairs(roads, hierarchy, hubs, _Aims(roads, places))
    back = _all_pairs(roads, hierarchy, places, _Aims(roads, hubs))
    for hub, segment in enumerate(hubs.segment.tolist()):
        near = np.flatnonzero(places.segment == segment)
        if len(near):
            shared = Places.of([hubs.one(hub), *(places.one(at) for at in near.tolist())])
            times = _on_one_segment(roads, hierarchy, shared, np.arange(len(near) + 1))
            to[hub, near], back[near, hub] = times[0, 1:], times[1:, 0]
    return _seconds(to), _seconds(back)


def _seconds(ms: Ints) -> NDArray[np.int32]:
    return np.where(ms < FAR // 2, np.rint(ms / 1000), UNREACHABLE).astype(np.int32)


class _Aims:
    """Where searches end: the states that pass some places, each once, with their twins."""

    def __init__(self, roads: Roads, places: Places) -> None:
        states, column = np.unique(places.state, return_inverse=True)
        self._column = column.reshape(-1, 2)
        self.count = len(self._column)
        self._states = len(states)
        twins = [
            (at, twin) for at, state in enumerate(states.tolist()) for twin in roads.twins.get(state, ())
        ]
        self._twin_of = [at for at, _ in twins]
        self._searched = np.concatenate(
            [np.maximum(states, 0), np.array([twin for _, twin in twins], np.int64)]
        )
        # What is left to drive on the arc after the place; FAR is taken off twice where it is not allowed.
        self._unused = np.where(places.state < 0, -FAR, places.rest_ms)

    def ms_from(self, hierarchy: Hierarchy, starts: Starts) -> Ints:
        """Milliseconds from each start to each place."""
        found = hierarchy.times(starts, self._searched)
        for extra, at in enumerate(self._twin_of, start=self._states):
            found[:, at] = np.minimum(found[:, at], found[:, extra])
        along = found[:, self._column[:, 0]] - self._unused[:, 0]
        return np.minimum(along, found[:, self._column[:, 1]] - self._unused[:, 1])


def _all_pairs(roads: Roads, hierarchy: Hierarchy, sources: Places, aims: _Aims) -> Ints:
    """Milliseconds from every source (row) to every aim, wrong for two places on one segment."""
    times = np.full((len(sources.segment), aims.count), FAR, np.int64)

    def fill(rows: Ints) -> None:
        both = roads.departure[sources.segment[rows]] >= 0
        rows = np.concatenate([rows[both], rows[~both]])
        times[rows] = aims.ms_from(hierarchy, _starts(roads, sources, rows, int(both.sum())))

    _spread(fill, list(_chunks(sources.segment)), times.size // _ROWS)
    return times


def _spread(work: Callable[[Ints], None], portions: Sequence[Ints], size: int) -> None:
    """Do the portions in several threads, unless there is less to do than starting threads costs."""
    if size <= _ROWS:
        for rows in portions:
            work(rows)
        return
    with workers() as pool:
        list(pool.map(work, portions))


def _starts(roads: Roads, places: Places, rows: Ints, both: int) -> Starts:
    """The first `both` rows may leave in both directions, the others in the one that is allowed."""
    single = np.argmax(places.state[rows[both:]] >= 0, axis=1)
    return Starts(
        departure=roads.departure[places.segment[rows[:both]]],
        departure_ms=places.rest_ms[rows[:both]],
        state=places.state[rows[both:], single],
        state_ms=places.rest_ms[rows[both:], single],
    )


def _groups(segment: Ints) -> list[Ints]:
    """The places by segment."""
    order = np.argsort(segment, kind="stable")
    _, first = np.unique(segment[order], return_index=True)
    return np.split(order, first[1:])


def _chunks(segment: Ints) -> Iterator[Ints]:
    """All places in portions in which no segment appears twice: a departure serves one start at a time."""
    turn = np.empty(len(segment), np.int64)
    for rows in _groups(segment):
        turn[rows] = np.arange(len(rows))
    for number in range(int(turn.max(initial=-1)) + 1):
        rows = np.flatnonzero(turn == number)
        yield from np.array_split(rows, -(-len(rows) // _ROWS))


def _on_one_segment(roads: Roads, hierarchy: Hierarchy, places: Places, rows: Ints) -> Ints:
    """Milliseconds between places on one segment: straight on, or away and back by any way."""
    best = np.full((len(rows), len(rows)), FAR, np.int64)
    states, rest, share = places.state[rows[0]], places.rest_ms[rows], places.share[rows]
    for leave in (0, 1):
        for arrive in (0, 1):
            source, target = int(states[leave]), int(states[arrive])
            if source < 0 or target < 0:
                continue
            spare = rest[:, leave][:, None] - rest[:, arrive][None, :]
            if leave == arrive:
                ahead = share[None, :] >= share[:, None] if leave == 0 else share[None, :] <= share[:, None]
                best = np.where(ahead, np.minimum(best, spare), best)
                around = hierarchy.loop(source)[0]
            else:
                aims = (target, *roads.twins.get(target, ()))
                around = min(hierarchy.route(source, aim)[0] for aim in aims)
            best = np.minimum(best, spare + around)
    return best
