"""The problem as index numbers and arrays, the form in which the search works on it.

A vehicle is one shift of one technician. Orders are row numbers; -1 in a route means: fill the van.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.planner.model import (
    DAY_S,
    UNREACHABLE_S,
    Break,
    Options,
    PlanningOrder,
    PlanningProblem,
    PlanningTechnician,
    worth,
)

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NEVER = 10**8
"""A time that no shift reaches."""
RELOAD_NODE = -1
LEAST_WORTH_S = 1_000
"""Driving seconds that the least urgent order is worth in the search. Raised to the way out to a typical
order where places lie far apart; larger values stall the search, smaller ones leave orders undone."""
MOST_WORTH_IN_LEAST = 400
"""The most urgent order outweighs at most so many of the least urgent: beyond that the search stalls."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One shift: `closes` is its paid end, `limit` the end with the overtime allowed."""

    technician: int
    shift: int
    start: int
    end: int
    opens: int
    closes: int
    limit: int
    breaks: tuple[Break, ...]
    reload_at: int | None
    reload_s: int


@dataclass(frozen=True, slots=True)
class Instance:
    """Arrays by order (rows) and vehicle (columns).

    `windows[o]`: start windows, ascending. `service[o]`: seconds. `allowed`, `dislike` (seconds it weighs):
    [order, vehicle]. `stock[o]`: pieces by size, `sizes` in this sequence; `carries[t]`: pieces by size of a
    technician, NEVER for no limit. `most_stops[t]`. `follows[o]`: orders that must be finished before;
    `after[o]`: orders of the same technician that must be served before if at all; `linked`: all of these
    on either side. `prize[o]`: driving seconds the search trades for it.
    """

    matrix: npt.NDArray[np.int32]
    vehicles: tuple[Vehicle, ...]
    sizes: tuple[str, ...]
    place: Ints
    worth: Ints
    prize: Ints
    windows: tuple[tuple[tuple[int, int], ...], ...]
    service: Ints
    allowed: Bools
    dislike: Ints
    stock: Ints
    carries: Ints
    most_stops: Ints
    follows: Mapping[int, tuple[int, ...]]
    after: Mapping[int, tuple[int, ...]]
    linked: frozenset[int]
    overtime_cost: int
    fairness: int


def index(problem: PlanningProblem, options: Options, keep: Mapping[str, str] | None = None) -> Instance:
    """Turn a checked problem into arrays. `keep`: order number → technician it should stay with."""
    orders, technicians = problem.orders, problem.technicians
    vehicles = tuple(
        Vehicle(
            *(number, position, technician.start_of(shift), technician.end),
            *(shift.start, shift.end, shift.end + technician.overtime_s, shift.breaks),
            *(technician.reload_at, technician.reload_s),
        )
        for number, technician in enumerate(technicians)
        for position, shift in enumerate(technician.shifts)
    )
    matrix = problem.matrix.astype(np.int32)
    matrix[matrix >= UNREACHABLE_S] = NEVER
    sizes = sorted({size for order in orders for size, count in order.stock.items() if count})
    worths = np.array([worth(order, options) for order in orders], dtype=np.int64)
    follows, after = _follows(orders), _sequences(orders)
    allowed, dislike = tables(orders, technicians, options, keep)
    place = np.array([order.at for order in orders], dtype=np.int64)
    return Instance(
        matrix=matrix,
        vehicles=vehicles,
        sizes=tuple(sizes),
        place=place,
        worth=worths,
        prize=_prizes(worths, matrix, place, vehicles),
        windows=tuple(windows_of(order) for order in orders),
        service=np.array([order.service_s for order in orders], dtype=np.int64),
        allowed=allowed,
        dislike=dislike,
        stock=np.array(
            [[order.stock.get(size, 0) for size in sizes] for order in orders], dtype=np.int64
        ).reshape(len(orders), len(sizes)),
        carries=np.array(
            [[NEVER if t.stock is None else t.stock.get(size, 0) for size in sizes] for t in technicians],
            dtype=np.int64,
        ).reshape(len(technicians), len(sizes)),
        most_stops=np.array([NEVER if t.max_stops is None else t.max_stops for t in technicians], np.int64),
        follows=follows,
        after=after,
        linked=frozenset(
            n for o, firsts in (*follows.items(), *after.items()) for n in (o, *firsts) if firsts
        ),
        overtime_cost=options.overtime_cost,
        fairness=options.fairness,
    )


def tables(
    orders: tuple[PlanningOrder, ...],
    technicians: tuple[PlanningTechnician, ...],
    options: Options,
    keep: Mapping[str, str] | None = None,
) -> tuple[Bools, Ints]:
    """Permission and dislike by order and vehicle (see `Instance`)."""
    who = [number for number, technician in enumerate(technicians) for _ in technician.shifts]
    dislike = _dislikes(orders, technicians, options, keep or {})
    return _allowed(orders, technicians)[:, who], dislike[:, who]


def windows_of(order: PlanningOrder) -> tuple[tuple[int, int], ...]:
    """Spans in which service may start, ascending; one that never ends when there is none."""
    spans = sorted((window.earliest, window.latest) for window in order.windows)
    return tuple(spans) or ((0, 10 * DAY_S),)


def _allowed(orders: tuple[PlanningOrder, ...], technicians: tuple[PlanningTechnician, ...]) -> Bools:
    """Rows of orders that ask for the same things are computed once."""
    known: dict[Hashable, list[bool]] = {}
    rows = []
    for order in orders:
        key = (order.skills, order.pinned, tuple(order.stock.items()))
        if key not in known:
            known[key] = [may_serve(order, technician) for technician in technicians]
        rows.append(known[key])
    return np.array(rows, dtype=np.bool_).reshape(len(orders), len(technicians))


def may_serve(order: PlanningOrder, technician: PlanningTechnician) -> bool:
    """Whether skills, pin and the van's size let this technician serve `order` at all."""
    return (
        order.skills <= technician.skills
        and order.pinned in (None, technician.number)
        and technician.max_stops != 0
        and (
            technician.stock is None
            or all(count <= technician.stock.get(size, 0) for size, count in order.stock.items())
        )
    )


def _dislikes(
    orders: tuple[PlanningOrder, ...],
    technicians: tuple[PlanningTechnician, ...],
    options: Options,
    keep: Mapping[str, str],
) -> Ints:
    table = np.zeros((len(orders), len(technicians)), dtype=np.int64)
    for column, technician in enumerate(technicians):
        if technician.zones:
            foreign = np.array([technician.is_foreign(order) for order in orders], dtype=np.bool_)
            table[foreign, column] += options.zone_cost_s
        if keep:
            elsewhere = [keep.get(order.number, technician.number) != technician.number for order in orders]
            table[np.array(elsewhere, dtype=np.bool_), column] += options.stickiness_s
    return table


def _prizes(worths: Ints, matrix: npt.NDArray[np.int32], place: Ints, vehicles: tuple[Vehicle, ...]) -> Ints:
    if not len(worths) or not vehicles:
        return worths
    starts = np.unique([vehicle.start for vehicle in vehicles])
    way = matrix[np.ix_(starts, place)].min(axis=0)
    typical = int(np.median(way[way < NEVER])) if (way < NEVER).any() else 0
    least = max(LEAST_WORTH_S, typical)
    return np.minimum(worths * least // int(worths.min()), MOST_WORTH_IN_LEAST * least)


def _follows(orders: tuple[PlanningOrder, ...]) -> dict[int, tuple[int, ...]]:
    row = {order.number: number for number, order in enumerate(orders)}
    return {n: (row[o.follows],) for n, o in enumerate(orders) if o.follows is not None and o.follows in row}


def _sequences(orders: tuple[PlanningOrder, ...]) -> dict[int, tuple[int, ...]]:
    chains: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, order in enumerate(orders):
        if order.sequence is not None and order.pinned is not None:
            chains[order.pinned].append((order.sequence, number))
    return {
        number: tuple(other for earlier, other in chain if earlier < place)
        for chain in chains.values()
        for place, number in chain
    }
