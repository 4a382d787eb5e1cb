"""From drawn lines to a street graph: crossings become shared nodes, overshooting stubs go."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, STRtree

from .board import OVERSHOOT, DrawingBoard, Line

_SAME_NODE_METRES = 4.0
_POINT_EVERY_METRES = 30.0


@dataclass(slots=True)
class Graph:
    """Node places on the board by number, and each line's nodes in order."""

    places: list[tuple[float, float]] = field(default_factory=list)
    lines: list[tuple[Line, list[int]]] = field(default_factory=list)
    _near: dict[tuple[int, int], list[int]] = field(default_factory=dict)

    def node(self, x: float, y: float) -> int:
        """The node at a crossing, shared by everything that crosses within a few metres of it."""
        column, row = int(x // _SAME_NODE_METRES), int(y // _SAME_NODE_METRES)
        for key in ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for number in self._near.get(key, ()):
                place = self.places[number]
                if abs(place[0] - x) < _SAME_NODE_METRES and abs(place[1] - y) < _SAME_NODE_METRES:
                    return number
        self._near.setdefault((column, row), []).append(len(self.places))
        return self.point(x, y)

    def point(self, x: float, y: float) -> int:
        """A new node that shapes one line only."""
        self.places.append((x, y))
        return len(self.places) - 1


def make_graph(board: DrawingBoard) -> Graph:
    """Join the drawn lines where they cross and keep what hangs together."""
    shapes = np.array([line.shape for line in board.lines], dtype=object)
    graph = Graph()
    crossings = _crossings(graph, shapes)
    for number, line in enumerate(board.lines):
        nodes = _nodes_along(graph, line.shape, sorted(crossings[number]))
        if len(nodes) > 1:
            graph.lines.append((line, nodes))
    graph.lines = _connected(graph)
    return graph


def _crossings(graph: Graph, shapes: NDArray[np.object_]) -> list[list[tuple[float, int]]]:
    """Per line, the (distance along it, node) of everything that crosses it."""
    along: list[list[tuple[float, int]]] = [[] for _ in shapes]
    first, second = STRtree(shapes).query(shapes, predicate="intersects")
    pairs = [(a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True) if a < b]
    for a, b in sorted(pairs):
        for x, y in shapely.get_coordinates(shapely.intersection(shapes[a], shapes[b])).tolist():
            node = graph.node(x, y)
            for line in (a, b):
                along[line].append((float(shapes[line].project(shapely.Point(x, y))), node))
    return along


def _nodes_along(graph: Graph, shape: LineString, crossings: list[tuple[float, int]]) -> list[int]:
    dense = shapely.segmentize(shape, _POINT_EVERY_METRES)
    points = shapely.get_coordinates(dense)
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    begin, end = _without_stubs(shape, crossings)
    at = np.array([distance for distance, _ in crossings] or [-np.inf])
    clear = np.abs(gone[:, None] - at[None, :]).min(axis=1) > 2 * _SAME_NODE_METRES
    clear &= (gone >= begin) & (gone <= end)
    if shape.is_ring:
        clear[-1] = False
    shaping = [
        (distance, graph.point(x, y))
        for (x, y), distance in zip(points[clear].tolist(), gone[clear].tolist(), strict=True)
    ]
    nodes: list[int] = []
    for _, node in sorted([*crossings, *shaping]):
        if not nodes or nodes[-1] != node:
            nodes.append(node)
    return [*nodes, nodes[0]] if shape.is_ring and nodes[0] != nodes[-1] else nodes


def _without_stubs(shape: LineString, crossings: list[tuple[float, int]]) -> tuple[float, float]:
    """Where the line begins and ends once the stubs beyond its outermost crossings are cut off."""
    begin, end = 0.0, float(shape.length)
    if crossings and not shape.is_ring:
        stub = 2 * OVERSHOOT + _SAME_NODE_METRES
        begin = crossings[0][0] if crossings[0][0] < stub else begin
        end = crossings[-1][0] if end - crossings[-1][0] < stub else end
    return begin, end


def _connected(graph: Graph) -> list[tuple[Line, list[int]]]:
    """The lines of the largest connected part."""
    parent = list(range(len(graph.places)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for _, nodes in graph.lines:
        for node in nodes[1:]:
            parent[root(node)] = root(nodes[0])
    size: dict[int, int] = {}
    for _, nodes in graph.lines:
        size[root(nodes[0])] = size.get(root(nodes[0]), 0) + len(nodes)
    largest = max(size, key=lambda part: (size[part], -part))
    return [(line, nodes) for line, nodes in graph.lines if root(nodes[0]) == largest]
