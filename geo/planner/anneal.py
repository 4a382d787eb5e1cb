"""Improving a subproblem: PyVRP's local search inside simulated annealing, made to fit a given time.

PyVRP's own loop (late acceptance, penalties that start very high) needs far longer than a dispatcher
waits. Here the temperature falls with the time used, so any time is used fully; skills and stock are never
traded for anything, and only the price of lateness is learned.
"""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geo.planner.instance import RELOAD_NODE, Instance
from geo.planner.pyvrp_parts import Activity, ActivityType, CostEvaluator, Solution, local_search
from geo.planner.subproblem import Builder, Subproblem, Task

NEIGHBOURS = 20
"""For an order that everybody may serve. Less makes the search blind, more makes it slow."""
STOCK_PENALTY = 50_000
LATENESS_EVERY = 200
FEASIBLE_SHARE = 0.5

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}


@dataclass(frozen=True, slots=True)
class Improved:
    """New routes for the task's vehicles, what lateness weighed at last, and how many rounds it took."""

    routes: list[list[int]]
    lateness: float
    rounds: int


def improve(instance: Instance, task: Task, stop: Callable[[], bool] = lambda: False) -> Improved:
    """Anneal `task` until its seconds are over or `stop` says so; its own routes when nothing is better."""
    if not task.orders:
        return Improved(task.routes, task.lateness, 0)
    clock = CLOCKS[task.clock]
    began = clock()
    problem = Builder(instance, task).build()
    search = local_search(problem.data, _neighbours(problem), task.seed)
    dice = random.Random(task.seed)  # noqa: S311 - no secret: chooses what to try
    learner = _Lateness(task.lateness, problem.data.num_load_dimensions)
    best, current, rounds = problem.start, problem.start, 0
    best_cost = learner.judge.cost(best)
    while (share := (clock() - began) / task.seconds) < 1 and not stop():
        warmth = task.hot * (task.cold / task.hot) ** share
        found = search(current, learner.judge, False)
        rounds += 1
        learner.learn(found)
        cost = learner.judge.penalised_cost(found)
        if cost < best_cost and found.is_feasible():
            best, best_cost = found, cost
        if cost < learner.judge.penalised_cost(current) - warmth * math.log(1 - dice.random()):
            current = found
    return Improved(_routes(problem, task, best), learner.weight, rounds)


class _Lateness:
    """Learns what a second of lateness must weigh for about half of the solutions tried to be on time."""

    def __init__(self, weight: float, load_dimensions: int) -> None:
        self.weight = weight
        self._loads = [float(STOCK_PENALTY)] * load_dimensions
        self._seen: list[bool] = []
        self.judge = CostEvaluator(self._loads, weight, 1.0)

    def learn(self, found: Solution) -> None:
        self._seen.append(not found.has_time_warp())
        if len(self._seen) < LATENESS_EVERY:
            return
        share = sum(self._seen) / len(self._seen)
        self._seen.clear()
        if share < FEASIBLE_SHARE - 0.05:
            self.weight = min(1.5 * self.weight, 1e5)
        elif share > FEASIBLE_SHARE + 0.05:
            self.weight = max(0.9 * self.weight, 1.0)
        self.judge = CostEvaluator(self._loads, self.weight, 1.0)


def _neighbours(problem: Subproblem) -> dict[Activity, list[Activity]]:
    """For each client those it may well stand beside: near in place and time, and someone may serve both.

    PyVRP's own neighbours know nothing of skills, so that most of them would be useless for a rare skill.
    """
    count = len(problem.order_of)
    drive = problem.data.duration_matrix(0)
    rows = [problem.data.client(client).location for client in range(count)]
    away = drive[np.ix_(rows, rows)].astype(np.float64)
    early, late = problem.spans[:, 0], problem.spans[:, 1]
    leave = problem.served_s[:, None] + away
    wait = np.maximum(early[None, :] - leave - late[:, None], 0)
    warp = np.maximum(early[:, None] + leave - late[None, :], 0)
    distance = away + 0.2 * wait + warp
    distance = np.minimum(distance, distance.T)
    distance[(problem.served_by @ problem.served_by.T) == 0] = np.inf
    breaks = [client for client, order in enumerate(problem.order_of) if order is None]
    distance[np.ix_(breaks, breaks)] = np.inf
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1, kind="stable")
    share = problem.served_by.mean(axis=1)
    activities = [Activity(ActivityType.CLIENT, client) for client in range(count)]
    return {
        activities[client]: [
            activities[other]
            for other in nearest[client, : int(min(NEIGHBOURS / max(share[client], 1 / 3), count - 1))]
            if distance[client, other] < np.inf
        ]
        for client in range(count)
    }


def _routes(problem: Subproblem, task: Task, solution: Solution) -> list[list[int]]:
    """The routes by the task's vehicles, breaks left out, fillings of the van kept between stops."""
    routes: list[list[int]] = [[] for _ in task.vehicles]
    for route in solution.routes():
        nodes = routes[route.vehicle_type()]
        for step in list(route)[1:-1]:
            order = problem.order_of[step.idx] if step.is_client() else RELOAD_NODE
            if order is not None:
                nodes.append(order)
    return routes
