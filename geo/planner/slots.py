"""Which appointment to offer while the customer is on the phone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo.planner.board import RouteBoard
from geo.planner.insert import board_of
from geo.planner.instance import Instance, tables, windows_of
from geo.planner.model import Options, PlanningOrder, PlanningProblem, Window
from geo.planner.plan import Plan
from geo.planner.trials import IMPOSSIBLE, Prober


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day whose plan stands; make it once with `planned_day` and keep it while the plan does."""

    problem: PlanningProblem
    plan: Plan
    board: RouteBoard
    options: Options


@dataclass(frozen=True, slots=True)
class Journeys:
    """Travel seconds between an address and every place of a day: `to` it and `back` from it."""

    to: npt.NDArray[np.int64]
    back: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SlotOffer:
    """A window that can be promised: who would come, and what it adds to the day's driving and overtime."""

    day: int
    window: Window
    technician: str
    cost_s: int


def planned_day(problem: PlanningProblem, plan: Plan, options: Options | None = None) -> PlannedDay:
    """Lay a plan out so that offers can be found in milliseconds."""
    options = options or Options()
    return PlannedDay(problem, plan, board_of(problem, plan, options), options)


def recommend_slots(
    days: Sequence[PlannedDay],
    order: PlanningOrder,
    windows: Sequence[Window],
    journeys: Sequence[Journeys | None] | None = None,
) -> list[SlotOffer]:
    """Every one of `windows` on every day that can still be kept, cheapest first.

    The service would start within the window, no other promise is broken, and nobody else's route
    changes. `journeys[d]`: travel times when the order's place is not in the matrix of day d (`order.at` is
    then not read). Days are numbered as given.
    """
    offers = []
    for number, day in enumerate(days):
        way = journeys[number] if journeys else None
        prober = Prober(day.board, _with_order(day, order, way))
        row = len(prober.instance.place) - 1
        for window in windows:
            cost, vehicle, _ = prober.insertions(row, (window.earliest, window.latest)).best()
            if cost < IMPOSSIBLE:
                technician = day.problem.technicians[day.board.instance.vehicles[vehicle].technician]
                offers.append(SlotOffer(number, window, technician.number, cost))
    return sorted(offers, key=lambda offer: (offer.cost_s, offer.day, offer.window.earliest))


def _with_order(day: PlannedDay, order: PlanningOrder, way: Journeys | None) -> Instance:
    """The day's instance with `order` as its last row, and its place as the last of the matrix if new."""
    instance, problem = day.board.instance, day.problem
    if way is not None:
        matrix = np.zeros((len(way.to) + 1, len(way.to) + 1), dtype=instance.matrix.dtype)
        matrix[:-1, :-1], matrix[:-1, -1], matrix[-1, :-1] = instance.matrix, way.to, way.back
        instance, order = replace(instance, matrix=matrix), replace(order, at=len(way.to))
    allowed, dislike = tables((order,), problem.technicians, day.options)
    stock = np.array([[order.stock.get(size, 0) for size in instance.sizes]], dtype=np.int64)
    return replace(
        instance,
        place=np.append(instance.place, order.at),
        windows=(*instance.windows, windows_of(order)),
        service=np.append(instance.service, order.service_s),
        allowed=np.concatenate([instance.allowed, allowed]),
        dislike=np.concatenate([instance.dislike, dislike]),
        stock=np.concatenate([instance.stock, stock.reshape(1, -1)]),
    )
