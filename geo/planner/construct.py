"""A first plan, and putting back what lies aside: every order at its cheapest place."""

from collections.abc import Callable, Iterable

import numpy as np

from geo.planner.board import RouteBoard
from geo.planner.links import insert_linked
from geo.planner.trials import IMPOSSIBLE, Prober


def fill(
    board: RouteBoard, orders: Iterable[int], out_of_time: Callable[[], bool] = lambda: False
) -> list[int]:
    """Insert each of `orders` where it costs least, in the given sequence; returns those that fit nowhere.

    What depends on another order goes in after it (see `links`).
    """
    prober = Prober(board)
    linked = board.instance.linked
    left = []
    for order in orders:
        if out_of_time() or not (
            insert_linked(board, prober, order) if order in linked else insert_cheapest(board, prober, order)
        ):
            left.append(order)
    return left


def insert_cheapest(board: RouteBoard, prober: Prober, order: int) -> bool:
    """Serve `order` where it costs least; False when it fits nowhere."""
    cost, number, position = prober.insertions(order).best()
    return cost < IMPOSSIBLE and board.insert(order, number, position)


def hardest_first(board: RouteBoard, orders: Iterable[int]) -> list[int]:
    """Most points first, then few who may serve it, then narrow windows; what follows others at the end."""
    instance = board.instance

    def depth(order: int) -> int:
        return 1 + max(map(depth, instance.follows.get(order, ())), default=-1)

    may = instance.allowed.sum(axis=1)
    room = [sum(last - first for first, last in spans) for spans in instance.windows]
    return sorted(orders, key=lambda o: (depth(o), -int(instance.worth[o]), int(may[o]), room[o]))


def swap_in(board: RouteBoard, orders: list[int], out_of_time: Callable[[], bool]) -> list[int]:
    """Serve an order of more points instead of one of fewer, which then looks for another place.

    Returns what is left aside; points on the board never fall.
    """
    prober, instance = Prober(board), board.instance
    aside = hardest_first(board, orders)
    queue = list(aside)
    while queue and not out_of_time():
        order = queue.pop(0)
        if order in instance.linked:
            continue
        victim = _cheapest_victim(board, prober, order)
        if victim is None:
            continue
        number = board.vehicle_of[victim]
        route = [order if node == victim else node for node in board.routes[number]]
        if not board.set_route(number, route):
            continue
        aside.remove(order)
        if not insert_cheapest(board, prober, victim):
            aside.append(victim)
            queue.append(victim)
    return aside


def _cheapest_victim(board: RouteBoard, prober: Prober, order: int) -> int | None:
    """Whom `order` may replace: the fewest points, then the least driving."""
    trials = prober.swaps(order)
    width = trials.cost.shape[1]
    out = board.node[trials.vehicles, :width]
    lost = np.where(trials.cost < IMPOSSIBLE, board.instance.worth[np.maximum(out, 0)], IMPOSSIBLE)
    for held in board.instance.linked & board.vehicle_of.keys():
        lost[out == held] = IMPOSSIBLE
    if not lost.size or lost.min() >= board.instance.worth[order]:
        return None
    cost = np.where(lost == lost.min(), trials.cost, IMPOSSIBLE)
    row, position = divmod(int(cost.argmin()), width)
    return int(out[row, position])
