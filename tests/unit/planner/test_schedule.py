"""The last check finds every broken rule, and the simulation gives the only right times."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.planner.model import Break, PlanningOrder, PlanningProblem, PlanningTechnician, Shift, Window
from geo.planner.plan import BREAK, STOP, Plan, Route, Unplaced
from geo.planner.schedule import violations
from geo.planner.simulate import route_of
from tests.unit.planner.worlds import DAY, HOUR, LUNCH, line_of, order, technician
from workorders.messages.message import Message

WATER = frozenset({"water"})
PROBLEM = PlanningProblem(
    (
        order("A", 1, stock={"small": 1}, skills=WATER),
        order("B", 2, windows=(Window(10 * HOUR, 11 * HOUR),), stock={"small": 1}, follows="A"),
    ),
    (technician(skills=frozenset({"water"}), stock={"small": 2}),),
    line_of(4),
)


def made(problem: PlanningProblem, *numbers: str) -> Route:
    """The route of the first technician serving these orders."""
    orders = {other.number: other for other in problem.orders}
    route = route_of(problem, problem.technicians[0], 0, [orders[number] for number in numbers])
    assert route is not None
    return route


def test_times_of_a_day_worked_out_by_hand() -> None:
    route = made(PROBLEM, "A", "B")
    a, b, lunch = route.visits
    assert (route.leave, a.arrive, a.start, a.finish) == (28_800, 29_400, 29_400, 31_200)
    assert (b.arrive, b.start, b.finish) == (31_800, 10 * HOUR, 10 * HOUR + 1800)
    assert (lunch.kind, lunch.start, lunch.finish) == (BREAK, 11 * HOUR, 11 * HOUR + 1800)
    assert (lunch.at, lunch.arrive, lunch.drive_s) == (0, 37_800 + 1200, 1200)
    assert (route.back, route.drive_s, route.overtime_s) == (41_400, 2400, 0)
    assert violations(PROBLEM, Plan((route,), (), 20)) == []


def changed(route: Route, position: int, **change: Any) -> Route:
    """`route` with one visit staffed otherwise."""
    visits = list(route.visits)
    visits[position] = replace(visits[position], **change)
    return replace(route, visits=tuple(visits))


BROKEN: dict[str, Callable[[Route, PlanningProblem], tuple[Route, PlanningProblem]]] = {
    "cannot arrive": lambda r, p: (changed(r, 1, arrive=31_000), p),
    "begins before arriving": lambda r, p: (changed(r, 0, start=29_000, finish=30_800), p),
    "served too fast": lambda r, p: (changed(r, 0, finish=30_000), p),
    "served at another place": lambda r, p: (changed(r, 0, at=3), p),
    "outside its windows": lambda r, p: (changed(r, 1, start=35_000, finish=36_800), p),
    "wrong break": lambda r, p: (changed(r, 2, start=40_000), p),
    "of 1 breaks": lambda r, p: (replace(r, visits=r.visits[:2]), p),
    "leaves before": lambda r, p: (replace(r, leave=28_000), p),
    "cannot be back": lambda r, p: (replace(r, back=41_500), p),
    "cannot be back at": lambda r, p: (replace(r, drive_s=1), p),
    "works past the shift": lambda r, p: (r, staffed(p, shifts=(replace(DAY, end=41_000),))),
    "lacks water": lambda r, p: (r, staffed(p, skills=frozenset())),
    "has no small left": lambda r, p: (r, staffed(p, stock={"small": 1})),
    "stops, 1 allowed": lambda r, p: (r, staffed(p, max_stops=1)),
    "is pinned to Bob": lambda r, p: (r, asked(p, pinned="Bob")),
    "has no shift": lambda r, p: (replace(r, shift=3), p),
}


def staffed(problem: PlanningProblem, **changes: Any) -> PlanningProblem:
    """The problem with another technician."""
    return replace(problem, technicians=(replace(problem.technicians[0], **changes),))


def asked(problem: PlanningProblem, **changes: Any) -> PlanningProblem:
    """The problem with another first order."""
    return replace(problem, orders=(replace(problem.orders[0], **changes), *problem.orders[1:]))


@pytest.mark.parametrize("words", BROKEN)
def test_each_broken_rule_is_found(words: str) -> None:
    route, problem = BROKEN[words](made(PROBLEM, "A", "B"), PROBLEM)
    found = violations(problem, Plan((route,), (), 20))
    assert any(words.removesuffix(" at") in violation.words for violation in found)


def test_every_order_is_named_exactly_once() -> None:
    route = made(PROBLEM, "A", "B")
    missing = Unplaced("A", Message("unplaced.full"))
    assert [v.words for v in violations(PROBLEM, Plan((route,), (missing,), 0))] == ["is named 2 times"]
    words = {v.words for v in violations(PROBLEM, Plan((), (missing, replace(missing, order="Z")), 0))}
    assert words == {"is not an order of this day", "is neither placed nor explained"}


def test_what_follows_waits_for_the_first_to_be_finished() -> None:
    early = replace(PROBLEM, orders=(PROBLEM.orders[0], replace(PROBLEM.orders[1], windows=())))
    found = violations(early, Plan((made(early, "B", "A"),), (), 20))
    assert [violation.words for violation in found] == ["starts before A is finished"]


def test_a_sequence_is_kept() -> None:
    first, second = order("A", 1, pinned="Ann", sequence=1), order("B", 2, pinned="Ann", sequence=2)
    problem = PlanningProblem((first, second), (technician(),), line_of(3))
    assert violations(problem, Plan((made(problem, "A", "B"),), (), 20)) == []
    assert [v.words for v in violations(problem, Plan((made(problem, "B", "A"),), (), 20))] == [
        "must come before B"
    ]


def test_filling_the_van_makes_room() -> None:
    need = tuple(order(name, 1, stock={"small": 2}) for name in "AB")
    problem = PlanningProblem(need, (technician(stock={"small": 2}, reload_at=2),), line_of(3))
    route = route_of(problem, problem.technicians[0], 0, [need[0], None, need[1]])
    assert route is not None
    assert violations(problem, Plan((route,), (), 20)) == []
    without = route_of(problem, problem.technicians[0], 0, [need[0], need[1]])
    assert without is not None
    assert {v.words for v in violations(problem, Plan((without,), (), 20))} == {"has no small left"}


def by_trying_everything(
    problem: PlanningProblem, person: PlanningTechnician, orders: list[PlanningOrder]
) -> int | None:
    """Earliest end of the shift over every way to spread the breaks over the route."""
    shift, ends = person.shifts[0], list[int]()
    spots = range(2 * (len(orders) + 1))
    for places in combinations_with_replacement(spots, len(shift.breaks)):
        time: int | None = shift.start
        at = person.start
        for spot in spots:
            stop = orders[spot // 2] if spot // 2 < len(orders) else None
            for rest in (rest for rest, place in zip(shift.breaks, places, strict=True) if place == spot):
                start = max(time, rest.earliest) if time is not None else 0
                time = None if time is None or start > rest.latest else start + rest.length_s
            if time is None:
                break
            if spot % 2 == 0:
                to = stop.at if stop else person.end
                time, at = time + int(problem.matrix[at, to]), to
            elif stop:
                opens = [max(time, w.earliest) for w in stop.windows if time <= w.latest]
                start = min(opens, default=-1) if stop.windows else time
                time = None if start < 0 else start + stop.service_s
            if time is None:
                break
        if time is not None and time <= shift.end:
            ends.append(time)
    return min(ends, default=None)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_breaks_fall_where_trying_everything_puts_them(data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 4))
    legs = data.draw(st.lists(st.integers(0, 4000), min_size=9, max_size=9))
    matrix = np.array(legs, dtype=np.int64).reshape(3, 3)
    np.fill_diagonal(matrix, 0)
    starts = sorted(data.draw(st.lists(st.integers(0, 9), max_size=2)))
    rests = tuple(Break(first * 2000, first * 2000 + 3000, 1500) for first in starts)
    person = PlanningTechnician("Ann", 0, 1, (Shift(0, 20_000, rests),))
    orders = [
        order(
            str(n),
            data.draw(st.integers(0, 2)),
            data.draw(st.integers(0, 40)),
            windows=data.draw(st.sampled_from([(), (Window(2000, 6000), Window(9000, 12_000))])),
        )
        for n in range(count)
    ]
    problem = PlanningProblem(tuple(orders), (person,), matrix)
    route = route_of(problem, person, 0, orders)
    assert (route.back if route else None) == by_trying_everything(problem, person, orders)
    if route:
        assert violations(problem, Plan((route,), (), 0)) == []
        assert [visit.order for visit in route.visits if visit.kind == STOP] == [o.number for o in orders]


def test_a_lunch_that_cannot_begin_in_time_makes_a_route_impossible() -> None:
    long = order("A", 1, minutes=5 * 60, windows=(Window(9 * HOUR, 10 * HOUR),))
    problem = PlanningProblem((long,), (technician(),), line_of(2))
    assert LUNCH.latest == 13 * HOUR
    assert route_of(problem, problem.technicians[0], 0, [long]) is None
