"""Who must be there soon is served soon, the others are spread over everybody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from geo.planner.day_state import DayState
from geo.planner.model import Options, PlanningProblem, Shift, Window
from geo.planner.plan import Plan
from geo.planner.replan import replan
from geo.planner.solve import plan
from tests.unit.planner.worlds import HOUR, line_of, order, technician, town
from workorders.policy.response_targets import respond_by
from workorders.usecases.district.publish_rules import sample_document

QUICK = Options(seconds=1.0, processes=1, clock="cpu")
EIGHT = 8 * HOUR


def starts(made: Plan) -> dict[str, int]:
    return {visit.order: visit.start for _, visit in made.stops() if visit.order is not None}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_emergency_is_served_within_the_hour_and_a_promise_by_its_time(seed: int) -> None:
    day = town(seed, 30, 3)
    wanted = {"O7": EIGHT + HOUR, "O11": EIGHT + 3 * HOUR, "O23": EIGHT + 3 * HOUR}
    plain = tuple(replace(o, skills=frozenset(), windows=()) for o in day.orders)
    orders = tuple(
        replace(o, target=wanted.get(o.number), priority=100 if o.number == "O7" else o.priority)
        for o in plain
    )
    made = starts(plan(replace(day, orders=orders), options=QUICK))
    assert all(made[number] <= target for number, target in wanted.items())
    without = starts(plan(replace(day, orders=plain), options=QUICK))
    assert len(made) >= len(without) - 1


def test_a_target_missed_already_is_served_first() -> None:
    orders = [order(f"O{n}", n + 1, 40) for n in range(6)] + [
        order("late", 6, 40, target=6 * HOUR, priority=50)
    ]
    made = plan(PlanningProblem(tuple(orders), (technician(),), line_of(8, 200)), options=QUICK)
    assert made.routes[0].orders[0] == "late"


def test_what_cannot_be_in_time_is_as_little_late_as_can_be() -> None:
    # Two emergencies of an hour and one technician: the second follows the first, before all else.
    orders = [order(f"O{n}", 1 + n % 3, 30) for n in range(5)]
    orders += [order(f"E{n}", 4, 90, priority=100, target=EIGHT + HOUR) for n in range(2)]
    made = plan(PlanningProblem(tuple(orders), (technician(),), line_of(6)), options=QUICK)
    assert made.served == 7
    assert set(made.routes[0].orders[:2]) == {"E0", "E1"}


def test_an_appointment_outdoes_a_target_and_a_target_drops_nothing() -> None:
    noon = Window(13 * HOUR, 14 * HOUR)
    orders = [order("date", 1, windows=(noon,), target=EIGHT + HOUR), order("far", 5, target=EIGHT + 60)]
    made = starts(plan(PlanningProblem(tuple(orders), (technician(),), line_of(6, 1500)), options=QUICK))
    assert noon.earliest <= made["date"] <= noon.latest
    assert made["far"] == pytest.approx(EIGHT + 5 * 1500, abs=60)


def test_an_emergency_in_the_day_is_next_and_moves_nobody_else() -> None:
    orders = tuple(order(f"O{n}", 1 + n, 40) for n in range(8))
    people = (technician("Ann"), technician("Bob"))
    day = PlanningProblem(orders, people, line_of(10, 200))
    current = plan(day, options=QUICK)
    leak = order("leak", 9, 60, priority=100, target=EIGHT + HOUR)
    again = replan(replace(day, orders=(*orders, leak)), current, DayState(EIGHT), options=QUICK)
    assert starts(again)["leak"] <= EIGHT + HOUR
    assert again.served == 9


def test_work_is_spread_over_everybody() -> None:
    # One technician could do it all: nobody else lives as near.
    orders = tuple(order(f"O{n}", 1 + n % 4, 20) for n in range(16))
    hours = (Shift(EIGHT, 16 * HOUR),)
    people = tuple(
        technician(f"T{n}", start=place, end=place, shifts=hours) for n, place in enumerate((2, 6, 7, 8))
    )
    day = PlanningProblem(orders, people, line_of(10, 120))
    alone = [len(route.orders) for route in plan(day, options=QUICK).routes]
    spread = [len(route.orders) for route in plan(day, options=replace(QUICK, fairness=3)).routes]
    assert max(alone) >= 12
    assert sum(spread) == 16
    assert max(spread) <= 7
    assert len(spread) == 4


NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
POLICY = next(r["value"] for r in sample_document()["rules"] if r["key"] == "response_targets")


@pytest.mark.parametrize(
    ("extra", "priority", "due", "hours"),
    [
        ({}, 50, None, None),
        ({}, 100, None, 1),
        ({"complaint": "no_water"}, 50, None, 4),
        ({"complaint": "no_water"}, 100, None, 1),
        ({"complaint": "leak"}, 50, None, None),
        ({"promise_by": "2026-03-02T11:00:00+00:00"}, 50, None, 2),
        ({"promise_by": "2026-03-02T08:00:00-06:00"}, 50, None, 5),
        ({"promise_by": None}, 50, 7, 7),
        ({"promise_by": "2026-03-02T11:00:00+00:00"}, 100, 7, 1),
    ],
)
def test_the_earliest_of_what_was_promised_and_what_policy_asks_counts(
    extra: dict[str, str], priority: int, due: int | None, hours: int | None
) -> None:
    due_until = None if due is None else NINE + timedelta(hours=due)
    at = respond_by(extra, priority, requested_at=NINE, due_until=due_until, policy=POLICY)
    assert at == (None if hours is None else NINE + timedelta(hours=hours))
    if priority == 100 and "promise_by" not in extra:
        assert respond_by({}, 100, requested_at=NINE, due_until=None, policy={}) is None
