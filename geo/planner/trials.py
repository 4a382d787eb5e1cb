"""What it costs to serve an order at each place of every route, tried all at once and exactly.

A place called possible is possible: breaks, windows, van stock, most stops and shift ends included.
"""

from dataclasses import dataclass, field

import numpy as np

from geo.planner.board import NO_NODE, RouteBoard
from geo.planner.instance import NEVER, RELOAD_NODE, Bools, Instance, Ints
from geo.planner.timing import Spans, spans_within

IMPOSSIBLE = NEVER
"""A cost that no possible place has."""


@dataclass(frozen=True, slots=True)
class Trials:
    """Cost by [row, position] in driving seconds, dislikes and overtime included; rows are `vehicles`."""

    vehicles: Ints
    cost: Ints

    def best(self) -> tuple[int, int, int]:
        """(cost, vehicle, position) of the cheapest place, cost IMPOSSIBLE when there is none."""
        if not self.cost.size:
            return IMPOSSIBLE, -1, -1
        row, position = divmod(int(self.cost.argmin()), self.cost.shape[1])
        return int(self.cost[row, position]), int(self.vehicles[row]), position


@dataclass(slots=True)
class _Ways:
    """The drives to an order and on from it, and the times at both ends, by place tried."""

    there: Ints
    onward: Ints
    ready: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    latest: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


class Prober:
    """Tries orders on a board. Holds the break windows of all vehicles as arrays."""

    def __init__(self, board: RouteBoard, instance: Instance | None = None) -> None:
        """`instance`: the board's own with further orders, when those are to be tried."""
        self.board = board
        self.instance = instance or board.instance
        vehicles = self.instance.vehicles
        self._closes = np.array([vehicle.closes for vehicle in vehicles], dtype=np.int64)
        closed = (NEVER, -NEVER, 0)
        self._rests = [
            np.array(
                [
                    (v.breaks[n].earliest, v.breaks[n].latest, v.breaks[n].length_s)
                    if n < len(v.breaks)
                    else closed
                    for v in vehicles
                ],
                dtype=np.int64,
            ).reshape(-1, 3, 1)
            for n in range(board.states - 1)
        ]

    def insertions(self, order: int, bound: tuple[int, int] | None = None) -> Trials:
        """Serving `order` (starting within `bound`) before what is at each position now."""
        board, rows = self.board, self._rows(order)
        rows = rows[board.slots[rows] > 0]
        ways = self._ways(order, board.come_from[rows], board.go_to[rows])
        ways.ready, ways.latest = board.ready[:, rows], board.latest[:, rows]
        fits = self._fits(order, spans_within(self.instance.windows[order], bound), rows, ways)
        for size in np.flatnonzero(self.instance.stock[order]):
            fits &= board.room[size][rows] >= self.instance.stock[order, size]
        return self._trials(order, rows, ways.there + ways.onward - board.leg[rows], fits)

    def swaps(self, order: int, bound: tuple[int, int] | None = None) -> Trials:
        """Serving `order` instead of the node at each position; costs do not count what is then left out."""
        board, rows = self.board, self._rows(order)
        ways = self._ways(order, board.come_from[rows, :-1], board.go_to[rows, 1:])
        ways.ready, ways.latest = board.ready[:, rows, :-1], board.latest[:, rows, 1:]
        fits = self._fits(order, spans_within(self.instance.windows[order], bound), rows, ways)
        out = board.node[rows, :-1]
        fits &= (out != NO_NODE) & (out != RELOAD_NODE)
        for size in np.flatnonzero(self.instance.stock[order]):
            freed = board.room[size][rows, :-1] + self.instance.stock[:, size][np.maximum(out, 0)]
            fits &= freed >= self.instance.stock[order, size]
        spared = board.leg[rows, :-1] + board.leg[rows, 1:]
        return self._trials(order, rows, ways.there + ways.onward - spared, fits)

    def _ways(self, order: int, come_from: Ints, go_to: Ints) -> _Ways:
        place, matrix = self.instance.place[order], self.instance.matrix
        there, onward = matrix[:, place][come_from], matrix[place][go_to]
        return _Ways(there.astype(np.int64), onward.astype(np.int64))

    def _rows(self, order: int) -> Ints:
        return np.flatnonzero(self.instance.allowed[order])

    def _fits(self, order: int, spans: Spans, rows: Ints, ways: _Ways) -> Bools:
        service = int(self.instance.service[order])
        times = list(ways.ready + ways.there)
        self._take_breaks(rows, times)
        for state, time in enumerate(times):
            start = np.full_like(time, NEVER)
            for first, last in reversed(spans):
                start = np.where(time <= last, np.maximum(time, first), start)
            times[state] = start + service
        self._take_breaks(rows, times)
        fits = np.zeros(ways.there.shape, dtype=np.bool_)
        for state, time in enumerate(times):
            fits |= time + ways.onward <= ways.latest[state]
        return fits

    def _take_breaks(self, rows: Ints, times: list[Ints]) -> None:
        for taken, rests in enumerate(self._rests):
            start = np.maximum(times[taken], rests[rows, 0])
            later = np.where(start <= rests[rows, 1], start + rests[rows, 2], NEVER)
            times[taken + 1] = np.minimum(times[taken + 1], later)

    def _trials(self, order: int, rows: Ints, extra: Ints, fits: Bools) -> Trials:
        cost = extra + self.instance.dislike[order, rows][:, None]
        if self.instance.overtime_cost and len(rows):
            cost = cost + self._overtime(order, rows, extra)
        return Trials(rows, np.where(fits, cost, IMPOSSIBLE))

    def _overtime(self, order: int, rows: Ints, extra: Ints) -> Ints:
        """An upper bound of what a later end of the shift costs: waits may swallow some of it."""
        closes = self._closes[rows][:, None]
        finish = np.array([self.board.lines[row].finish for row in rows], dtype=np.int64)[:, None]
        later = finish + extra + int(self.instance.service[order])
        more = np.maximum(later - closes, 0) - np.maximum(finish - closes, 0)
        return np.asarray(self.instance.overtime_cost * more, dtype=np.int64)
