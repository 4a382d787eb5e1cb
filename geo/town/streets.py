"""The street graph as OpenStreetMap-like nodes and ways, with signals, turning circles, bridges and signs."""

import random
from collections.abc import Collection

import numpy as np
import shapely
from numpy.typing import NDArray

from .board import Board, Line
from .noding import Graph
from .sheet import Sheet
from .signs import add_signs
from .values import LonLat
from .warp import lonlat

_MAIN = ("primary", "secondary")
_SIGNED_JUNCTIONS = 8


def draw_streets(
    sheet: Sheet, graph: Graph, ground: NDArray[np.float64], board: Board, rng: random.Random
) -> None:
    """Put the graph on the sheet."""
    ends, main = _uses(graph)
    crossings = np.flatnonzero((main > 1) & (ends == 0)).tolist()
    signed = set(rng.sample(crossings, min(_SIGNED_JUNCTIONS, len(crossings))))
    ids = _draw_nodes(sheet, graph, lonlat(ground), ends, main, board)
    for line, nodes in graph.lines:
        name = {"name": line.name} if line.name else {}
        for part, bridge in _parts(graph, board, line, nodes, signed):
            over = {"bridge": "yes", "layer": "1"} if bridge else {}
            sheet.way([ids[node] for node in part], name | dict(line.tags) | over)
    add_signs(sheet, sorted(ids[node] for node in signed))


def _uses(graph: Graph) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per node: how many lines end there, and how many main roads pass."""
    ends, main = np.zeros((2, len(graph.places)), np.int64)
    for line, nodes in graph.lines:
        if nodes[0] != nodes[-1]:
            ends[[nodes[0], nodes[-1]]] += 1
        main[nodes] += line.tags["highway"] in _MAIN
    return ends, main


def _draw_nodes(
    sheet: Sheet,
    graph: Graph,
    places: list[LonLat],
    ends: NDArray[np.int64],
    main: NDArray[np.int64],
    board: Board,
) -> dict[int, int]:
    """Draw the nodes in use. Returns their ids by graph number."""
    passes = np.zeros(len(graph.places), np.int64)
    for _, nodes in graph.lines:
        np.add.at(passes, nodes, 1)
    town = board.whole().polygon()
    ids = {}
    for node in np.flatnonzero(passes).tolist():
        tags = {}
        if main[node] > 1:
            tags = {"highway": "traffic_signals"}
        elif ends[node] == 1 and passes[node] == 1 and town.contains(shapely.Point(graph.places[node])):
            tags = {"highway": "turning_circle"}
        ids[node] = sheet.node(places[node], tags)
    return ids


def _parts(
    graph: Graph, board: Board, line: Line, nodes: list[int], signed: Collection[int]
) -> list[tuple[list[int], bool]]:
    """A line's nodes cut into ways: at junctions with signs, and where a bridge begins and ends."""
    cuts = {n for n, node in enumerate(nodes) if node in signed}
    bridge = (len(nodes), -1)
    if line.bridge and line.shape.intersects(board.river):
        wet = [n for n, node in enumerate(nodes) if board.river.contains(shapely.Point(graph.places[node]))]
        bridge = (max(0, wet[0] - 1), min(len(nodes) - 1, wet[-1] + 1))
        cuts |= set(bridge)
    places = sorted({0, len(nodes) - 1} | cuts)
    return [
        (nodes[a : b + 1], a >= bridge[0] and b <= bridge[1])
        for a, b in zip(places, places[1:], strict=False)
    ]
