"""Putting a town together: draw, join, bend, build."""

import random

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from .board import Board, make_board
from .draw import draw_town
from .lots import Lot, find_lots
from .noding import Graph, make_graph
from .sheet import Sheet
from .streets import draw_streets
from .values import LonLat, Town, TownAddress, TownZone
from .warp import CENTRE, Warp, lonlat
from .zones import make_zones

MOST_ACCOUNTS = 60_000
_HOUSES_A_QUARTER = 520
"""A quarter surely has room for so many."""

Points = NDArray[np.float64]


def generate_town(seed: int, accounts: int) -> Town:
    """A town with exactly so many addresses (1 to MOST_ACCOUNTS), the same for the same seed and number.

    Raises ValueError for a number outside these bounds.
    """
    if not 1 <= accounts <= MOST_ACCOUNTS:
        raise ValueError(f"a town has 1 to {MOST_ACCOUNTS} accounts, not {accounts}")
    rng = random.Random(seed)  # noqa: S311 - a demo town keeps no secrets
    board = make_board(-(-accounts // _HOUSES_A_QUARTER), rng)
    draw_town(board, rng)
    graph = make_graph(board)
    warp = Warp.draw(rng)
    ground = warp.ground(np.array(graph.places))
    water = _on_ground(board.river, warp)
    parks = [_on_ground(park, warp) for park in board.parks]
    lots = find_lots(graph, ground, shapely.union_all([water.buffer(14), *parks]), rng)
    taken = _settle(lots, accounts, rng)
    zones = make_zones(board, warp)
    sheet = Sheet()
    draw_streets(sheet, graph, ground, board, rng)
    _draw_areas(sheet, board, warp, water, parks)
    for lot in taken:
        sheet.area(lonlat(lot.house[:-1]), {"building": "house"})
    sheet.node(CENTRE, {"place": "town", "name": f"Demo Town {seed}"})
    return Town(
        name=f"Demo Town {seed}",
        nodes=sheet.nodes,
        ways=sheet.ways,
        relations=sheet.relations,
        addresses=_addresses(taken, zones),
        zones=zones,
        yard=_yard(graph, ground, board),
    )


def _settle(lots: list[Lot], accounts: int, rng: random.Random) -> list[Lot]:
    """As many lots as there are accounts: the town fills from its middle, with a few empty lots."""
    if len(lots) < accounts:
        raise ValueError(f"the drawing has room for {len(lots)} houses, not {accounts}")
    places = np.array([lot.place for lot in lots])
    reach = np.hypot(*(places - np.median(places, axis=0)).T)
    reach /= reach.max()
    eager = [float(far) + rng.uniform(0, 0.5) for far in reach]
    chosen = sorted(sorted(range(len(lots)), key=lambda i: (eager[i], i))[:accounts])
    return [lots[i] for i in chosen]


def _on_ground(shape: BaseGeometry, warp: Warp) -> BaseGeometry:
    return shapely.make_valid(shapely.transform(shapely.segmentize(shape, 40), warp.ground))


def _draw_areas(
    sheet: Sheet, board: Board, warp: Warp, water: BaseGeometry, parks: list[BaseGeometry]
) -> None:
    """River, parks, and what the land is used for."""
    for shape, tags in (
        (_on_ground(board.whole().polygon(), warp), {"landuse": "residential"}),
        (water, {"natural": "water", "water": "river", "name": "Demo River"}),
        *((park, {"leisure": "park"}) for park in parks),
    ):
        sheet.area(lonlat(shapely.get_coordinates(shape)[:-1]), tags)
    if board.downtown is not None:
        downtown = _on_ground(board.downtown.polygon(), warp)
        sheet.area(lonlat(shapely.get_coordinates(downtown)[:-1]), {"landuse": "retail"})


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


def _yard(graph: Graph, ground: Points, board: Board) -> LonLat:
    """The district's yard: beside a corner of two arterials near downtown."""
    middle = board.downtown or board.whole()
    corner = np.array([middle.east, middle.south])
    nearest = int(np.argmin(np.hypot(*(np.array(graph.places) - corner).T)))
    return lonlat(ground[[nearest]] + 18.0)[0]
