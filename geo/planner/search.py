"""The search: rounds in which groups of neighbouring routes are improved side by side.

Each round forms other groups, puts orders that lie aside to the nearest of them, and starts a little
cooler than the one before. What the search leaves behind is then put back, exactly, by `construct`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from geo.planner.anneal import Improved, improve
from geo.planner.board import RouteBoard
from geo.planner.construct import fill, hardest_first, swap_in
from geo.planner.grouping import groups_of_routes, share_out
from geo.planner.instance import Instance
from geo.planner.links import drop_orphans, redraw
from geo.planner.model import Options
from geo.planner.subproblem import Task
from geo.planner.workers import Stop, WorkerPool

GROUP = 10
"""Routes improved together. Fewer miss exchanges between them, more make each step slow."""
ROUNDS = 20
HOT, COLD = 1.5, 0.02
"""Temperatures at the beginning and the end, in prizes of the least urgent order."""

Progress = Callable[[float, int, int], None]
"""Called with the share of the time used, orders placed and driving seconds."""


@dataclass(slots=True)
class Watch:
    """How much of the planner's `seconds` is left; `reserve` of them are kept for checks and reasons."""

    began: float
    seconds: float
    reserve: float
    clock: Callable[[], float]
    stop: Callable[[], bool]

    @property
    def left(self) -> float:
        """Seconds until the search must end."""
        return self.began + self.seconds - self.reserve - self.clock()

    def over(self) -> bool:
        """Whether to stop now."""
        return self.left <= 0 or self.stop()


def learn(memory: dict[str, Any], instance: Instance, _: Stop) -> None:
    """What every process must know before it improves anything (see `WorkerPool`)."""
    memory["instance"] = instance


def improve_all(memory: dict[str, Any], tasks: list[Task], stop: Stop) -> list[Improved]:
    """One process's share of a round (see `WorkerPool`)."""
    return [improve(memory["instance"], task, stop) for task in tasks]


class Search:
    """Rounds of improving groups of routes with a pool of processes."""

    def __init__(
        self, pool: WorkerPool, watch: Watch, options: Options, progress: Progress | None = None
    ) -> None:
        self._pool, self._watch, self._options = pool, watch, options
        self._progress = progress or (lambda *_: None)
        self._dice = random.Random(options.seed)  # noqa: S311 - no secret: chooses what to try
        self._lateness = 50.0

    def improve(
        self,
        board: RouteBoard,
        hot: float = HOT,
        cold: float = COLD,
        allowed: Callable[[RouteBoard], bool] = lambda _: True,
    ) -> RouteBoard:
        """Improve `board` until the watch says stop; returns the best board met that is `allowed`."""
        if not board.instance.allowed.any():
            return board
        self._pool.run(learn, [board.instance] * self._pool.size, self._watch.stop)
        watch, whole, best = self._watch, max(self._watch.left, 1e-6), board.copy()
        unit = float(board.instance.prize.min()) if len(board.instance.prize) else 1.0
        while not watch.over() and watch.left > whole / ROUNDS / 2:
            share = 1 - watch.left / whole
            heat = [unit * hot * (cold / hot) ** min(1, at) for at in (share, share + 1 / ROUNDS)]
            tasks = self._tasks(board, heat)
            results = self._together(tasks, min(whole / ROUNDS, watch.left))
            if results is None:
                break
            merge(board, tasks, results)
            self._lateness = sum(result.lateness for result in results) / len(results)
            if not allowed(board):
                board = best.copy()
            elif better(board, best):
                best = board.copy()
            self._progress(1 - watch.left / whole, len(board.vehicle_of), board.cost)
        return best

    def _together(self, tasks: list[Task], seconds: float) -> list[Improved] | None:
        """Work off `tasks` in `seconds`; None when asked to stop."""
        size = self._pool.size
        shares = [tasks[number::size] for number in range(size)]
        for share in shares:
            for task in share:
                task.seconds = max(seconds, 0.001) / len(share)
        results = self._pool.run(improve_all, shares, self._watch.stop)
        return results and [results[number % size][number // size] for number in range(len(tasks))]

    def _tasks(self, board: RouteBoard, heat: list[float]) -> list[Task]:
        instance, processes = board.instance, self._pool.size
        count = len(instance.vehicles)
        groups = max(1, min(count, processes * max(1, round(count / GROUP / processes))))
        grouped = groups_of_routes(board, groups, self._dice)
        aside = [
            o for o in range(len(instance.worth)) if o not in board.vehicle_of and o not in instance.linked
        ]
        return [
            Task(
                vehicles=vehicles,
                orders=[order for vehicle in vehicles for order in board.orders(vehicle)] + orders,
                routes=[board.routes[vehicle] for vehicle in vehicles],
                bounds={o: b for o, b in board.bounds.items() if board.vehicle_of.get(o) in vehicles},
                hot=heat[0],
                cold=heat[1],
                seconds=0.0,
                seed=self._dice.randrange(2**31),
                lateness=self._lateness,
                clock=self._options.clock,
                fair_work_s=board.average_work if self._options.fairness else None,
            )
            for vehicles, orders in zip(grouped, share_out(board, grouped, aside), strict=True)
        ]


def merge(board: RouteBoard, tasks: list[Task], results: list[Improved]) -> None:
    """Take over the new routes, as far as they work, and put back what fell out."""
    for task in tasks:
        for number in task.vehicles:
            board.set_route(number, [])
    for task, result in zip(tasks, results, strict=True):
        for number, route in zip(task.vehicles, result.routes, strict=True):
            if not board.set_route(number, route):
                board.take_what_works(number, route)
    complete_board(board)


def complete_board(board: RouteBoard) -> list[int]:
    """Undo what hangs in the air, loosen the cuts, and insert every order that fits; returns the others."""
    drop_orphans(board)
    redraw(board)
    aside = [order for order in range(len(board.instance.worth)) if order not in board.vehicle_of]
    return fill(board, hardest_first(board, aside))


def better(board: RouteBoard, other: RouteBoard) -> bool:
    """More points served, then less driving (with what dislikes, overtime and unfairness weigh)."""
    return (board.served, -board.cost) > (other.served, -other.cost)


def first_board(instance: Instance) -> RouteBoard:
    """Every order at its cheapest place, the hardest first."""
    board = RouteBoard(instance)
    complete_board(board)
    return board


def finish(board: RouteBoard, out_of_time: Callable[[], bool]) -> None:
    """Put back what lies aside, instead of less urgent orders where need be."""
    left = swap_in(board, complete_board(board), out_of_time)
    fill(board, hardest_first(board, left), out_of_time)
    redraw(board)
