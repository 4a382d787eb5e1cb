"""Reading a day of field work from a JSON file and the travel times beside it.

`NAME.json` holds `technicians` and `orders`, `NAME.npz` the array `seconds`. A technician: `start` and
`end` (matrix rows), `shift` and `lunch_start` (pairs of seconds after midnight), `lunch_s`, `skills`,
`stock` by size. An order: `at`, `service_s`, `priority`, `skills`, `start_window`, `stock`. Numbers are
the positions in the lists.
"""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from geo.planner.model import Break, Order, Problem, Shift, Technician, Window
from geo.planner.problem_check import check_problem
from workorders.problems import Problem as Refusal


def read_day(path: Path) -> Problem:
    """The problem in `path` and the .npz beside it. Raises Problem `bad_input` naming what is wrong."""
    try:
        day = json.loads(path.read_text(encoding="utf-8"))
        with np.load(path.with_suffix(".npz")) as arrays:
            matrix = arrays["seconds"].astype(np.int64)
        orders = tuple(_order(number, row) for number, row in enumerate(day["orders"]))
        technicians = tuple(_technician(number, row) for number, row in enumerate(day["technicians"]))
    except FileNotFoundError as missing:
        raise Refusal("bad_input", field=str(missing.filename), reason="there is no such file") from missing
    except KeyError as missing:
        raise Refusal("bad_input", field=str(path), reason=f"{missing} is missing") from missing
    except (ValueError, TypeError, zipfile.BadZipFile) as wrong:
        raise Refusal("bad_input", field=str(path), reason=f"it cannot be read: {wrong}") from wrong
    problem = Problem(orders, technicians, matrix)
    check_problem(problem)
    return problem


def _order(number: int, row: dict[str, Any]) -> Order:
    return Order(
        number=str(number),
        at=int(row["at"]),
        service_s=int(row["service_s"]),
        priority=int(row["priority"]),
        windows=(Window(*map(int, row["start_window"])),),
        skills=frozenset(map(str, row["skills"])),
        stock=_stock(row["stock"]),
    )


def _technician(number: int, row: dict[str, Any]) -> Technician:
    first, last = map(int, row["shift"])
    earliest, latest = map(int, row["lunch_start"])
    lunch = Break(earliest, latest, int(row["lunch_s"]))
    return Technician(
        number=str(number),
        start=int(row["start"]),
        end=int(row["end"]),
        shifts=(Shift(first, last, (lunch,)),),
        skills=frozenset(map(str, row["skills"])),
        stock=_stock(row["stock"]),
    )


def _stock(pieces: list[int]) -> dict[str, int]:
    return {str(size): int(count) for size, count in enumerate(pieces)}
