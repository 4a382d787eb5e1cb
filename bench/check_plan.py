"""Judge a plan of a day file by the file's own rules, sharing nothing with the planner.

python -m bench.check_plan DAY.json < PLAN.json      PLAN: a list per technician of order positions
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

LATE = 10**9


def check(day: dict[str, Any], seconds: Any, plan: list[list[int]]) -> tuple[list[str], int, int, float]:
    """What is wrong, and orders served, their points, and hours of driving."""
    wrong, driven = [], 0
    if len(plan) != len(day["technicians"]):
        wrong.append("not one list per technician")
    served = [order for route in plan for order in route]
    if len(served) != len(set(served)):
        wrong.append("an order is served twice")
    if any(not 0 <= order < len(day["orders"]) for order in served):
        return ["an order that does not exist"], 0, 0, 0.0
    for number, (technician, route) in enumerate(zip(day["technicians"], plan, strict=False)):
        orders = [day["orders"][order] for order in route]
        if any(not set(order["skills"]) <= set(technician["skills"]) for order in orders):
            wrong.append(f"technician {number} lacks a skill")
        used = [sum(order["stock"][size] for order in orders) for size in range(len(technician["stock"]))]
        if any(pieces > carried for pieces, carried in zip(used, technician["stock"], strict=True)):
            wrong.append(f"technician {number} lacks stock")
        back, drive = drive_through(technician, orders, seconds)
        driven += drive
        if back > technician["shift"][1]:
            wrong.append(f"technician {number} comes back too late, misses a window or gets no lunch")
    return wrong, len(served), sum(day["orders"][order]["priority"] for order in served), driven / 3600


def drive_through(technician: dict[str, Any], orders: list[dict[str, Any]], seconds: Any) -> tuple[int, int]:
    """Earliest time of being back with lunch eaten (LATE: impossible) and seconds driven.

    `hungry` and `fed` are the earliest times without and with lunch; at each place lunch may be eaten on
    arriving or before leaving.
    """
    hungry, fed, at, driven = technician["shift"][0], LATE, technician["start"], 0
    for order in orders:
        fed = min(fed, lunch(technician, hungry))
        leg = int(seconds[at, order["at"]])
        hungry, fed, at, driven = hungry + leg, fed + leg, order["at"], driven + leg
        fed = min(fed, lunch(technician, hungry))
        hungry, fed = (serve(order, time) for time in (hungry, fed))
    fed = min(fed, lunch(technician, hungry))
    leg = int(seconds[at, technician["end"]])
    return min(fed + leg, lunch(technician, hungry + leg)), driven + leg


def lunch(technician: dict[str, Any], time: int) -> int:
    """When lunch is over if it begins as soon as possible from `time` on."""
    earliest, latest = technician["lunch_start"]
    start = max(time, earliest)
    return start + technician["lunch_s"] if start <= latest else LATE


def serve(order: dict[str, Any], time: int) -> int:
    """When the service is over if the technician is there at `time`."""
    earliest, latest = order["start_window"]
    start = max(time, earliest)
    return start + order["service_s"] if start <= latest else LATE


def main() -> None:
    """Print the verdict; exit status 1 when a rule is broken."""
    path = Path(sys.argv[1])
    with np.load(path.with_suffix(".npz")) as arrays:
        seconds = arrays["seconds"].astype(np.int64)
    wrong, served, points, hours = check(json.loads(path.read_text()), seconds, json.load(sys.stdin))
    print(f"{served} served, {points} points, {hours:.2f} hours driven, {len(wrong)} violations")
    for words in wrong:
        print(f"VIOLATION {words}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
