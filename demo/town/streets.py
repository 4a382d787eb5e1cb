"""The street graph as OpenStreetMap-like nodes and ways, with signals, turning circles, bridges and signs."""

import random
from collections.abc import Collection
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from .board import DrawingBoard, Line
from .noding import Graph
from .sheet import Sheet
from .signs import add_signs
from .warp import lonlat

_MAIN = ("primary", "secondary")
_SIGNED_JUNCTIONS = 8


def draw_streets(
    sheet: Sheet, graph: Graph, ground: NDArray[np.float64], board: DrawingBoard, rng: random.Random
) -> None:
    """Put the graph on the sheet."""
    passes, ends, main = _uses(graph)
    crossings = np.flatnonzero((main > 1) & (ends == 0)).tolist()
    signed = set(rng.sample(crossings, min(_SIGNED_JUNCTIONS, len(crossings))))
    turning = ((ends == 1) & (passes == 1)).tolist()
    town, places, ids = board.whole().polygon(), lonlat(ground), {}
    for node in np.flatnonzero(passes).tolist():
        tags = {"highway": "traffic_signals"} if main[node] > 1 else {}
        # Where a road leaves town it goes on; only inside does it end in a turning circle.
        if turning[node] and town.contains(shapely.Point(graph.places[node])):
            tags = {"highway": "turning_circle"}
        ids[node] = sheet.node(places[node], tags)
    for line, nodes in graph.lines:
        name = {"name": line.name} if line.name else {}
        for part, bridge in _parts(graph, board, line, nodes, signed):
            over = {"bridge": "yes", "layer": "1"} if bridge else {}
            sheet.way([ids[node] for node in part], name | dict(line.tags) | over)
    add_signs(sheet, sorted(ids[node] for node in signed))


def _uses(graph: Graph) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Per node: how often lines pass or end there, how many lines end there, how many main roads pass."""
    passes, ends, main = np.zeros((3, len(graph.places)), np.int64)
    for line, nodes in graph.lines:
        np.add.at(passes, nodes, 1)
        if nodes[0] != nodes[-1]:
            ends[[nodes[0], nodes[-1]]] += 1
        main[nodes] += line.tags["highway"] in _MAIN
    return passes, ends, main


def _parts(
    graph: Graph, board: DrawingBoard, line: Line, nodes: list[int], signed: Collection[int]
) -> list[tuple[list[int], bool]]:
    """A line's nodes cut into ways: at junctions with signs, and where a bridge begins and ends."""
    cuts = {n for n, node in enumerate(nodes) if node in signed}
    bridge = (len(nodes), -1)
    if line.bridge and line.shape.intersects(board.river):
        wet = [n for n, node in enumerate(nodes) if board.river.contains(shapely.Point(graph.places[node]))]
        bridge = (max(0, wet[0] - 1), min(len(nodes) - 1, wet[-1] + 1))
        cuts |= set(bridge)
    places = sorted({0, len(nodes) - 1} | cuts)
    return [(nodes[a : b + 1], a >= bridge[0] and b <= bridge[1]) for a, b in pairwise(places)]
