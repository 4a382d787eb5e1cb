"""Shortest driving times between states, from several threads at once."""

import os
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroutingkit import INF_WEIGHT, CCHMetric

from .network import Roads
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
        self._idle.put(self._new_metric())

    def _new_metric(self) -> Any:
        metric = CCHMetric(self._roads.topology)
        unused = np.full(2 * (int(self._roads.departure.max()) + 1), INF_WEIGHT, np.uint32)
        metric.customize(np.concatenate([self._weights.turn_ms, unused]))
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

    def times(self, starts: "Starts", targets: Ints) -> NDArray[np.int64]:
        """Milliseconds from each start to the end of each target state, FAR if none."""
        # The engine works through targets as given: from the top down is the order they lie in memory.
        downward = np.argsort(-self._roads.rank[targets])
        arcs = len(self._weights.turn_ms) + (2 * starts.departure[:, None] + [0, 1])
        with self._metric() as metric:
            # Nothing leads into a departure, so what an earlier search left there disturbs nobody.
            metric.update_weights(
                arcs.ravel().astype(np.uint32), starts.departure_ms.ravel().astype(np.uint32)
            )
            states = len(self._roads.arrays["state_segment"])
            sources = np.concatenate([states + starts.departure, starts.state]).astype(np.uint32)
            found = metric.distances_many_to_many(sources, targets[downward].astype(np.uint32))
        wide = np.empty(found.shape, np.int64)
        wide[:, downward] = found
        wide[wide >= INF_WEIGHT] = FAR
        wide[len(starts.departure) :] += starts.state_ms[:, None]
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
        return best, way


@dataclass(frozen=True, slots=True)
class Starts:
    """Where searches start: departures with the milliseconds to the end of each direction's arc (k, 2), no
    departure twice; then states of one-way streets with the milliseconds to their end."""

    departure: Ints
    departure_ms: Ints
    state: Ints
    state_ms: Ints


def workers() -> ThreadPoolExecutor:
    """As many threads as metrics; the engine releases the interpreter's lock while it searches."""
    return ThreadPoolExecutor(MAX_METRICS, thread_name_prefix="travel-times")
