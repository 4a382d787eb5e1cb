"""A day in a file, planned from the command line, and judged by a checker that shares nothing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from bench.check_plan import check
from geo.planner.by_zone import plan_day
from geo.planner.day_file import read_day
from geo.planner.model import RELOAD_S, Options, PlanningProblem
from server.commands.plan import plan_command
from tests.unit.planner.worlds import town
from workorders.problems import Problem

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "days" / "day-200-10.json"


def as_file(problem: PlanningProblem) -> dict[str, Any]:
    """The day as its file would say it; skills by number, one stock size."""
    return {
        "points": [],
        "technicians": [
            {
                "start": t.start,
                "end": t.end,
                "shift": [t.shifts[0].start, t.shifts[0].end],
                "lunch_start": [t.shifts[0].breaks[0].earliest, t.shifts[0].breaks[0].latest],
                "lunch_s": t.shifts[0].breaks[0].length_s,
                "skills": [1, 2] if "electric" in t.skills else [2],
                "stock": [9],
            }
            for t in problem.technicians
        ],
        "orders": [
            {
                "at": o.at,
                "service_s": o.service_s,
                "priority": o.priority,
                "skills": [1] if "electric" in o.skills else [],
                "start_window": [o.windows[0].earliest, o.windows[0].latest] if o.windows else [0, 86_400],
                "stock": [1],
            }
            for o in problem.orders
        ],
    }


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A written day of forty orders for two."""
    problem = town(8, 40, 2)
    path = tmp_path / "day.json"
    path.write_text(json.dumps(as_file(problem)))
    np.savez(path.with_suffix(".npz"), seconds=problem.matrix.astype(np.uint16))
    return path


def test_the_command_prints_lists_that_keep_the_files_rules(day: Path) -> None:
    answer = CliRunner().invoke(plan_command, ["--day", str(day), "--seconds", "0.5", "--json"])
    assert answer.exit_code == 0
    plan, file = json.loads(answer.output), json.loads(day.read_text())
    wrong, served, points, hours = check(file, np.load(day.with_suffix(".npz"))["seconds"], plan)
    assert wrong == []
    assert served == sum(map(len, plan)) == 18 == 2 * 9
    assert points == sum(file["orders"][order]["priority"] for route in plan for order in route)
    assert hours > 0


def test_people_read_routes_and_reasons(day: Path) -> None:
    answer = CliRunner().invoke(plan_command, ["--day", str(day), "--seconds", "0.5"])
    assert "18 of 40 orders" in answer.output
    assert "none left on the van of both technicians on duty" in answer.output


def test_the_checker_sees_every_broken_rule(day: Path) -> None:
    file, seconds = json.loads(day.read_text()), np.load(day.with_suffix(".npz"))["seconds"]
    assert "not one list per technician" in check(file, seconds, [[]])[0]
    assert "an order is served twice" in check(file, seconds, [[1], [1]])[0]
    assert check(file, seconds, [[99], []])[0] == ["an order that does not exist"]
    assert "technician 0 lacks stock" in check(file, seconds, [list(range(12)), []])[0]
    electric = next(n for n, order in enumerate(file["orders"]) if order["skills"])
    assert "technician 0 lacks a skill" in check(file, seconds, [[electric], []])[0]
    late = {**file, "technicians": [{**t, "lunch_start": [0, 1]} for t in file["technicians"]]}
    assert any("gets no lunch" in words for words in check(late, seconds, [[], []])[0])


def test_a_file_may_say_more_about_orders_and_technicians(day: Path) -> None:
    file = json.loads(day.read_text())
    file["orders"][0] |= {"zone": "north", "target": 30_000, "due_in_days": -2, "pinned": 1, "sequence": 3}
    file["orders"][1] |= {"follows": 0}
    file["technicians"][1] |= {"zones": ["north"], "max_stops": 5, "overtime_s": 1800, "reload_at": 0}
    day.write_text(json.dumps(file))
    problem = read_day(day)
    first, second = problem.orders[:2]
    assert (first.zone, first.target, first.due_in_days) == ("north", 30_000, -2)
    assert (first.pinned, first.sequence, second.follows) == ("1", 3, "0")
    person = problem.technicians[1]
    assert (person.zones, person.max_stops, person.overtime_s) == (frozenset({"north"}), 5, 1800)
    assert (person.reload_at, person.reload_s) == (0, RELOAD_S)
    answer = CliRunner().invoke(plan_command, ["--day", str(day), "--seconds", "0.5", "--json"])
    assert len(json.loads(answer.output)[1]) <= 5


def test_a_file_that_cannot_be_read_is_refused(day: Path) -> None:
    day.write_text(json.dumps({"orders": []}))
    with pytest.raises(Problem, match="technicians"):
        read_day(day)
    day.write_text("{")
    with pytest.raises(Problem, match="cannot be read"):
        read_day(day)
    day.with_suffix(".npz").unlink()
    with pytest.raises(Problem, match="no such file"):
        read_day(day.with_name("other.json"))


@pytest.mark.skipif(not REAL.exists(), reason="the street data lie beside the repository only sometimes")
def test_a_real_day_by_command() -> None:
    answer = CliRunner().invoke(plan_command, ["--day", str(REAL), "--seconds", "1", "--json"])
    file, seconds = json.loads(REAL.read_text()), np.load(REAL.with_suffix(".npz"))["seconds"]
    wrong, served, _, _ = check(file, seconds, json.loads(answer.output))
    assert wrong == []
    assert served >= 150


@pytest.mark.skipif(not REAL.exists(), reason="the street data lie beside the repository only sometimes")
def test_a_real_day_in_two_seconds() -> None:
    """Two of the processor's: what a busy machine gets done in two of the clock's says nothing."""
    made = plan_day(read_day(REAL), options=Options(seconds=2, clock="cpu"))
    assert sum(len(route.orders) for route in made.routes) >= 170
