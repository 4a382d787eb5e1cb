"""Which streets a round trip can reach: the main strongly connected part, and what hangs on it."""

import numpy as np
from numpy.typing import NDArray

from .segments import Ints, slices

_PIVOTS = 200
"""Tries to hit the main part; it holds nearly all states of a real extract, so the first tries do."""

Mask = NDArray[np.bool_]


def reachable_states(tail: Ints, head: Ints, state_segment: Ints) -> Mask:
    """Marks the states of every segment that can be reached from the main part and left towards it.

    A stop may be reached in one direction and left in the other, so a segment's arcs are judged together:
    a street that restrictions let nobody enter from one end is still a way out.
    """
    count = len(state_segment)
    kept = np.ones(count, bool)
    while True:
        inside = kept[tail] & kept[head]
        ahead = _neighbours(tail[inside], head[inside], count)
        behind = _neighbours(head[inside], tail[inside], count)
        main = _main_component(ahead, behind, kept)
        to, back = _reach(ahead, main, kept), _reach(behind, main, kept)
        segments = int(state_segment.max(initial=-1)) + 1
        entered, left = np.zeros(segments, bool), np.zeros(segments, bool)
        entered[state_segment[to]] = True
        left[state_segment[back]] = True
        now = kept & (entered & left)[state_segment]
        if now.sum() == kept.sum() or main.sum() < 2:
            return now if main.sum() >= 2 else np.zeros(count, bool)
        kept = now


def _main_component(ahead: tuple[Ints, Ints], behind: tuple[Ints, Ints], within: Mask) -> Mask:
    """The largest strongly connected part that was found."""
    unassigned = within.copy()
    best = np.zeros(len(within), bool)
    rng = np.random.default_rng(0)
    for _ in range(_PIVOTS):
        left = np.flatnonzero(unassigned)
        if len(left) <= best.sum():
            break
        pivot = np.zeros(len(within), bool)
        pivot[rng.choice(left)] = True
        part = _reach(ahead, pivot, unassigned) & _reach(behind, pivot, unassigned)
        if part.sum() > best.sum():
            best = part
        unassigned &= ~part
    return best


def _neighbours(tail: Ints, head: Ints, count: int) -> tuple[Ints, Ints]:
    order = np.argsort(tail, kind="stable")
    return np.searchsorted(tail[order], np.arange(count + 1)), head[order]


def _reach(neighbours: tuple[Ints, Ints], start: Mask, within: Mask) -> Mask:
    first, to = neighbours
    reached = start.copy()
    frontier = np.flatnonzero(start)
    while len(frontier):
        _, rows = slices(first[frontier], first[frontier + 1] - first[frontier])
        found = to[rows]
        frontier = np.unique(found[within[found] & ~reached[found]])
        reached[frontier] = True
    return reached
