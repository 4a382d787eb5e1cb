"""VROOM through pyvroom, breaks, skills and stock its own."""

from datetime import timedelta
from typing import Any

import numpy as np
import vroom


def plan(day: dict[str, Any], seconds: Any, budget: int) -> list[list[int]]:
    """Plan with two threads; VROOM keeps to `budget` only loosely."""
    problem = vroom.Input()
    problem.set_durations_matrix(profile="car", matrix_input=np.asarray(seconds, dtype=np.uint32))
    for number, technician in enumerate(day["technicians"]):
        lunch = vroom.Break(
            number,
            [vroom.TimeWindow(*technician["lunch_start"])],
            technician["lunch_s"],
        )
        problem.add_vehicle(
            vroom.Vehicle(
                number,
                start=technician["start"],
                end=technician["end"],
                capacity=technician["stock"],
                skills=set(technician["skills"]),
                time_window=vroom.TimeWindow(*technician["shift"]),
                breaks=[lunch],
            )
        )
    for number, order in enumerate(day["orders"]):
        problem.add_job(
            vroom.Job(
                number,
                location=order["at"],
                default_service=order["service_s"],
                delivery=order["stock"],
                skills=set(order["skills"]),
                priority=min(100, order["priority"]),
                time_windows=[vroom.TimeWindow(*order["start_window"])],
            )
        )
    solution = problem.solve(exploration_level=5, nb_threads=2, timeout=timedelta(seconds=budget))
    routes: list[list[int]] = [[] for _ in day["technicians"]]
    for step in solution.routes.to_dict("records"):
        if step["type"] == "job":
            routes[int(step["vehicle_id"])].append(int(step["id"]))
    return routes
