"""Turn restrictions on the graph of arcs and turns.

Every relation becomes banned sequences of arcs; a driver's way is lawful when none of them occurs in it.
A sequence of two arcs removes one turn. A longer one (restriction with a way as via) needs memory of how
a driver came: the arcs between are copied for those who came that way, and the copy lacks the banned
turn. Copies are further states that drive the same arc.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .extract import Restriction
from .segments import Ints, Segments
from .turns import Arcs, Turns

Sequence = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class States:
    """The turns between states. State s drives `arc[s]`; the first states are the arcs themselves."""

    arc: Ints
    turns: Turns


def banned_sequences(
    restrictions: list[Restriction], segments: Segments, arcs: Arcs
) -> tuple[set[Sequence], int]:
    """All banned sequences of arcs, and how many restrictions could not be placed on the map."""
    finder = _Finder(segments, arcs)
    banned: set[Sequence] = set()
    only: set[Sequence] = set()
    ignored = 0
    for restriction in restrictions:
        chains = set(finder.chains(restriction))
        ignored += not chains
        if restriction.only:
            only |= chains
        else:
            banned |= chains
    # Two "only" relations from the same street allow both ways on; everything else there is banned.
    allowed = {chain[: i + 1] for chain in only for i in range(len(chain))}
    for chain in only:
        for i in range(1, len(chain)):
            banned |= {other for other in finder.continuations(chain[:i]) if other not in allowed}
    return banned, ignored


class _Finder:
    """Finds the arcs that a restriction's members mean."""

    def __init__(self, segments: Segments, arcs: Arcs) -> None:
        self._segments, self._arcs = segments, arcs
        self._by_way = np.argsort(segments.way_id, kind="stable")
        self._way_ids = segments.way_id[self._by_way]

    def chains(self, restriction: Restriction) -> Iterator[Sequence]:
        """Every chain of arcs from a from-way over the via to a to-way that streets allow."""
        for from_way in restriction.from_ways:
            for to_way in restriction.to_ways:
                if restriction.via_ways:
                    yield from self._over_ways(from_way, restriction.via_ways, to_way)
                elif restriction.via_node is not None:
                    yield from self._over_node(from_way, restriction.via_node, to_way)

    def continuations(self, chain: Sequence) -> Iterator[Sequence]:
        """The chain followed by each arc that leaves where it ends."""
        junction = self._arcs.head[chain[-1]]
        first, last = self._arcs.leaving_first[junction], self._arcs.leaving_first[junction + 1]
        for arc in self._arcs.leaving[first:last].tolist():
            yield (*chain, arc)

    def _over_node(self, from_way: int, node: int, to_way: int) -> Iterator[Sequence]:
        junction = int(np.searchsorted(self._segments.junction_id, node))
        if junction == len(self._segments.junction_id) or self._segments.junction_id[junction] != node:
            return
        arriving = [arc for arc in self._way_arcs(from_way) if self._arcs.head[arc] == junction]
        leaving = [arc for arc in self._way_arcs(to_way) if self._arcs.tail[arc] == junction]
        # A way that runs through the via node leaves open which side is meant: nothing is guessed.
        if len(arriving) == 1 and len(leaving) == 1:
            yield (arriving[0], leaving[0])

    def _over_ways(self, from_way: int, via: tuple[int, ...], to_way: int) -> Iterator[Sequence]:
        middles: list[Sequence] = [()]
        for way in via:
            middles = [
                (*middle, *run)
                for middle in middles
                for run in self._through(way)
                if not middle or self._arcs.head[middle[-1]] == self._arcs.tail[run[0]]
            ]
        for middle in middles:
            before = [a for a in self._way_arcs(from_way) if self._arcs.head[a] == self._arcs.tail[middle[0]]]
            after = [a for a in self._way_arcs(to_way) if self._arcs.tail[a] == self._arcs.head[middle[-1]]]
            if len(before) == 1 and len(after) == 1:
                yield (before[0], *middle, after[0])

    def _through(self, way: int) -> Iterator[Sequence]:
        """The whole way along and against its drawing direction, where that may be driven."""
        rows = self._way_segments(way)
        for direction, ordered in ((0, rows), (1, rows[::-1])):
            run = self._arcs.of_segment[ordered, direction]
            if len(run) and (run >= 0).all():
                yield tuple(run.tolist())

    def _way_segments(self, way: int) -> Ints:
        first, last = np.searchsorted(self._way_ids, [way, way + 1])
        return self._by_way[first:last]

    def _way_arcs(self, way: int) -> list[int]:
        arcs = self._arcs.of_segment[self._way_segments(way)].ravel()
        return [int(arc) for arc in arcs if arc >= 0]


def apply_restrictions(banned: set[Sequence], arcs: Arcs, turns: Turns) -> States:
    """Take the banned turns away, adding copies of arcs where the ban depends on the way there."""
    count = len(arcs.segment)
    follow = _Follow(count, turns)
    for sequence in sorted(banned):
        # New copies of the first arc may appear while walking; they are states of that arc as well.
        for state in list(follow.states_of(sequence[0])):
            follow.forbid(state, sequence[1:])
    touched = np.array(sorted(follow.next), np.int64)
    keep = ~np.isin(turns.tail, touched)
    rows = [(s, t, ms) for s, following in sorted(follow.next.items()) for t, ms in following.values()]
    extra = np.array(rows, np.int64).reshape(-1, 3)
    tail = np.concatenate([turns.tail[keep], extra[:, 0]])
    order = np.argsort(tail, kind="stable")
    return States(
        arc=np.concatenate([np.arange(count), np.array(follow.copies, np.int64)]),
        turns=Turns(
            tail=tail[order],
            head=np.concatenate([turns.head[keep], extra[:, 1]])[order],
            penalty_ms=np.concatenate([turns.penalty_ms[keep], extra[:, 2].astype(np.uint32)])[order],
        ),
    )


class _Follow:
    """What follows each state that a restriction touches: arc → (state, penalty in ms)."""

    def __init__(self, count: int, turns: Turns) -> None:
        self._count, self._turns = count, turns
        self.next: dict[int, dict[int, tuple[int, int]]] = {}
        self.copies: list[int] = []
        self._copies_of: dict[int, list[int]] = {}

    def states_of(self, arc: int) -> list[int]:
        return [arc, *self._copies_of.get(arc, [])]

    def forbid(self, state: int, rest: Sequence) -> None:
        """Forbid driving the arcs `rest` after `state`."""
        for arc in rest[:-1]:
            following = self._following(state)
            if arc not in following:
                return
            target, penalty = following[arc]
            copy = self._copy(target, arc)
            following[arc] = (copy, penalty)
            state = copy
        self._following(state).pop(rest[-1], None)

    def _following(self, state: int) -> dict[int, tuple[int, int]]:
        if state not in self.next:
            first, last = np.searchsorted(self._turns.tail, [state, state + 1])
            heads = self._turns.head[first:last].tolist()
            penalties = self._turns.penalty_ms[first:last].tolist()
            self.next[state] = {h: (h, ms) for h, ms in zip(heads, penalties, strict=True)}
        return self.next[state]

    def _copy(self, state: int, arc: int) -> int:
        copy = self._count + len(self.copies)
        self.copies.append(arc)
        self._copies_of.setdefault(arc, []).append(copy)
        self.next[copy] = dict(self._following(state))
        return copy
