"""Some routes and orders as a PyVRP problem, and a PyVRP solution back as routes.

PyVRP knows no breaks. Here a break is a client that lies where the current routes would take it; each
vehicle has room for just as many as it must take. Which orders a vehicle may serve is expressed by distances
that no prize outweighs, as that ends a trial at its first step; durations stay true.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo.planner.breaks import Rest, break_places
from geo.planner.instance import RELOAD_NODE, Instance, Ints, Vehicle
from geo.planner.pyvrp_parts import (
    Activity,
    ActivityType,
    Client,
    ClientGroup,
    Depot,
    Location,
    ProblemData,
    Route,
    Solution,
    VehicleType,
)
from geo.planner.timing import Bounds, lay_out, spans_within

MOST_RELOADS = 4
PLENTY = 10**6
"""More pieces or stops than any route holds."""


@dataclass(slots=True)
class Task:
    """Routes to improve: `routes[i]` belongs to `vehicles[i]`; `orders` are all that may be served.

    The search is annealed from `hot` to `cold` (driving seconds) within `seconds`. `lateness`: what a
    second of lateness weighs at first, learned in earlier tasks.
    """

    vehicles: list[int]
    orders: list[int]
    routes: list[list[int]]
    bounds: Bounds
    hot: float
    cold: float
    seconds: float
    seed: int
    lateness: float = 50.0
    clock: str = "wall"
    fair_work_s: int | None = None


@dataclass(slots=True)
class Subproblem:
    """The PyVRP data, which order each client stands for (None: a break), and where PyVRP starts."""

    data: ProblemData
    order_of: list[int | None]
    start: Solution
    served_by: Ints
    spans: Ints
    served_s: Ints
    place: Ints
    rests: list[tuple[int, Rest]] = field(default_factory=list)


class Builder:
    """Puts a `Subproblem` together from an instance and a task."""

    def __init__(self, instance: Instance, task: Task) -> None:
        self.instance, self.task = instance, task
        self.vehicles = [instance.vehicles[number] for number in task.vehicles]
        self.rests: list[tuple[int, Rest]] = []
        for row, (number, route) in enumerate(zip(task.vehicles, task.routes, strict=True)):
            self.rests += [(row, rest) for rest in break_places(instance, number, route, task.bounds)]
        self.classes = list(dict.fromkeys(rest for vehicle in self.vehicles for rest in vehicle.breaks))
        self.sizes = self._binding_sizes()
        most = instance.most_stops[[vehicle.technician for vehicle in self.vehicles]]
        self.most_stops = most if (most < len(task.orders)).any() else None

    def _binding_sizes(self) -> Ints:
        wanted = self.instance.stock[self.task.orders].sum(axis=0)
        carried = self.instance.carries[[vehicle.technician for vehicle in self.vehicles]]
        return np.flatnonzero((carried < wanted).any(axis=0))

    def build(self) -> Subproblem:
        """The whole problem. Places are, in this row: depots, orders, breaks."""
        task, instance = self.task, self.instance
        depots = self._depots()
        rows = [place for place, _ in depots] + [int(instance.place[order]) for order in task.orders]
        rows += [rest.place for _, rest in self.rests]
        clients, groups, order_of = self._clients(len(depots))
        distances, durations, profile_of = self._matrices(np.array(rows), len(depots))
        data = ProblemData(
            [Location(0, 0)] * len(rows),
            clients,
            [Depot(row, service_duration=service) for row, (_, service) in enumerate(depots)],
            [self._vehicle_type(v, depots, p) for v, p in zip(self.vehicles, profile_of, strict=True)],
            distances,
            durations,
            groups,
        )
        return Subproblem(
            data=data,
            order_of=order_of,
            start=self._start(data, order_of),
            served_by=self._served_by(order_of),
            spans=np.array([(client.tw_early, client.tw_late) for client in clients]).reshape(-1, 2),
            served_s=np.array([client.service_duration for client in clients]),
            place=np.array([rows[client.location] for client in clients]),
            rests=self.rests,
        )

    def _depots(self) -> list[tuple[int, int]]:
        """(place, service seconds): starts and ends take none, filling the van does."""
        ends = [(place, 0) for vehicle in self.vehicles for place in (vehicle.start, vehicle.end)]
        yards = [
            (v.reload_at, v.reload_s) for v in self.vehicles if v.reload_at is not None and len(self.sizes)
        ]
        return list(dict.fromkeys([*ends, *yards]))

    def _clients(self, first: int) -> tuple[list[Client], list[ClientGroup], list[int | None]]:
        """One client per order and window; the windows of one order exclude each other."""
        instance, clients, groups = self.instance, list[Client](), list[ClientGroup]()
        order_of: list[int | None] = []
        for row, order in enumerate(self.task.orders):
            spans = spans_within(instance.windows[order], self.task.bounds.get(order))
            group = len(groups) if len(spans) > 1 else None
            if group is not None:
                groups.append(
                    ClientGroup(list(range(len(clients), len(clients) + len(spans))), required=False)
                )
            for early, late in spans:
                clients.append(
                    Client(
                        first + row,
                        delivery=self._load(order),
                        service_duration=int(instance.service[order]),
                        tw_early=early,
                        tw_late=late,
                        prize=self._prize(order),
                        required=False,
                        group=group,
                    )
                )
                order_of.append(order)
        worth_a_break = 2 * max((client.prize for client in clients), default=0) + 20_000
        for row, (_, rest) in enumerate(self.rests):
            clients.append(self._break_client(first + len(self.task.orders) + row, rest, worth_a_break))
            order_of.append(None)
        return clients, groups, order_of

    def _break_client(self, row: int, rest: Rest, prize: int) -> Client:
        return Client(
            row,
            delivery=self._load(None, self.classes.index(rest.rest)),
            service_duration=rest.rest.length_s,
            tw_early=rest.rest.earliest,
            tw_late=rest.rest.latest,
            prize=prize,
            required=False,
        )

    def _prize(self, order: int) -> int:
        """An order that another one waits for is worth both."""
        waiting = [
            later
            for later, firsts in self.instance.follows.items()
            if order in firsts and later in self.task.bounds
        ]
        return int(self.instance.prize[[order, *waiting]].sum())

    def _load(self, order: int | None, break_class: int | None = None) -> list[int]:
        """Dimensions: binding stock sizes, classes of breaks, stops."""
        stock = [0] * len(self.sizes) if order is None else self.instance.stock[order, self.sizes].tolist()
        breaks = [int(number == break_class) for number in range(len(self.classes))]
        return [*stock, *breaks, *([int(order is not None)] if self.most_stops is not None else [])]

    def _vehicle_type(self, vehicle: Vehicle, depots: list[tuple[int, int]], profile: int) -> VehicleType:
        carries = np.minimum(self.instance.carries[vehicle.technician, self.sizes], PLENTY).tolist()
        breaks = [vehicle.breaks.count(rest) for rest in self.classes]
        most = min(int(self.instance.most_stops[vehicle.technician]), PLENTY)
        reload = vehicle.reload_at is not None and len(self.sizes)
        paid, weight = self._paid_time(vehicle)
        return VehicleType(
            capacity=[*carries, *breaks, *([most] if self.most_stops is not None else [])],
            start_depot=depots.index((vehicle.start, 0)),
            end_depot=depots.index((vehicle.end, 0)),
            tw_early=vehicle.opens,
            tw_late=vehicle.limit,
            start_late=vehicle.opens if weight else None,
            shift_duration=paid,
            max_overtime=vehicle.limit - vehicle.opens - paid,
            unit_overtime_cost=weight,
            profile=profile,
            reload_depots=[depots.index((vehicle.reload_at or 0, vehicle.reload_s))] if reload else [],
            max_reloads=MOST_RELOADS if reload else 0,
        )

    def _paid_time(self, vehicle: Vehicle) -> tuple[int, int]:
        """Work beyond this many seconds weighs so much each: overtime, or more than the fair share."""
        whole = vehicle.closes - vehicle.opens
        if self.task.fair_work_s is not None:
            return min(whole, self.task.fair_work_s), self.instance.fairness
        return whole, self.instance.overtime_cost if vehicle.limit > vehicle.closes else 0

    def _matrices(self, rows: Ints, first: int) -> tuple[list[Any], list[Any], list[int]]:
        """Distances by profile, true durations for each, and vehicles' profiles; equal vehicles share one."""
        instance, orders = self.instance, self.task.orders
        true = np.ascontiguousarray(instance.matrix[np.ix_(rows, rows)])
        forbidden = 4 * int(instance.prize[orders].max(initial=0)) + PLENTY
        profiles: dict[bytes, int] = {}
        distances, durations, profile_of = list[Any](), list[Any](), list[int]()
        for number in self.task.vehicles:
            extra = np.where(instance.allowed[orders, number], instance.dislike[orders, number], forbidden)
            key = extra.tobytes()
            if key not in profiles:
                profiles[key] = len(distances)
                columns = slice(first, first + len(orders))
                distance = true.copy()
                distance[:, columns] += extra
                np.fill_diagonal(distance, 0)
                distances.append(distance)
                durations.append(true)
            profile_of.append(profiles[key])
        return distances, durations, profile_of

    def _start(self, data: ProblemData, order_of: Sequence[int | None]) -> Solution:
        """The routes as they are, breaks where they would be taken."""
        client_of: dict[int, list[int]] = {}
        for client, order in enumerate(order_of):
            if order is not None:
                client_of.setdefault(order, []).append(client)
        breaks = len(order_of) - len(self.rests)
        routes = []
        lines = [
            lay_out(self.instance, number, nodes, self.task.bounds)
            for number, nodes in zip(self.task.vehicles, self.task.routes, strict=True)
        ]
        for row, nodes in enumerate(self.task.routes):
            steps: list[Activity] = []
            here = [(rest.position, breaks + n) for n, (of, rest) in enumerate(self.rests) if of == row]
            for position in range(len(nodes) + 1):
                steps += [Activity(ActivityType.CLIENT, client) for at, client in here if at == position]
                if position < len(nodes) and self._visited(data, row, nodes[position]):
                    begins = lines[row].begins[position]
                    steps.append(self._step(data, row, nodes[position], client_of, begins))
            if steps:
                routes.append(Route(data, steps, row))
        return Solution(data, routes)

    @staticmethod
    def _visited(data: ProblemData, row: int, node: int) -> bool:
        """Orders are; the yard only where some size of meters may run out among these orders."""
        return node != RELOAD_NODE or bool(data.vehicle_type(row).reload_depots)

    def _step(
        self, data: ProblemData, row: int, node: int, client_of: dict[int, list[int]], begins: int
    ) -> Activity:
        if node == RELOAD_NODE:
            return Activity(ActivityType.DEPOT, data.vehicle_type(row).reload_depots[0])
        clients = [client for client in client_of[node] if data.client(client).tw_late >= begins]
        return Activity(ActivityType.CLIENT, (clients or client_of[node])[0])

    def _served_by(self, order_of: Sequence[int | None]) -> Ints:
        """[client, vehicle]: 1 where the vehicle may serve the client."""
        everyone = np.ones(len(self.vehicles), dtype=np.int64)
        table = self.instance.allowed[np.ix_(self.task.orders, self.task.vehicles)].astype(np.int64)
        row = {order: number for number, order in enumerate(self.task.orders)}
        return np.array([everyone if order is None else table[row[order]] for order in order_of])
