"""What a plan respects, wish by wish, on days small enough to know the right answer."""

import subprocess
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from geo.planner.model import (
    UNREACHABLE_S,
    Options,
    PlanningOrder,
    PlanningProblem,
    PlanningTechnician,
    Shift,
    Window,
)
from geo.planner.plan import BREAK, RELOAD, Plan
from geo.planner.schedule import violations
from geo.planner.solve import plan
from geo.planner.workers import WorkerPool
from tests.unit.planner.worlds import HOUR, line_of, order, technician, town
from workorders.messages.words import ENGLISH, say
from workorders.problems import Problem

QUICK = Options(seconds=0.15, processes=1, clock="cpu")


def planned(orders: list[PlanningOrder], people: list[PlanningTechnician], **options: Any) -> Plan:
    """A checked plan on a straight road."""
    problem = PlanningProblem(tuple(orders), tuple(people), line_of(12))
    made = plan(problem, options=replace(QUICK, **options))
    assert violations(problem, made) == []
    return made


def why(made: Plan) -> dict[str, str]:
    """Code and sentence of what is left out."""
    return {
        missing.order: f"{missing.reason.code.removeprefix('unplaced.')}: {say(missing.reason, ENGLISH)}"
        for missing in made.unplaced
    }


def test_skills_stock_and_pins_decide_who() -> None:
    orders = [
        order("wire", 3, skills=frozenset({"electric"})),
        order("hers", 5, pinned="Ann"),
        order("large", 6, stock={"2in": 1}),
    ]
    people = [
        technician("Ann", stock={}),
        technician("Bob", skills=frozenset({"electric"}), stock={}),
        technician("Cy", stock={"2in": 1}),
    ]
    assert planned(orders, people).technician_of() == {"wire": "Bob", "hers": "Ann", "large": "Cy"}


def test_a_preferred_zone_is_left_only_for_a_reason() -> None:
    orders = [order("south", 3, zone="south"), order("north", 4, zone="north")]
    people = [technician(n, zones=frozenset({z})) for n, z in (("Ann", "north"), ("Bob", "south"))]
    assert planned(orders, people, zone_cost_s=20_000).technician_of() == {"south": "Bob", "north": "Ann"}
    assert len(set(planned(orders, people, zone_cost_s=0).technician_of().values())) == 1


def test_any_of_several_windows_will_do() -> None:
    early, late = Window(6 * HOUR, 7 * HOUR), Window(14 * HOUR, 15 * HOUR)
    (visit,) = [v for _, v in planned([order("A", 2, windows=(early, late))], [technician()]).stops()]
    assert 14 * HOUR <= visit.start <= 15 * HOUR


def test_more_urgent_and_overdue_orders_come_first() -> None:
    long = [order("calm", 5, 240), order("urgent", 6, 240, priority=50), order("old", 7, 240, due_in_days=-9)]
    ann = technician(shifts=(Shift(8 * HOUR, 16 * HOUR),))
    assert planned(long, [ann]).technician_of().keys() == {"urgent"}
    aged = planned(long, [ann], aging_points=10)
    assert aged.technician_of().keys() == {"old"}
    assert aged.priority == 10 + 9 * 10


def test_two_shifts_with_a_gap_and_their_own_breaks() -> None:
    shifts = (Shift(8 * HOUR, 10 * HOUR), Shift(14 * HOUR, 16 * HOUR))
    made = planned([order(str(n), 1, 60) for n in range(4)], [technician(shifts=shifts)])
    assert [(route.shift, len(route.orders)) for route in made.routes] == [(0, 1), (1, 1)]
    assert not any(visit.kind == BREAK for route in made.routes for visit in route.visits)


def test_the_van_is_filled_at_the_yard_when_that_serves_more() -> None:
    orders = [order(str(n), 5, 10, stock={"inch": 1}) for n in range(5)]
    assert planned(orders, [technician(stock={"inch": 2})]).served == 2
    made = planned(orders, [technician(stock={"inch": 2}, reload_at=4)])
    assert made.served > 2
    assert any(visit.kind == RELOAD for visit in made.routes[0].visits)


def test_overtime_is_used_within_its_limit_and_paid_for() -> None:
    orders, whole = [order("A", 2, 450)], Shift(8 * HOUR, 16 * HOUR)
    assert why(planned(orders, [technician(shifts=(whole,))]))["A"].startswith("too_long")
    with_overtime = planned(orders, [technician(shifts=(whole,), overtime_s=HOUR)])
    assert 0 < with_overtime.routes[0].overtime_s <= HOUR
    two = [technician("tired", shifts=(Shift(8 * HOUR, 9 * HOUR),), overtime_s=4 * HOUR), technician("fresh")]
    assert planned([order("B", 1, 120)], two).technician_of() == {"B": "fresh"}


def test_work_is_shared_more_evenly_when_fairness_counts() -> None:
    orders = [order(str(n), 1 + n % 2, 40) for n in range(8)]
    people = [technician("Ann"), technician("Bob", start=3, end=3)]
    alone = planned(orders, people)
    shared = planned(orders, people, fairness=5, seconds=0.4)

    def spread(made: Plan) -> int:
        work = [0, *(len(route.orders) for route in made.routes)][-2:]
        return max(work) - min(work)

    assert spread(shared) <= 2 < spread(alone)


def test_orders_follow_each_other_across_technicians_and_in_sequence() -> None:
    orders = [
        order("dig", 9, 60, skills=frozenset({"dig"})),
        order("fit", 9, 30, skills=frozenset({"fit"}), follows="dig", priority=100),
        *(order(f"s{n}", place, pinned="Fay", sequence=n) for n, place in enumerate((4, 2, 6))),
    ]
    people = [technician("Dan", skills=frozenset({"dig"})), technician("Fay", skills=frozenset({"fit"}))]
    made = planned(orders, people)
    assert made.served == 5
    fays = [number for route in made.routes if route.technician == "Fay" for number in route.orders]
    assert [number for number in fays if number != "fit"] == ["s0", "s1", "s2"]


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ([order("X", 1, skills=frozenset({"gas"}))], "missing_skill: Nobody on duty has the skill: gas."),
        ([order("X", 1, pinned="Zoe")], "pinned_absent: It is pinned to Zoe, who is not on duty."),
        ([order("X", 1, stock={"inch": 3})], "not_carried: No van carries 3 × inch."),
        ([order("X", 11)], "unreachable: No road leads there and back for both technicians on duty."),
        (
            [order("X", 1, windows=(Window(6 * HOUR, 7 * HOUR),))],
            "window_closed: The appointment (6:00\u00a0AM–7:00\u00a0AM) is out of reach for both "
            "technicians on duty.",
        ),
        (
            [order("A", 1, follows="X"), order("X", 1, stock={"inch": 3})],
            "not_carried: No van carries 3 × inch.",
        ),
    ],
)
def test_reasons_a_person_understands(orders: list[PlanningOrder], words: str) -> None:
    matrix = line_of(12)
    matrix[11, :11] = matrix[:11, 11] = UNREACHABLE_S
    people = tuple(technician(n, stock={"inch": 2}) for n in ("Ann", "Bob"))
    made = plan(PlanningProblem(tuple(orders), people, matrix), options=QUICK)
    assert why(made)["X"] == words
    if len(orders) > 1:
        assert why(made)["A"] == "waits_for: It must follow order X, which is not placed."


def test_a_day_on_which_nobody_works_says_so() -> None:
    assert why(planned([order("X", 1)], [])) == {"X": "nobody_works: Nobody has a shift that day."}


def test_reasons_when_everybody_is_used_up() -> None:
    able = frozenset({"electric"})
    busy = [order(str(n), 1, 200, priority=50, skills=able) for n in range(4)]
    full = why(
        planned([*busy, order("X", 1, 60, skills=able)], [technician(n, skills=able) for n in ("A", "B")])
    )
    assert full["X"].startswith("full: No time is free before 3:")
    assert full["X"].endswith("\u00a0PM for both technicians with the skill electric.")
    empty = planned([order(str(n), 1, stock={"inch": 1}) for n in range(3)], [technician(stock={"inch": 2})])
    assert list(why(empty).values()) == ["no_stock: 1 × inch: none left on the van of Ann."]
    enough = planned([order(str(n), 1) for n in range(3)], [technician(max_stops=2)])
    assert list(why(enough).values()) == ["no_stops_left: No more stops are allowed for Ann."]


def test_it_reports_how_far_it_is_and_stops_when_asked() -> None:
    problem, heard = town(5, 80, 6), list[tuple[float, int, int]]()
    full = plan(problem, options=Options(seconds=3, processes=2), progress=lambda *now: heard.append(now))
    assert violations(problem, full) == []
    assert len(heard) >= 5
    assert [share for share, _, _ in heard] == sorted(share for share, _, _ in heard)
    early = plan(problem, options=Options(seconds=60), stop=lambda: True)
    assert violations(problem, early) == []
    assert early.served > 0
    assert full.priority >= early.priority


def test_a_child_process_ends_with_its_pool_and_its_error_is_raised() -> None:
    with WorkerPool(2) as pool:
        children: list[subprocess.Popen[bytes]] = pool._children
        with pytest.raises(ZeroDivisionError):
            pool.run(divide, [1, 0], lambda: False)
    assert all(child.poll() is not None for child in children)


def divide(memory: dict[str, Any], share: int, stop: Any) -> float:
    """Work for a pool."""
    return 1 / share


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"matrix": np.zeros((2, 3), dtype=np.int64)}, "matrix"),
        ({"matrix": np.zeros((3, 3))}, "matrix"),
        ({"matrix": np.ones((3, 3), dtype=np.int64)}, "matrix"),
        ({"orders": (order("A", 9),)}, "order A"),
        ({"orders": (order("A", 1), order("A", 1))}, "orders"),
        ({"orders": (order("A", 1, priority=0),)}, "order A"),
        ({"orders": (order("A", 1, windows=(Window(9, 8),)),)}, "order A"),
        ({"orders": (order("A", 1, sequence=1),)}, "order A"),
        ({"orders": (order("A", 1, follows="B"), order("B", 1, follows="A"))}, "order A"),
        ({"technicians": (technician(start=7),)}, "technician Ann"),
        ({"technicians": (technician(shifts=(Shift(5, 9), Shift(8, 10))),)}, "technician Ann"),
        ({"technicians": (technician(overtime_s=-1),)}, "technician Ann"),
    ],
)
def test_nonsense_is_refused_with_the_field_named(change: dict[str, Any], field: str) -> None:
    problem = replace(PlanningProblem((order("A", 1),), (technician(),), line_of(3)), **change)
    with pytest.raises(Problem) as refused:
        plan(problem, options=QUICK)
    assert refused.value.details["field"] == field
