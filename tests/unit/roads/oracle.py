"""Two independent answers to "how long does it take?": slow, simple, written without the engine.

`plain_row` is Dijkstra's algorithm on the network's own turns. `LawfulDriver` starts from the map as it was
drawn: he drives arcs one by one and remembers how he came, so that every restriction is judged as it reads.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geo.roads import UNREACHABLE, LonLat, RoadNetwork
from geo.roads.streets_pbf import StreetRelation
from tests.unit.roads.maps import Map

CLOSED = 2**31 - 1
"""The engine's weight of a turn that may not be made."""

Arc = tuple[int, int, int]
"""A two-node street driven one way: (way id, from node, to node)."""


def plain_times(network: RoadNetwork, start_ms: dict[int, int]) -> list[float]:
    """Milliseconds from the start (states with the milliseconds to their end) to the end of every state."""
    heads = network._roads.arrays["turn_head"].tolist()
    first, turn_ms = network._roads.turn_first.tolist(), network._weights.turn_ms.tolist()
    best = [float(start_ms.get(state, math.inf)) for state in range(len(first) - 1)]
    heap = [(ms, state) for state, ms in start_ms.items()]
    heapq.heapify(heap)
    while heap:
        ms, state = heapq.heappop(heap)
        if ms > best[state]:
            continue
        for row in range(first[state], first[state + 1]):
            following, then = heads[row], ms + turn_ms[row]
            if turn_ms[row] < CLOSED and then < best[following]:
                best[following] = then
                heapq.heappush(heap, (then, following))
    return best


class PlainTimes:
    """`plain_times` for many starts: the turns are laid out once, and a heap entry is one number."""

    def __init__(self, network: RoadNetwork) -> None:
        first, turn_ms = network._roads.turn_first.tolist(), network._weights.turn_ms.tolist()
        heads = network._roads.arrays["turn_head"].tolist()
        self._turns = [
            [(turn_ms[row], heads[row]) for row in range(begin, end) if turn_ms[row] < CLOSED]
            for begin, end in pairwise(first)
        ]

    def __call__(self, start_ms: dict[int, int], until: Collection[int] = ()) -> list[float]:
        """Milliseconds from the start to the end of every state, or at least of those in `until`."""
        missing = set(until) or {-1}
        best = [math.inf] * len(self._turns)
        heap = [(ms << 32) | state for state, ms in start_ms.items()]
        heapq.heapify(heap)
        for state, ms in start_ms.items():
            best[state] = ms
        push, pop, turns = heapq.heappush, heapq.heappop, self._turns
        while heap:
            entry = pop(heap)
            ms, state = entry >> 32, entry & 0xFFFF_FFFF
            if ms > best[state]:
                continue
            missing.discard(state)
            if not missing:
                break
            for turn, following in turns[state]:
                then = ms + turn
                if then < best[following]:
                    best[following] = then
                    push(heap, (then << 32) | following)
        return best


def plain_row(
    network: RoadNetwork,
    points: Sequence[LonLat],
    row: int,
    *,
    times: PlainTimes | None = None,
    targets: Sequence[int] | None = None,
) -> list[int]:
    """One row of the travel-time matrix, in whole seconds, by Dijkstra's algorithm; all of it, or `targets`.

    Being at a point on an arc means having its end still ahead; so the time to a point is the time to the
    end of the arc less what is left of it. A target on the start's own arc but behind it needs the time
    of coming round again, which a search from the arcs that follow gives.
    """
    roads, times = network._roads, times or PlainTimes(network)
    wanted = range(len(points)) if targets is None else targets
    places = network._stops(np.array([points[row], *(points[at] for at in wanted)]), 500.0)
    arcs = [
        [(side, int(places.state[at, side])) for side in (0, 1) if places.state[at, side] >= 0]
        for at in range(len(wanted) + 1)
    ]
    start_ms = {state: int(places.rest_ms[0, side]) for side, state in arcs[0]}
    ends = {state: (state, *roads.twins.get(state, ())) for at in arcs[1:] for _, state in at}
    until = {end for each in ends.values() for end in each}
    best, again = times(start_ms, until), None
    found = []
    for at, place in enumerate(wanted, start=1):
        ways = [math.inf] if place != row else [0.0]
        for side, state in arcs[at]:
            left, found_ms = int(places.rest_ms[at, side]), best
            if state in start_ms and left > start_ms[state]:
                found_ms = again = again or times(_one_turn_on(network, start_ms), until)
            ways += [found_ms[end] - left for end in ends[state]]
        found.append(UNREACHABLE if math.isinf(min(ways)) else round(min(ways) / 1000))
    return found


def _one_turn_on(network: RoadNetwork, start_ms: dict[int, int]) -> dict[int, int]:
    heads, turn_ms = network._roads.arrays["turn_head"], network._weights.turn_ms
    ahead: dict[int, int] = {}
    for state, ms in start_ms.items():
        for turn in network._roads.turn_rows(state):
            if turn_ms[turn] < CLOSED:
                following = int(heads[turn])
                ahead[following] = min(ahead.get(following, CLOSED), ms + int(turn_ms[turn]))
    return ahead


class LawfulDriver:
    """Drives a map of two-node streets at 36 km/h, obeying every sign by its wording."""

    def __init__(self, town: Map, streets: Iterable[int], *, u_turn_s: float, dead_end_turn_s: float) -> None:
        self._town, self._u_turn_s, self._dead_end_turn_s = town, u_turn_s, dead_end_turn_s
        self._ways = {way.id: way for way in town.ways}
        self._degree = Counter(node for way in town.ways for node in way.nodes)
        self._blocked = {node for node, tags in town.node_tags.items() if tags.get("barrier") == "bollard"}
        arcs = [arc for way in town.ways for arc in self._arcs(way.id)]
        self._signs = list(self._read_signs(arcs))
        kept = set(streets)
        self._leaving = defaultdict(list)
        for arc in arcs:
            if arc[0] in kept:
                self._leaving[arc[1]].append(arc)

    def seconds(self, start: int, end: int) -> float:
        """From the middle of one street to the middle of another, leaving in either direction."""
        heap: list[tuple[float, bool, tuple[Arc, ...]]] = []
        for arc in self._arcs(start):
            heapq.heappush(heap, (self._seconds(arc) / 2, start == end, (arc,)))
        if start == end:
            return 0.0
        done = set()
        while heap:
            seconds, there, history = heapq.heappop(heap)
            if there:
                return seconds
            if history in done:
                continue
            done.add(history)
            for arc in self._leaving[history[-1][2]]:
                turning = self._turning(history, arc)
                if turning is not None:
                    begun = seconds + turning
                    if arc[0] == end:
                        heapq.heappush(heap, (begun + self._seconds(arc) / 2, True, (arc,)))
                    heapq.heappush(heap, (begun + self._seconds(arc), False, (*history[-2:], arc)))
        return math.inf

    def _arcs(self, way: int) -> list[Arc]:
        a, b = self._ways[way].nodes
        oneway = self._ways[way].tags.get("oneway", "no")
        return [(way, a, b)] * (oneway != "-1") + [(way, b, a)] * (oneway != "yes")

    def _seconds(self, arc: Arc) -> float:
        return math.dist(self._town.places[arc[1]], self._town.places[arc[2]]) / 10

    def _turning(self, history: tuple[Arc, ...], arc: Arc) -> float | None:
        """Seconds of the turn, None where it is not allowed."""
        last, node = history[-1], arc[1]
        around = last[0] == arc[0]
        if any(sign.forbids(history, arc) for sign in self._signs):
            return None
        if node in self._blocked or self._degree[node] == 1:
            return self._dead_end_turn_s if around else None
        if around:
            return self._u_turn_s if self._degree[node] > 2 else None
        return 0.0

    def _read_signs(self, arcs: list[Arc]) -> Iterator["Sign"]:
        only = set()
        for relation in self._town.relations:
            chains = list(_chains(relation, arcs))
            if relation.tags["restriction"].startswith("no_"):
                yield from (Sign(chain[:-1], forbidden=frozenset(chain[-1:])) for chain in chains)
            else:
                only |= set(chains)
        for chain in only:
            for length in range(1, len(chain)):
                before = chain[:length]
                allowed = {
                    other[length] for other in only if other[:length] == before and len(other) > length
                }
                yield Sign(before, allowed=frozenset(allowed))


@dataclass(frozen=True)
class Sign:
    """Who came over these arcs may not drive a forbidden one next, or any but the allowed ones."""

    before: tuple[Arc, ...]
    forbidden: frozenset[Arc] = frozenset()
    allowed: frozenset[Arc] | None = None

    def forbids(self, history: tuple[Arc, ...], arc: Arc) -> bool:
        """Does the sign speak to this driver, and against this arc?"""
        if history[-len(self.before) :] != self.before:
            return False
        return arc in self.forbidden or (self.allowed is not None and arc not in self.allowed)


def _chains(relation: StreetRelation, arcs: list[Arc]) -> Iterator[tuple[Arc, ...]]:
    """Every chain of arcs from the from-street over the via to the to-street."""
    start, *via, end = (member for member in relation.members)
    for first in (arc for arc in arcs if arc[0] == start[1]):
        for last in (arc for arc in arcs if arc[0] == end[1]):
            if via[0][0] == "n":
                if first[2] == via[0][1] == last[1]:
                    yield (first, last)
                continue
            for middle in (arc for arc in arcs if arc[0] == via[0][1]):
                if first[2] == middle[1] and middle[2] == last[1]:
                    yield (first, middle, last)
