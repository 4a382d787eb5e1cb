"""Reading a day of field work from a JSON file and the travel times beside it.

`NAME.json` holds `technicians` and `orders`, `NAME.npz` the array `seconds`. A technician: `start` and
`end` (matrix rows), `shift` and `lunch_start` (pairs of seconds after midnight), `lunch_s`, `skills`,
`stock` by size; if wanted `zones`, `max_stops`, `overtime_s`, and `reload_at` (the matrix row of the yard)
with `reload_s`. An order: `at`, `service_s`, `priority`, `skills`, `start_window`, `stock`; if wanted `zone`,
`target`, `due_in_days`, `pinned` (a technician) with `sequence`, and `follows` (an order). Technicians and
orders go by their positions in the lists; what the rest means is said in geo.planner.model.
"""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from geo.planner.model import (
    RELOAD_S,
    Break,
    PlanningOrder,
    PlanningProblem,
    PlanningTechnician,
    Shift,
    Window,
)
from geo.planner.problem_check import check_problem
from workorders.problems import Problem


def read_day(path: Path) -> PlanningProblem:
    """The problem in `path` and the .npz beside it. Raises Problem `bad_input` naming what is wrong."""
    try:
        day = json.loads(path.read_text(encoding="utf-8"))
        with np.load(path.with_suffix(".npz")) as arrays:
            matrix = arrays["seconds"].astype(np.int64)
        orders = tuple(_order(number, row) for number, row in enumerate(day["orders"]))
        technicians = tuple(_technician(number, row) for number, row in enumerate(day["technicians"]))
    except FileNotFoundError as missing:
        raise Problem("bad_input", field=str(missing.filename), reason="there is no such file") from missing
    except KeyError as missing:
        raise Problem("bad_input", field=str(path), reason=f"{missing} is missing") from missing
    except (ValueError, TypeError, zipfile.BadZipFile) as wrong:
        raise Problem("bad_input", field=str(path), reason=f"it cannot be read: {wrong}") from wrong
    problem = PlanningProblem(orders, technicians, matrix)
    check_problem(problem)
    return problem


def _order(number: int, row: dict[str, Any]) -> PlanningOrder:
    return PlanningOrder(
        number=str(number),
        at=int(row["at"]),
        service_s=int(row["service_s"]),
        priority=int(row["priority"]),
        windows=(Window(*map(int, row["start_window"])),),
        skills=frozenset(map(str, row["skills"])),
        stock=_stock(row["stock"]),
        due_in_days=_whole(row, "due_in_days"),
        pinned=_position(row, "pinned"),
        sequence=_whole(row, "sequence"),
        follows=_position(row, "follows"),
        zone=row.get("zone"),
        target=_whole(row, "target"),
    )


def _technician(number: int, row: dict[str, Any]) -> PlanningTechnician:
    first, last = map(int, row["shift"])
    earliest, latest = map(int, row["lunch_start"])
    lunch = Break(earliest, latest, int(row["lunch_s"]))
    return PlanningTechnician(
        number=str(number),
        start=int(row["start"]),
        end=int(row["end"]),
        shifts=(Shift(first, last, (lunch,)),),
        skills=frozenset(map(str, row["skills"])),
        stock=_stock(row["stock"]),
        reload_at=_whole(row, "reload_at"),
        reload_s=int(row.get("reload_s", RELOAD_S)),
        max_stops=_whole(row, "max_stops"),
        overtime_s=int(row.get("overtime_s", 0)),
        zones=frozenset(map(str, row.get("zones", ()))),
    )


def _whole(row: dict[str, Any], name: str) -> int | None:
    return None if row.get(name) is None else int(row[name])


def _position(row: dict[str, Any], name: str) -> str | None:
    return None if row.get(name) is None else str(int(row[name]))


def _stock(pieces: list[int]) -> dict[str, int]:
    return {str(size): int(count) for size, count in enumerate(pieces)}
