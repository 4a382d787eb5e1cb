"""Cutting a day into one problem a zone: whose orders, which technicians, their part of the matrix."""

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np

from geo.planner.model import PlanningOrder, PlanningProblem, PlanningTechnician, Shift

A_DRIVE_S = 300
"""What a visit takes beside its service, for sharing out technicians."""


def split_by_zone(problem: PlanningProblem) -> list[PlanningProblem]:
    """One problem a zone; every order and technician is in exactly one.

    An order without a zone goes to that of the nearest order that has one. A pinned order goes where its
    technician is, and what follows another order where that is.
    """
    zone_of = _zones_of_orders(problem)
    works_in = _zones_of_technicians(problem, zone_of)
    for order in problem.orders:
        if order.pinned in works_in:
            zone_of[order.number] = works_in[order.pinned]
    for order in _firsts_first(problem.orders):
        if order.follows in zone_of:
            zone_of[order.number] = zone_of[order.follows]
    zones = sorted({*zone_of.values(), *works_in.values()})
    return [
        _part(
            problem,
            [order for order in problem.orders if zone_of[order.number] == zone],
            [technician for technician in problem.technicians if works_in[technician.number] == zone],
        )
        for zone in zones
    ]


def _zones_of_orders(problem: PlanningProblem) -> dict[str, str]:
    zoned = [order for order in problem.orders if order.zone is not None]
    zones = {order.number: order.zone or "" for order in problem.orders}
    stray = [order for order in problem.orders if order.zone is None]
    if zoned and stray:
        away = problem.matrix[np.ix_([order.at for order in zoned], [order.at for order in stray])]
        for order, nearest in zip(stray, away.argmin(axis=0), strict=True):
            zones[order.number] = zoned[int(nearest)].zone or ""
    return zones


def _firsts_first(orders: tuple[PlanningOrder, ...]) -> list[PlanningOrder]:
    known = {order.number: order for order in orders}

    def depth(order: PlanningOrder) -> int:
        return 1 + depth(known[order.follows]) if order.follows in known else 0

    return sorted(orders, key=depth)


def _zones_of_technicians(problem: PlanningProblem, zone_of: dict[str, str]) -> dict[str, str]:
    """Those with least choice first, each where most work that he can do is not yet covered."""
    need: dict[str, Counter[frozenset[str]]] = defaultdict(Counter)
    for order in problem.orders:
        need[zone_of[order.number]][order.skills] += order.service_s + A_DRIVE_S
    places = {zone: [o.at for o in problem.orders if zone_of[o.number] == zone] for zone in sorted(need)}
    found: dict[str, str] = {}
    for technician in sorted(problem.technicians, key=lambda t: (len(t.zones) or len(places), len(t.skills))):
        choice = [zone for zone in places if zone in technician.zones] or list(places)
        if not choice:
            found[technician.number] = ""
            continue
        able = {zone: _open_work(need[zone], technician) for zone in choice}
        best = max(choice, key=lambda zone: (able[zone] - _way_s(problem, technician, places[zone]), zone))
        found[technician.number] = best
        _cover(need[best], technician)
    return found


def _open_work(need: Counter[frozenset[str]], technician: PlanningTechnician) -> int:
    return sum(seconds for skills, seconds in need.items() if skills <= technician.skills)


def _way_s(problem: PlanningProblem, technician: PlanningTechnician, places: list[int]) -> int:
    """The way to a zone and back counts like work lost there."""
    return 2 * int(np.median(problem.matrix[technician.start, places]))


def _cover(need: Counter[frozenset[str]], technician: PlanningTechnician) -> None:
    """Take the technician's hours off the work that he can do, evenly."""
    hours = sum(
        shift.end - shift.start - sum(rest.length_s for rest in shift.breaks) for shift in technician.shifts
    )
    open_work = _open_work(need, technician)
    for skills in list(need):
        if skills <= technician.skills and open_work > 0:
            need[skills] = max(0, need[skills] - hours * need[skills] // open_work)


def _part(
    problem: PlanningProblem, orders: list[PlanningOrder], technicians: list[PlanningTechnician]
) -> PlanningProblem:
    """A problem with its own, smaller matrix."""
    used = {order.at for order in orders}
    for technician in technicians:
        used |= {
            technician.start,
            technician.end,
            *(technician.start_of(shift) for shift in technician.shifts),
        }
        used |= {technician.reload_at} if technician.reload_at is not None else set()
    rows = sorted(used)
    row = {place: number for number, place in enumerate(rows)}
    return PlanningProblem(
        tuple(replace(order, at=row[order.at]) for order in orders),
        tuple(_moved(technician, row) for technician in technicians),
        problem.matrix[np.ix_(rows, rows)],
    )


def _moved(technician: PlanningTechnician, row: dict[int, int]) -> PlanningTechnician:
    def shift_moved(shift: Shift) -> Shift:
        return shift if shift.leaves_from is None else replace(shift, leaves_from=row[shift.leaves_from])

    return replace(
        technician,
        start=row[technician.start],
        end=row[technician.end],
        reload_at=None if technician.reload_at is None else row[technician.reload_at],
        shifts=tuple(shift_moved(shift) for shift in technician.shifts),
    )
