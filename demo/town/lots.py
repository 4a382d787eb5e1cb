"""Houses along residential streets: numbered as in America, clear of corners, water and each other."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from .noding import Graph

_CORNER_METRES = 17.0
_DEAD_END_METRES = 8.0
_FROM_STREET_METRES = 11.5
_APART_METRES = 15.0
_METRES_A_NUMBER = 9.0
"""Along the street per step of house numbers; lots are wider, so no number comes twice."""

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lot:
    """A house: its number on its street, its block's number, its place and the house's corners (metres)."""

    number: int
    street: str
    block: int
    place: tuple[float, float]
    house: Points


@dataclass(frozen=True, slots=True)
class _Face:
    """A street between two corners: its shape on the ground and, at each point, metres from its start."""

    street: str
    block: int
    points: Points
    gone: Points
    room: tuple[float, float]
    """Metres to keep free at its two ends."""


_CORNERS = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)], float)
"""Of a house, seen from its middle: along the street, and away from it."""


def find_lots(graph: Graph, ground: Points, avoid: BaseGeometry, rng: random.Random) -> list[Lot]:
    """Every lot there is room for. `ground` is the nodes' places on the ground, `avoid` water and parks."""
    lots = []
    for face in _faces(graph, ground):
        at = face.gone[0] + face.room[0] + rng.uniform(0, 6)
        while at < face.gone[-1] - face.room[1]:
            lots += [_lot(face, at, side, rng) for side in (-1, 1)]
            at += rng.uniform(19, 25)
    return _with_room(lots, graph, ground, avoid)


def _faces(graph: Graph, ground: Points) -> Iterator[_Face]:
    uses = np.zeros(len(graph.places), np.int64)
    for _, nodes in graph.lines:
        np.add.at(uses, nodes, 1)
    block = 0
    for line, nodes in graph.lines:
        if not line.lots:
            continue
        gone = line.from_metres + _gone(ground[nodes])
        cuts = [i for i, node in enumerate(nodes) if uses[node] > 1 or i in (0, len(nodes) - 1)]
        room = {i: _CORNER_METRES if uses[nodes[i]] > 1 else _DEAD_END_METRES for i in cuts}
        for begin, end in pairwise(cuts):
            block += 1
            rows = slice(begin, end + 1)
            yield _Face(line.name, block, ground[nodes[rows]], gone[rows], (room[begin], room[end]))


def _gone(points: Points) -> Points:
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])


def _lot(face: _Face, along: float, side: int, rng: random.Random) -> Lot:
    """`side` −1 is right of the street as drawn (odd numbers), 1 left (even)."""
    piece = int(np.clip(np.searchsorted(face.gone, along) - 1, 0, len(face.points) - 2))
    forward = face.points[piece + 1] - face.points[piece]
    forward /= max(float(np.hypot(*forward)), 1e-9)
    out = side * np.array([-forward[1], forward[0]])
    foot = face.points[piece] + forward * (along - face.gone[piece])
    place = foot + out * rng.uniform(12.5, 14.5)
    middle = place + out * rng.uniform(7, 9) + forward * rng.uniform(-1.5, 1.5)
    half_wide, half_deep = rng.uniform(4.5, 6.5), rng.uniform(4, 5.5)
    house = middle + _CORNERS @ np.array([forward * half_wide, out * half_deep])
    number = 100 + 2 * int(along / _METRES_A_NUMBER) + (1 if side < 0 else 0)
    return Lot(number, face.street, face.block, (float(place[0]), float(place[1])), house)


def _with_room(lots: list[Lot], graph: Graph, ground: Points, avoid: BaseGeometry) -> list[Lot]:
    """The lots that lie clear of every street, of water and parks, and of the lots taken before them."""
    streets = STRtree([shapely.LineString(ground[nodes]) for _, nodes in graph.lines])
    houses = shapely.polygons([lot.house for lot in lots])
    taken = np.zeros(len(lots), bool)
    taken[streets.query(houses, predicate="dwithin", distance=_FROM_STREET_METRES - 3)[0]] = True
    places = shapely.points([lot.place for lot in lots])
    taken[streets.query(places, predicate="dwithin", distance=_FROM_STREET_METRES)[0]] = True
    shapely.prepare(avoid)
    taken |= shapely.intersects(avoid, houses)
    near: dict[tuple[int, int], list[tuple[float, float]]] = {}
    kept = []
    for lot, blocked in zip(lots, taken.tolist(), strict=True):
        (west, south), (east, north) = lot.house[0], lot.house[2]
        middle = (float(west + east) / 2, float(south + north) / 2)
        if not blocked and _free(near, middle):
            kept.append(lot)
    return kept


def _free(near: dict[tuple[int, int], list[tuple[float, float]]], place: tuple[float, float]) -> bool:
    """Takes the place if nothing taken before lies too near."""
    x, y = place
    column, row = int(x // _APART_METRES), int(y // _APART_METRES)
    for key in ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
        if any((x - a) ** 2 + (y - b) ** 2 < _APART_METRES**2 for a, b in near.get(key, ())):
            return False
    near.setdefault((column, row), []).append(place)
    return True
