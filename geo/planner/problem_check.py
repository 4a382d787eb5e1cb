"""Refusing a planning problem that makes no sense, with the field that is wrong."""

import numpy as np

from geo.planner.model import PlanningOrder, PlanningProblem, PlanningTechnician, Shift
from workorders.problems import Problem


def check_problem(problem: PlanningProblem) -> None:
    """Refuse what cannot be planned. Raises Problem `bad_input` naming the first field that is wrong."""
    _check_matrix(problem)
    places = len(problem.matrix)
    _check_unique("orders", [order.number for order in problem.orders])
    _check_unique("technicians", [technician.number for technician in problem.technicians])
    for order in problem.orders:
        _check_order(order, places)
    for technician in problem.technicians:
        _check_technician(technician, places)
    _check_follows(problem)


def _refuse(field_name: str, reason: str) -> Problem:
    return Problem("bad_input", field=field_name, reason=reason)


def _check_matrix(problem: PlanningProblem) -> None:
    matrix = problem.matrix
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise _refuse("matrix", f"it must be square, and is {' × '.join(map(str, matrix.shape))}")
    if not np.issubdtype(matrix.dtype, np.integer):
        raise _refuse("matrix", f"it must hold whole seconds, and holds {matrix.dtype}")
    if len(matrix) and (matrix.min() < 0 or matrix.diagonal().any()):
        raise _refuse("matrix", "travel times must not be negative, and zero from a place to itself")


def _check_unique(field_name: str, numbers: list[str]) -> None:
    seen: set[str] = set()
    for number in numbers:
        if number in seen:
            raise _refuse(field_name, f"{number} is there twice")
        seen.add(number)


def _check_order(order: PlanningOrder, places: int) -> None:
    name = f"order {order.number}"
    if not 0 <= order.at < places:
        raise _refuse(name, f"place {order.at} is not in the matrix")
    if order.service_s < 0 or order.priority < 1:
        raise _refuse(name, "service time must not be negative and priority must be at least 1")
    if any(count < 0 for count in order.stock.values()):
        raise _refuse(name, "stock must not be negative")
    if any(window.earliest > window.latest for window in order.windows):
        raise _refuse(name, "a window ends before it begins")
    if order.sequence is not None and order.pinned is None:
        raise _refuse(name, "a place in the sequence needs the technician it is pinned to")


def _check_technician(technician: PlanningTechnician, places: int) -> None:
    name = f"technician {technician.number}"
    reload_at = technician.start if technician.reload_at is None else technician.reload_at
    used = [technician.start, technician.end, reload_at, *map(technician.start_of, technician.shifts)]
    if not all(0 <= place < places for place in used):
        raise _refuse(name, "start, end or reload place is not in the matrix")
    if technician.overtime_s < 0 or technician.reload_s < 0:
        raise _refuse(name, "overtime and reload time must not be negative")
    if technician.max_stops is not None and technician.max_stops < 0:
        raise _refuse(name, "the most stops allowed must not be negative")
    free_from = -1
    for shift in technician.shifts:
        if shift.start > shift.end or shift.start < free_from:
            raise _refuse(name, "shifts must not overlap, and must end after they begin")
        free_from = shift.end
        _check_breaks(name, shift)


def _check_breaks(name: str, shift: Shift) -> None:
    for earlier, later in zip(shift.breaks, shift.breaks[1:], strict=False):
        if later.earliest < earlier.earliest or later.latest < earlier.latest:
            raise _refuse(name, "breaks must be listed in the order they are taken")
    if any(rest.length_s < 0 or rest.earliest > rest.latest for rest in shift.breaks):
        raise _refuse(name, "a break's window ends before it begins, or its length is negative")


def _check_follows(problem: PlanningProblem) -> None:
    follows = {order.number: order.follows for order in problem.orders if order.follows is not None}
    for number, first in follows.items():
        seen, at = {number}, first
        while at in follows:
            if at in seen:
                raise _refuse(f"order {number}", "orders that follow each other go round in a circle")
            seen.add(at)
            at = follows[at]
