"""Which routes are improved together: neighbours, another choice each round.

Only travel times are known, no coordinates: a route stands where its most central stop is.
"""

import random

import numpy as np

from geo.planner.board import RouteBoard
from geo.planner.instance import Instance, Ints


def groups_of_routes(board: RouteBoard, groups: int, dice: random.Random) -> list[list[int]]:
    """All vehicles in so many `groups` of routes that lie near each other.

    From somewhere at random the farthest route not yet in a group gathers its nearest, so that no
    group is made of what the others left behind.
    """
    instance = board.instance
    count = len(instance.vehicles)
    centres = np.array([_centre(board, number) for number in range(count)], dtype=np.int64)
    apart = instance.matrix[np.ix_(centres, centres)]
    apart = apart + apart.T
    left = list(range(count))
    found = []
    far_from = dice.randrange(count) if count else 0
    for number in range(groups, 0, -1):
        outermost = max(left, key=lambda vehicle: apart[far_from, vehicle])
        near = sorted(left, key=lambda vehicle: (apart[outermost, vehicle], vehicle != outermost))
        group = near[: round(len(left) / number)]
        left = [vehicle for vehicle in left if vehicle not in set(group)]
        found.append(sorted(group))
    return [group for group in found if group]


def _centre(board: RouteBoard, number: int) -> int:
    orders = board.orders(number)
    if not orders:
        return board.instance.vehicles[number].start
    places = board.instance.place[orders]
    return int(places[board.instance.matrix[np.ix_(places, places)].sum(axis=0).argmin()])


def share_out(board: RouteBoard, groups: list[list[int]], orders: list[int]) -> list[list[int]]:
    """Give each of `orders` (not yet in a route) to the nearest group in which someone may serve it."""
    shares: list[list[int]] = [[] for _ in groups]
    if not orders or not groups:
        return shares
    away = np.stack([_distance(board.instance, board, group, orders) for group in groups])
    for column, order in enumerate(orders):
        allowed = [bool(board.instance.allowed[order, group].any()) for group in groups]
        if any(allowed):
            shares[int(np.where(allowed, away[:, column], np.inf).argmin())].append(order)
    return shares


def _distance(instance: Instance, board: RouteBoard, group: list[int], orders: list[int]) -> Ints:
    places = [int(instance.place[order]) for vehicle in group for order in board.orders(vehicle)]
    places += [instance.vehicles[vehicle].start for vehicle in group]
    rows = np.array(places, dtype=np.int64)
    return np.asarray(instance.matrix[np.ix_(rows, instance.place[orders])].min(axis=0))
