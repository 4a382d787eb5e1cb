"""Orders whose time hangs on another order's: what must follow something, and a dispatcher's sequence.

Two linked orders are kept apart by a cut in time: the first must be over (in one technician's sequence:
begun) by then, the second may not begin earlier. So every route can be changed by itself. The cuts are
drawn anew from the schedule as often as one likes; each time they leave more room, never less.
"""

from collections.abc import Iterator

from geo.planner.board import RouteBoard
from geo.planner.instance import NEVER, Instance
from geo.planner.trials import IMPOSSIBLE, Prober


def insert_linked(board: RouteBoard, prober: Prober, order: int) -> bool:
    """Serve `order` where it costs least between what comes before and after it; False if that cannot be."""
    bound = span_left(board, order)
    placed = bound is not None and _insert_between(board, prober, order, bound)
    redraw(board)
    return placed


def span_left(board: RouteBoard, order: int) -> tuple[int, int] | None:
    """Earliest and latest start of `order` between its partners on the board; None when there is none."""
    if any(first not in board.vehicle_of for first in board.instance.follows.get(order, ())):
        return None
    low, high = 0, NEVER
    for first, later, takes in _links(board.instance):
        if later == order and first in board.vehicle_of:
            low = max(low, _begins(board, first) + takes)
        if first == order and later in board.vehicle_of:
            high = min(high, _begins(board, later) - takes)
    return (low, high) if low <= high else None


def _insert_between(board: RouteBoard, prober: Prober, order: int, bound: tuple[int, int]) -> bool:
    """What comes first must not be pushed back by this very insertion, so it is held where it is."""
    for first in [*board.instance.follows.get(order, ()), *board.instance.after.get(order, ())]:
        if first in board.vehicle_of:
            board.bounds[first] = (board.bounds.get(first, (0, NEVER))[0], _begins(board, first))
    _lay_out_linked(board)
    cost, number, position = prober.insertions(order, bound).best()
    if cost >= IMPOSSIBLE:
        return False
    board.bounds[order] = bound
    return board.insert(order, number, position)


def redraw(board: RouteBoard) -> None:
    """Bound linked orders on the board by where their partners are now, and forget all other bounds."""
    bounds: dict[int, tuple[int, int]] = {}
    for first, later, takes in _links(board.instance):
        if first in board.vehicle_of and later in board.vehicle_of:
            cut = _begins(board, later)
            low, high = bounds.get(first, (0, NEVER))
            bounds[first] = (low, min(high, cut - takes))
            low, high = bounds.get(later, (0, NEVER))
            bounds[later] = (max(low, cut), high)
    board.bounds = bounds
    _lay_out_linked(board)


def drop_orphans(board: RouteBoard) -> list[int]:
    """Take out what follows an order that is no longer served; returns what was taken out."""
    dropped: list[int] = []
    while orphans := [
        order
        for order, firsts in board.instance.follows.items()
        if order in board.vehicle_of and any(first not in board.vehicle_of for first in firsts)
    ]:
        for order in orphans:
            board.remove(order)
        dropped += orphans
    return dropped


def _links(instance: Instance) -> Iterator[tuple[int, int, int]]:
    """(first, later, seconds from the begin of the first until the later may begin)."""
    for later, firsts in instance.follows.items():
        for first in firsts:
            yield first, later, int(instance.service[first])
    for later, firsts in instance.after.items():
        for first in firsts:
            yield first, later, 1


def _lay_out_linked(board: RouteBoard) -> None:
    for number in {board.vehicle_of[order] for order in board.instance.linked & board.vehicle_of.keys()}:
        board.set_route(number, board.routes[number])


def _begins(board: RouteBoard, order: int) -> int:
    number = board.vehicle_of[order]
    return board.lines[number].begins[board.routes[number].index(order)]
