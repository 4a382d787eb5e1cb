"""Shortest driving times between states, from several threads at once."""

import os
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroutingkit import INF_WEIGHT, CCHMetric

from .roads import Roads
from .segments import Ints
from .weights import Weights

FAR = 10**12
"""Milliseconds that stand for "cannot be reached" inside sums; any real time is far below."""

MAX_METRICS = min(4, os.cpu_count() or 1)
"""A metric answers one thread at a time and holds some hundred bytes a turn: so many are kept at most."""


class Hierarchy:
    """A pool of customised metrics over one topology. Safe to use from many threads."""

    def __init__(self, roads: Roads, weights: Weights) -> None:
        self._roads, self._weights = roads, weights
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._slots = threading.Semaphore(MAX_METRICS)
        self._loops: dict[int, int] = {}
        self._idle.put(self._new_metric())

    def _new_metric(self) -> Any:
        metric = CCHMetric(self._roads.topology)
        metric.customize(self._weights.turn_ms)
        return metric

    @contextmanager
    def _metric(self) -> Iterator[Any]:
        with self._slots:
            try:
                metric = self._idle.get_nowait()
            except queue.Empty:
                metric = self._new_metric()
            try:
                yield metric
            finally:
                self._idle.put(metric)

    def times(self, sources: Ints, targets: Ints) -> NDArray[np.int64]:
        """Milliseconds from the end of each source state to the end of each target state, FAR if none.

        From a state to itself is 0: going round to it again is `loop`.
        """
        with self._metric() as metric:
            found = metric.distances_many_to_many(sources.astype(np.uint32), targets.astype(np.uint32))
        wide: NDArray[np.int64] = found.astype(np.int64)
        wide[wide >= INF_WEIGHT] = FAR
        return wide

    def route(self, source: int, target: int) -> tuple[int, list[int]]:
        """Milliseconds (FAR if none) and the states from source to target, both included."""
        with self._metric() as metric:
            found, states, _ = metric.query(source, target)
        return (FAR, []) if found >= INF_WEIGHT else (int(found), [int(state) for state in states])

    def loop(self, state: int) -> tuple[int, list[int]]:
        """The quickest way from the end of a state round to its end again, and the states after it."""
        best, way = FAR, []
        for row in self._roads.turn_rows(state):
            step = int(self._weights.turn_ms[row])
            if step >= INF_WEIGHT:
                continue
            for target in (state, *self._roads.twins.get(state, ())):
                found, states = self.route(int(self._roads.arrays["turn_head"][row]), target)
                if found < FAR and step + found < best:
                    best, way = step + found, states
        self._loops[state] = best
        return best, way

    def loop_ms(self, state: int) -> int:
        """Milliseconds of `loop`, remembered."""
        return self._loops[state] if state in self._loops else self.loop(state)[0]


def workers() -> ThreadPoolExecutor:
    """As many threads as metrics; the engine releases the interpreter's lock while it searches."""
    return ThreadPoolExecutor(MAX_METRICS, thread_name_prefix="travel-times")
