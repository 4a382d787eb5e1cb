"""What a planner is given: orders, technicians, travel times and limits, as plain values.

Times are whole seconds after midnight of the planned day, durations are seconds, places are row
numbers of the travel-time matrix. Nothing here knows a database, a clock or a solver.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int64]
"""A square matrix of travel seconds, `matrix[from, to]`, its diagonal zero."""

DAY_S = 86_400
UNREACHABLE_S = 200_000
"""No leg longer than this is believed: about 55 hours stands for “there is no way”."""
RELOAD_S = 900
"""A quarter of an hour at the yard fills a van."""


@dataclass(frozen=True, slots=True)
class Window:
    """Service may start from `earliest` to `latest`, both included."""

    earliest: int
    latest: int


@dataclass(frozen=True, slots=True)
class PlanningOrder:
    """One visit to be planned.

    `priority`: points, at least 1; more is more urgent. `due_in_days`: days until due, negative when
    overdue (see `Options.aging_points`). `windows`: any one of them will do; none means any time.
    `skills`: all are needed. `stock`: pieces by size taken from the van. `pinned`: only this technician.
    `sequence`: the orders pinned to a technician that carry one are served in ascending order, other
    stops may lie between. `follows`: number of an order that must be finished first, by whomever; one
    that is not in the problem counts as done. `target`: when service should have begun, also before the
    day; later is allowed, and the plan keeps it as little late as it can (see `targets`).
    """

    number: str
    at: int
    service_s: int
    priority: int = 10
    due_in_days: int | None = None
    windows: tuple[Window, ...] = ()
    skills: frozenset[str] = frozenset()
    stock: Mapping[str, int] = field(default_factory=dict)
    pinned: str | None = None
    sequence: int | None = None
    follows: str | None = None
    zone: str | None = None
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """A rest of `length_s` that begins from `earliest` to `latest`, never during a drive or a service."""

    earliest: int
    latest: int
    length_s: int


@dataclass(frozen=True, slots=True)
class Shift:
    """Paid time from `start` to `end` with the breaks that belong to it, in the order they are taken.

    `leaves_from`: where it begins when that is not the technician's usual start.
    """

    start: int
    end: int
    breaks: tuple[Break, ...] = ()
    leaves_from: int | None = None


@dataclass(frozen=True, slots=True)
class PlanningTechnician:
    """Someone with a van.

    A shift leaves `start` and comes back to `end`. `stock`: pieces by size at the start of the day; with
    `reload_at` (the yard) the van can be filled again there in `reload_s`, and is full at the start of
    each shift. `overtime_s`: how far past the end of a shift is allowed. `zones`: empty means anywhere;
    outside them is only disliked. `max_stops`: orders a day.
    """

    number: str
    start: int
    end: int
    shifts: tuple[Shift, ...]
    skills: frozenset[str] = frozenset()
    stock: Mapping[str, int] | None = None
    reload_at: int | None = None
    reload_s: int = RELOAD_S
    max_stops: int | None = None
    overtime_s: int = 0
    zones: frozenset[str] = frozenset()

    def start_of(self, shift: Shift) -> int:
        """The place where `shift` begins."""
        return self.start if shift.leaves_from is None else shift.leaves_from

    def is_foreign(self, order: PlanningOrder) -> bool:
        """Whether `order` lies outside the technician's zones; one without a zone is never outside."""
        return bool(self.zones) and order.zone is not None and order.zone not in self.zones


@dataclass(frozen=True, slots=True)
class Options:
    """What the plan should care about.

    `seconds`: time the planner may take, repair and checks included. `processes`: how many it may use.
    `aging_points`: priority points added for each day an order is overdue. `overtime_cost`: what a second
    of overtime weighs against a second of driving. `zone_cost_s`: driving seconds one visit outside
    preferred zones weighs. `fairness`: what a second of work above the average technician's weighs (0:
    not at all). `stickiness_s`: driving seconds that it must save to take an order from the technician
    who has it (re-planning). `max_moved`: at most so many orders change technician in a re-plan. `seed`:
    chooses among equally good searches. `clock`: "wall", or "cpu" to count each process's own processor
    seconds (benchmarks on a shared machine).
    """

    seconds: float = 10.0
    processes: int = 2
    aging_points: int = 0
    overtime_cost: int = 2
    zone_cost_s: int = 900
    fairness: int = 0
    stickiness_s: int = 600
    max_moved: int | None = None
    seed: int = 1
    clock: str = "wall"


@dataclass(frozen=True, slots=True)
class PlanningProblem:
    """A day to plan. `matrix[i, j]`: travel seconds; legs of `UNREACHABLE_S` or more do not exist."""

    orders: tuple[PlanningOrder, ...]
    technicians: tuple[PlanningTechnician, ...]
    matrix: npt.NDArray[np.integer[Any]]


def worth(order: PlanningOrder, options: Options) -> int:
    """Points for serving `order`: its priority, plus `aging_points` for each day it is overdue."""
    if order.due_in_days is None:
        return order.priority
    return order.priority + options.aging_points * max(0, -order.due_in_days)
