"""The contraction order of the turn-aware graph.

A small cut through the streets makes a good hierarchy, and a cut street is two arcs whatever turns meet at
its ends. So the order is computed on the plain streets, where each street is a chain that is cheap to cut
in its middle and dear at its ends, and every arc takes its street's place. Compared with ordering the
turns directly this halves the search space. The idea is that of Buchhold, Wagner, Zeitz and Zündorf,
"Customizable Contraction Hierarchies with Turn Costs" (2020).
"""

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyroutingkit import CCHTopology

from .segments import SCALE, Ints

_DEAR = 3
"""Parallel edges between a street and its ends, so that a minimum cut goes through the street's middle."""


def contraction_order(u: Ints, v: Ints, x: Ints, y: Ints, state_segment: Ints) -> NDArray[np.uint32]:
    """The states in the order in which they are contracted.

    `u` and `v` are the segments' junctions, `x` and `y` the junctions' places (10⁻⁷ degrees).
    """
    junctions, segments = len(x), len(u)
    near_u = junctions + np.arange(segments)
    near_v = near_u + segments
    tail = np.concatenate([np.tile(u, _DEAR), near_u, np.tile(near_v, _DEAR)])
    head = np.concatenate([np.tile(near_u, _DEAR), near_v, np.tile(v, _DEAR)])
    # Relative to the middle: a float32 longitude alone resolves only about a metre.
    lon = (x - np.median(x)) * SCALE * np.cos(np.radians(np.median(y) * SCALE))
    lat = (y - np.median(y)) * SCALE
    topology = CCHTopology()
    topology.build(
        tail.astype(np.uint32),
        head.astype(np.uint32),
        _with_streets(lat, u, v),
        _with_streets(lon, u, v),
        junctions + 2 * segments,
    )
    with tempfile.TemporaryDirectory(prefix="curbstop-order-") as folder:
        topology.save(folder)
        rank = np.fromfile(Path(folder) / "rank", np.uint32)
    place = np.maximum(rank[near_u], rank[near_v])
    return np.argsort(place[state_segment], kind="stable").astype(np.uint32)


def _with_streets(at: NDArray[np.float64], u: Ints, v: Ints) -> NDArray[np.float32]:
    third = (at[v] - at[u]) / 3
    return np.concatenate([at, at[u] + third, at[v] - third]).astype(np.float32)


def load_topology(
    order: NDArray[np.uint32], tail: NDArray[np.uint32], head: NDArray[np.uint32], departures: Ints
) -> CCHTopology:
    """The hierarchy for an order and the turns between states. The engine reads it from a folder only.

    Row k of `departures` (shape (k, 2)) adds a state from which the two named states can be entered, so that
    one search may start in both directions of a street. Nothing leads into it: it is contracted first.
    """
    added = np.arange(len(order), len(order) + len(departures), dtype=np.uint32)
    full_order = np.concatenate([added, order])
    rank = np.empty(len(full_order), np.uint32)
    rank[full_order] = np.arange(len(full_order), dtype=np.uint32)
    named = {
        "order": full_order,
        "rank": rank,
        "tail": np.concatenate([tail, np.repeat(added, 2)]),
        "head": np.concatenate([head, departures.ravel().astype(np.uint32)]),
        "node_count": np.array([len(full_order)], np.uint32),
    }
    with tempfile.TemporaryDirectory(prefix="curbstop-roads-") as folder:
        for name, values in named.items():
            values.tofile(Path(folder) / name)
        topology = CCHTopology()
        topology.load(folder)
    return topology
