"""Putting a town together: draw, join, bend, build."""

import random
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from .board import DrawingBoard, make_board
from .draw import draw_town
from .lots import Lot, find_lots
from .noding import Graph, make_graph
from .sheet import Sheet
from .streets import draw_streets
from .values import LonLat, Town, TownAddress, TownZone
from .warp import CENTRE, Warp, lonlat
from .zones import make_zones

MOST_ACCOUNTS = 150_000
_HOUSES_A_QUARTER = 560
"""What a quarter has room for, a little less than on average."""
_LARGE = 5_000
_HOUSES_A_QUARTER_OF_A_LARGE_TOWN = 430
"""River, ponds and parks take more of a large town; empty lots cost less than laying it out twice."""
_FEWEST_QUARTERS = 4

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A drawn town before houses are chosen. Points and shapes are metres on the ground."""

    board: DrawingBoard
    warp: Warp
    graph: Graph
    ground: Points
    water: list[BaseGeometry]
    parks: list[BaseGeometry]
    lots: list[Lot]


def generate_town(seed: int, accounts: int) -> Town:
    """A town with exactly so many addresses (1 to MOST_ACCOUNTS), the same for the same seed and number.

    Raises ValueError for a number outside these bounds.
    """
    if not 1 <= accounts <= MOST_ACCOUNTS:
        raise ValueError(f"a town has 1 to {MOST_ACCOUNTS} accounts, not {accounts}")
    room = _HOUSES_A_QUARTER if accounts < _LARGE else _HOUSES_A_QUARTER_OF_A_LARGE_TOWN
    quarters = max(_FEWEST_QUARTERS, -(-accounts // room))
    plan = _plan(seed, quarters)
    while len(plan.lots) < accounts:
        # As many more as were missing, and a few.
        quarters = max(quarters + 1, -(-quarters * accounts * 102 // (100 * max(1, len(plan.lots)))))
        plan = _plan(seed, quarters)
    rng = random.Random(seed)  # noqa: S311 - a demo town keeps no secrets
    taken = _settle(plan.lots, accounts, rng)
    zones = make_zones(plan.board, plan.warp)
    sheet = Sheet()
    draw_streets(sheet, plan.graph, plan.ground, plan.board, rng)
    _draw_areas(sheet, plan)
    for lot in taken:
        sheet.area(lonlat(lot.house[:-1]), {"building": "house"})
    name = f"Demo Town {seed}"
    sheet.node(CENTRE, {"place": "town", "name": name})
    yard = _yard(plan.graph, plan.ground, plan.board)
    return Town(name, sheet.nodes, sheet.ways, sheet.relations, _addresses(taken, zones), zones, yard)


def _plan(seed: int, quarters: int) -> _Plan:
    rng = random.Random(seed)  # noqa: S311 - a demo town keeps no secrets
    board = make_board(quarters, rng)
    draw_town(board, rng)
    graph = make_graph(board)
    warp = Warp.draw(rng)
    ground = warp.ground(np.array(graph.places))
    water = [_on_ground(shape, warp) for shape in (board.river, *board.ponds)]
    parks = [_on_ground(park, warp) for park in board.parks]
    avoid = shapely.union_all([*shapely.buffer(water, 14), *parks])
    return _Plan(board, warp, graph, ground, water, parks, find_lots(graph, ground, avoid, rng))


def _settle(lots: list[Lot], accounts: int, rng: random.Random) -> list[Lot]:
    """As many lots as there are accounts: the town fills from its middle, with a few empty lots."""
    places = np.array([lot.place for lot in lots])
    reach = np.hypot(*(places - np.median(places, axis=0)).T)
    reach /= reach.max()
    eager = [float(far) + rng.uniform(0, 0.5) for far in reach]
    chosen = sorted(sorted(range(len(lots)), key=lambda i: (eager[i], i))[:accounts])
    return [lots[i] for i in chosen]


def _on_ground(shape: BaseGeometry, warp: Warp) -> BaseGeometry:
    return shapely.make_valid(shapely.transform(shapely.segmentize(shape, 40), warp.ground))


def _draw_areas(sheet: Sheet, plan: _Plan) -> None:
    """River, ponds, parks, and what the land is used for."""
    town = _on_ground(plan.board.whole().polygon(), plan.warp)
    areas: list[tuple[BaseGeometry, dict[str, str]]] = [(town, {"landuse": "residential"})]
    if plan.board.downtown is not None:
        areas.append((_on_ground(plan.board.downtown.polygon(), plan.warp), {"landuse": "retail"}))
    areas += [(park, {"leisure": "park"}) for park in plan.parks]
    river, *ponds = plan.water
    areas.append((river, {"natural": "water", "water": "river", "name": "Demo River"}))
    areas += [(pond, {"natural": "water", "water": "pond"}) for pond in ponds]
    for shape, tags in areas:
        sheet.area(lonlat(shapely.get_coordinates(shape)[:-1]), tags)


def _addresses(lots: list[Lot], zones: list[TownZone]) -> list[TownAddress]:
    places = lonlat(np.array([lot.place for lot in lots]))
    polygons = shapely.STRtree([shapely.Polygon(zone.ring) for zone in zones])
    inside = polygons.query(shapely.points(places), predicate="intersects")
    zone_of = dict(zip(inside[0][::-1].tolist(), inside[1][::-1].tolist(), strict=True))
    found = []
    for number, (lot, (lon, lat)) in enumerate(zip(lots, places, strict=True)):
        zone = zones[zone_of[number]].code
        found.append(TownAddress(str(lot.number), lot.street, lon, lat, f"{zone}-{lot.block:04d}", zone))
    return found


def _yard(graph: Graph, ground: Points, board: DrawingBoard) -> LonLat:
    """The district's yard: beside a corner of two arterials near downtown."""
    middle = board.downtown or board.whole()
    corner = np.array([middle.east, middle.south])
    nearest = int(np.argmin(np.hypot(*(np.array(graph.places) - corner).T)))
    return lonlat(ground[[nearest]] + 18.0)[0]
