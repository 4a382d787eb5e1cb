"""Days to plan: small ones written by hand, and generated ones with everything in them at once."""

import random
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from geo.planner.model import Break, PlanningOrder, PlanningProblem, PlanningTechnician, Shift, Window

HOUR = 3600
LUNCH = Break(11 * HOUR, 13 * HOUR, 1800)
DAY = Shift(8 * HOUR, 16 * HOUR, (LUNCH,))


def line_of(places: int, step_s: int = 600) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Places on a straight road, `step_s` apart."""
    row = np.arange(places, dtype=np.int64)
    return np.asarray(np.abs(row[:, None] - row[None, :]) * step_s)


def technician(number: str = "Ann", **changes: Any) -> PlanningTechnician:
    """Works from place 0, eight to four, lunch between eleven and one."""
    return replace(PlanningTechnician(number, 0, 0, (DAY,)), **changes)


def order(number: str, at: int, minutes: int = 30, **changes: Any) -> PlanningOrder:
    """Half an hour of work at `at`, any time."""
    return replace(PlanningOrder(number, at, minutes * 60), **changes)


def town(seed: int, orders: int, technicians: int) -> PlanningProblem:
    """A day of plain orders in a square town, more than the technicians can do when there are many."""
    dice = random.Random(seed)
    spots = [(dice.randrange(1500), dice.randrange(1500)) for _ in range(orders + 2)]
    matrix = np.array([[abs(a - c) + abs(b - d) for c, d in spots] for a, b in spots], dtype=np.int64)
    made = tuple(
        order(
            f"O{n}",
            n + 2,
            dice.randrange(10, 40),
            priority=dice.choice([10, 20, 50]),
            skills=frozenset(dice.sample(["electric", "water"], dice.randrange(2))),
            windows=(Window(9 * HOUR, 12 * HOUR),) if dice.random() < 0.2 else (),
        )
        for n in range(orders)
    )
    people = tuple(
        technician(
            f"T{n}", start=n % 2, end=n % 2, skills=frozenset({"electric", "water"} if n % 2 else {"water"})
        )
        for n in range(technicians)
    )
    return PlanningProblem(made, people, matrix)


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    """None, one or two windows, some of which no shift reaches."""
    found = []
    for _ in range(draw(st.integers(0, 2))):
        first = draw(st.integers(5, 20)) * HOUR
        found.append(Window(first, first + draw(st.integers(0, 5)) * HOUR))
    return tuple(found)


@st.composite
def shifts(draw: st.DrawFn) -> tuple[Shift, ...]:
    """Up to two shifts with up to two breaks, some too short for their breaks."""
    found, free = [], draw(st.integers(6, 9)) * HOUR
    for _ in range(draw(st.integers(0, 2))):
        end = free + draw(st.integers(1, 7)) * HOUR
        found.append(Shift(free, end, draw(breaks(free, end))))
        free = end + draw(st.integers(0, 2)) * HOUR
    return tuple(found)


@st.composite
def breaks(draw: st.DrawFn, start: int, end: int) -> tuple[Break, ...]:
    """In the order they are taken; they may overlap and may not fit."""
    starts = sorted(draw(st.lists(st.integers(start - HOUR, end), max_size=2)))
    latest = sorted(draw(st.integers(0, 2)) * HOUR + first for first in starts)
    return tuple(
        Break(first, max(first, last), draw(st.integers(0, 6)) * 600)
        for first, last in zip(starts, latest, strict=True)
    )


@st.composite
def days(draw: st.DrawFn, most_orders: int = 12) -> PlanningProblem:
    """A day with every demand there is, many of them impossible, over streets that are no plane."""
    count, people = draw(st.integers(0, most_orders)), draw(st.integers(0, 3))
    places = draw(st.integers(1, 6))
    legs = draw(st.lists(st.integers(0, 3000), min_size=places**2, max_size=places**2))
    matrix = np.array(legs, dtype=np.int64).reshape(places, places)
    if draw(st.booleans()):
        matrix[draw(st.integers(0, places - 1))] = 10**7
    np.fill_diagonal(matrix, 0)
    names = [f"T{n}" for n in range(people)]
    those = tuple(draw(technicians(name, places)) for name in names)
    made = tuple(draw(orders(n, places, names)) for n in range(count))
    return PlanningProblem(made, those, matrix)


@st.composite
def technicians(draw: st.DrawFn, name: str, places: int) -> PlanningTechnician:
    """One technician of a generated day."""
    place = st.integers(0, places - 1)
    return PlanningTechnician(
        name,
        draw(place),
        draw(place),
        draw(shifts()),
        skills=draw(st.frozensets(st.sampled_from("ab"))),
        stock=draw(st.none() | st.fixed_dictionaries({"small": st.integers(0, 3)})),
        reload_at=draw(st.none() | place),
        max_stops=draw(st.none() | st.integers(0, 4)),
        overtime_s=draw(st.sampled_from([0, 0, 3600])),
        zones=draw(st.frozensets(st.sampled_from(["north", "south"]), max_size=1)),
    )


@st.composite
def orders(draw: st.DrawFn, number: int, places: int, names: list[str]) -> PlanningOrder:
    """One order of a generated day; it may follow an earlier one."""
    pinned = draw(st.none() | st.sampled_from(names)) if names else None
    return PlanningOrder(
        f"O{number}",
        draw(st.integers(0, places - 1)),
        draw(st.integers(0, 6)) * 600,
        priority=draw(st.sampled_from([1, 10, 100])),
        windows=draw(windows()),
        skills=draw(st.frozensets(st.sampled_from("ab"), max_size=1)),
        stock=draw(st.sampled_from([{}, {}, {"small": 1}, {"small": 2, "large": 1}])),
        pinned=pinned,
        sequence=draw(st.none() | st.integers(1, 3)) if pinned else None,
        follows=f"O{draw(st.integers(0, number - 1))}" if number and draw(st.booleans()) else None,
        zone=draw(st.sampled_from([None, "north", "south"])),
    )
