"""Vehicle routing with time windows: the planner against PyVRP alone on files in Solomon's format.

The files are not ours to give away; name a folder that holds C101.txt, R101.txt, RC208.txt … Distances
are Euclidean, cut to one decimal.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvrp
from pyvrp.stop import MaxRuntime

from geo.planner.model import Options, PlanningOrder, PlanningProblem, PlanningTechnician, Shift, Window
from geo.planner.solve import plan

SCALE = 10
Table = npt.NDArray[np.int64]


def compare(folder: Path, seconds: float) -> None:
    """Print both distances and the gap of each file."""
    print(f"{'instance':<10} {'PyVRP':>9} {'Curbstop':>9} {'gap %':>6}  in {seconds:g} s each")
    for path in sorted(folder.glob("*.txt")):
        vehicles, capacity, rows = read(path)
        apart = np.linalg.norm(rows[:, None, 1:3] - rows[None, :, 1:3], axis=2)
        matrix = np.floor(SCALE * apart).astype(np.int64)
        alone = alone_s(vehicles, capacity, rows, matrix, seconds)
        made = plan(problem(vehicles, capacity, rows, matrix), options=Options(seconds=seconds))
        gap = f"{100 * (made.drive_s / alone - 1):6.2f}" if not made.unplaced else "  none"
        print(f"{path.stem:<10} {alone / SCALE:>9.1f} {made.drive_s / SCALE:>9.1f} {gap}", flush=True)


def read(path: Path) -> tuple[int, int, Table]:
    """Vehicles, capacity, and rows of: number, x, y, demand, ready, due, service."""
    lines = [line.split() for line in path.read_text().splitlines()]
    numbers = [[int(word) for word in line] for line in lines if line and line[0].isdigit()]
    return numbers[0][0], numbers[0][1], np.array(numbers[1:], dtype=np.int64)


def problem(
    vehicles: int,
    capacity: int,
    rows: Table,
    matrix: Table,
) -> PlanningProblem:
    """The instance as a day: each vehicle a technician with stock."""
    orders = tuple(
        PlanningOrder(
            str(number),
            int(number),
            SCALE * int(service),
            windows=(Window(SCALE * int(ready), SCALE * int(due)),),
            stock={"goods": int(demand)},
        )
        for number, _, _, demand, ready, due, service in rows[1:]
    )
    shift = (Shift(0, SCALE * int(rows[0, 5])),)
    vans = tuple(PlanningTechnician(f"V{n}", 0, 0, shift, stock={"goods": capacity}) for n in range(vehicles))
    return PlanningProblem(orders, vans, matrix)


def alone_s(
    vehicles: int,
    capacity: int,
    rows: Table,
    matrix: Table,
    seconds: float,
) -> int:
    """The distance PyVRP finds with its own settings."""
    clients = [
        pyvrp.Client(
            int(number),
            delivery=[int(demand)],
            service_duration=SCALE * int(service),
            tw_early=SCALE * int(ready),
            tw_late=SCALE * int(due),
        )
        for number, _, _, demand, ready, due, service in rows[1:]
    ]
    fleet = pyvrp.VehicleType(vehicles, [capacity], tw_late=SCALE * int(rows[0, 5]))
    places = [pyvrp.Location(float(x), float(y)) for x, y in rows[:, 1:3]]
    legs: list[Any] = [matrix]
    data = pyvrp.ProblemData(places, clients, [pyvrp.Depot(0)], [fleet], legs, legs)
    return int(pyvrp.solve(data, MaxRuntime(seconds), display=False, collect_stats=False).best.distance())
