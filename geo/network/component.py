"""The main strongly connected part of a graph: from each of its states every other can be reached."""

import numpy as np
from numpy.typing import NDArray

from .segments import Ints, slices

_PIVOTS = 200
"""Tries to hit the main part; it holds nearly all states of a real extract, so the first tries do."""


def main_component(tail: Ints, head: Ints, count: int) -> NDArray[np.bool_]:
    """Marks the states of the largest strongly connected part that was found."""
    ahead = _neighbours(tail, head, count)
    behind = _neighbours(head, tail, count)
    unassigned = np.ones(count, bool)
    best = np.zeros(count, bool)
    rng = np.random.default_rng(0)
    for _ in range(_PIVOTS):
        left = np.flatnonzero(unassigned)
        if len(left) <= best.sum():
            break
        pivot = int(rng.choice(left))
        part = _reach(ahead, pivot, unassigned) & _reach(behind, pivot, unassigned)
        if part.sum() > best.sum():
            best = part
        unassigned &= ~part
    return best


def _neighbours(tail: Ints, head: Ints, count: int) -> tuple[Ints, Ints]:
    order = np.argsort(tail, kind="stable")
    return np.searchsorted(tail[order], np.arange(count + 1)), head[order]


def _reach(neighbours: tuple[Ints, Ints], start: int, within: NDArray[np.bool_]) -> NDArray[np.bool_]:
    first, to = neighbours
    reached = np.zeros(len(within), bool)
    reached[start] = True
    frontier = np.array([start])
    while len(frontier):
        _, rows = slices(first[frontier], first[frontier + 1] - first[frontier])
        found = to[rows]
        frontier = np.unique(found[within[found] & ~reached[found]])
        reached[frontier] = True
    return reached
