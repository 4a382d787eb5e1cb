"""All routes of a plan in the making, each always workable; a change that is not workable is refused."""

from collections.abc import Sequence

import numpy as np

from geo.planner.instance import NEVER, RELOAD_NODE, Instance, Ints
from geo.planner.timing import Bounds, Line, lay_out

NO_NODE = -2


class RouteBoard:
    """Routes by vehicle (lists of order rows, RELOAD_NODE among them) and their times in padded arrays.

    Arrays are [vehicle, position], position p lying before node p of the route: `come_from` and `go_to`
    the places on both sides, `leg` the drive between, `node` the node there (NO_NODE at the end), `ready`
    and `latest` (see `timing`) with the number of breaks taken in front, `room` the pieces still on the
    van by size in front, `slots` by vehicle how many more stops it may have.
    """

    def __init__(self, instance: Instance, bounds: Bounds | None = None) -> None:
        self.instance = instance
        self.bounds: Bounds = dict(bounds or {})
        self.routes: list[list[int]] = [[] for _ in instance.vehicles]
        self.vehicle_of: dict[int, int] = {}
        self.states = 1 + max((len(vehicle.breaks) for vehicle in instance.vehicles), default=0)
        owners = [vehicle.technician for vehicle in instance.vehicles]
        self._siblings = [[n for n, other in enumerate(owners) if other == owner] for owner in owners]
        self.lines: list[Line] = [lay_out(instance, n, [], self.bounds) for n in range(len(owners))]
        self._allocate(8)

    def _allocate(self, width: int) -> None:
        count, sizes = len(self.instance.vehicles), self.instance.stock.shape[1]
        self.come_from, self.go_to, self.leg = (np.zeros((count, width), dtype=np.int64) for _ in range(3))
        self.node = np.full((count, width), NO_NODE, dtype=np.int64)
        self.ready = np.full((self.states, count, width), NEVER, dtype=np.int64)
        self.latest = np.full((self.states, count, width), -NEVER, dtype=np.int64)
        self.room = np.zeros((sizes, count, width), dtype=np.int64)
        self.slots = np.zeros(count, dtype=np.int64)
        for number in range(count):
            self._store(number)

    @property
    def served(self) -> int:
        """Points of all orders on the board."""
        return int(self.instance.worth[list(self.vehicle_of)].sum()) if self.vehicle_of else 0

    @property
    def cost(self) -> int:
        """Driving seconds plus what dislikes, overtime and unfairness weigh."""
        total, instance = 0, self.instance
        for number, line in enumerate(self.lines):
            orders = self.orders(number)
            if orders:
                late = max(0, line.finish - instance.vehicles[number].closes)
                dislike = int(instance.dislike[orders, number].sum())
                total += sum(line.legs) + dislike + instance.overtime_cost * late
        if instance.fairness:
            fair = self.average_work
            total += instance.fairness * sum(max(0, work - fair) for work in self._work())
        return total

    @property
    def average_work(self) -> int:
        """Working seconds of a shift on average, rests and waits included."""
        work = self._work()
        return sum(work) // max(1, len(work))

    def _work(self) -> list[int]:
        lines = zip(self.lines, self.instance.vehicles, self.routes, strict=True)
        return [line.finish - vehicle.opens if route else 0 for line, vehicle, route in lines]

    def orders(self, number: int) -> list[int]:
        """The orders of a route without the fillings."""
        return [node for node in self.routes[number] if node != RELOAD_NODE]

    def set_route(self, number: int, route: Sequence[int]) -> bool:
        """Give vehicle `number` this route; False, and nothing changed, when times or stock forbid it."""
        line = lay_out(self.instance, number, route, self.bounds)
        if line.finish >= NEVER or not self._stock_suffices(number, route):
            return False
        self._accept(number, route, line)
        return True

    def _accept(self, number: int, route: Sequence[int], line: Line) -> None:
        for node in self.orders(number):
            del self.vehicle_of[node]
        self.routes[number] = list(route)
        self.vehicle_of.update(dict.fromkeys(self.orders(number), number))
        self.lines[number] = line
        if len(line.legs) > self.leg.shape[1]:
            self._allocate(2 * len(line.legs))
        for other in self._siblings[number]:
            self._store(other)

    def insert(self, order: int, number: int, position: int) -> bool:
        """Serve `order` in route `number` before what is at `position` now; False when that cannot be."""
        route = self.routes[number]
        return self.set_route(number, [*route[:position], order, *route[position:]])

    def remove(self, order: int) -> None:
        """Take `order` out of its route."""
        number = self.vehicle_of[order]
        rest = [node for node in self.routes[number] if node != order]
        self.bounds.pop(order, None)
        if not self.set_route(number, rest):
            # Leaving a stop out takes longer only where the matrix breaks the triangle inequality.
            self.set_route(number, [])
            self.take_what_works(number, rest)

    def take_what_works(self, number: int, route: Sequence[int]) -> None:
        """Append to vehicle `number` each node of `route` with which it still works."""
        for node in route:
            self.set_route(number, [*self.routes[number], node])

    def copy(self) -> "RouteBoard":
        """A board of its own with the same routes."""
        twin = RouteBoard(self.instance, self.bounds)
        for number, route in enumerate(self.routes):
            if route:
                twin._accept(number, route, self.lines[number])
        return twin

    def _elsewhere(self, number: int) -> tuple[Ints, int]:
        """Pieces and stops that the technician's other shifts use up."""
        used, stops = np.zeros(self.instance.stock.shape[1], dtype=np.int64), 0
        for other in self._siblings[number]:
            if other != number:
                orders = self.orders(other)
                stops += len(orders)
                if self.instance.vehicles[number].reload_at is None:
                    used += self.instance.stock[orders].sum(axis=0)
        return used, stops

    def _stock_suffices(self, number: int, route: Sequence[int]) -> bool:
        elsewhere, stops = self._elsewhere(number)
        technician = self.instance.vehicles[number].technician
        if stops + sum(node != RELOAD_NODE for node in route) > self.instance.most_stops[technician]:
            return False
        carries = self.instance.carries[technician] - elsewhere
        return all(bool((load <= carries).all()) for load, _ in self._loads(route))

    def _loads(self, route: Sequence[int]) -> list[tuple[Ints, int]]:
        """Pieces used from one filling of the van to the next, and how many positions that spans."""
        trips: list[list[int]] = [[]]
        for node in route:
            if node == RELOAD_NODE:
                trips.append([])
            else:
                trips[-1].append(node)
        return [(self.instance.stock[trip].sum(axis=0), len(trip) + 1) for trip in trips]

    def _store(self, number: int) -> None:
        line, route, width = self.lines[number], self.routes[number], len(self.lines[number].legs)
        states = len(line.ready[0])
        self.come_from[number, :width] = line.places[:-1]
        self.go_to[number, :width] = line.places[1:]
        self.leg[number, :width] = line.legs
        self.node[number, : width - 1] = route
        self.node[number, width - 1 :] = NO_NODE
        self.ready[:states, number, :width] = np.array(line.ready, dtype=np.int64).T
        self.latest[:, number, :] = -NEVER
        self.latest[:states, number, :width] = np.array(line.latest, dtype=np.int64).T
        elsewhere, stops = self._elsewhere(number)
        technician = self.instance.vehicles[number].technician
        self.slots[number] = self.instance.most_stops[technician] - stops - len(self.orders(number))
        if len(self.room):
            left = [
                (self.instance.carries[technician] - elsewhere - load, n) for load, n in self._loads(route)
            ]
            self.room[:, number, :width] = np.concatenate([np.tile(row, (n, 1)) for row, n in left]).T
