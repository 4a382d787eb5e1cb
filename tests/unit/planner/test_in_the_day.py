"""The day changes: re-planning, urgent orders, appointments, delays, large districts."""

import time
from dataclasses import replace

import numpy as np
import pytest

from geo.planner.by_zone import plan_by_zone, plan_day
from geo.planner.day_state import DayState, TechnicianState, remaining_day
from geo.planner.insert import cheapest_insertions
from geo.planner.late import Consequences, late_consequences
from geo.planner.model import Break, Options, PlanningProblem, Shift, Window
from geo.planner.plan import BREAK, Plan
from geo.planner.replan import replan
from geo.planner.schedule import violations
from geo.planner.slots import Journeys, planned_day, recommend_slots
from geo.planner.solve import plan
from geo.planner.zone_split import split_by_zone
from tests.unit.planner.worlds import HOUR, line_of, order, technician, town

QUICK = Options(seconds=0.2, processes=1, clock="cpu")
ELEVEN = 11 * HOUR


@pytest.fixture(scope="module")
def morning() -> tuple[PlanningProblem, Plan]:
    """A plan of a whole day for six technicians."""
    problem = town(11, 90, 6)
    return problem, plan(problem, options=Options(seconds=1, processes=1, clock="cpu"))


def state_at(problem: PlanningProblem, made: Plan, now: int) -> DayState:
    """Everybody exactly on time: what has begun by `now` is done or in progress, the next stop locked."""
    states = []
    for route in made.routes:
        begun = [visit for visit in route.visits if visit.start <= now]
        ahead = [visit.order for visit in route.visits if visit.start > now and visit.order]
        start = next(t.start for t in problem.technicians if t.number == route.technician)
        states.append(
            TechnicianState(
                route.technician,
                begun[-1].at if begun else start,
                max([now, *(visit.finish for visit in begun)]),
                done=tuple(visit.order for visit in begun if visit.order),
                locked=tuple(ahead[:1]),
                breaks_taken=sum(visit.kind == BREAK for visit in begun),
            )
        )
    return DayState(now, tuple(states))


def test_emergencies_are_served_and_little_else_moves(morning: tuple[PlanningProblem, Plan]) -> None:
    problem, made = morning
    urgent = tuple(order(f"E{n}", 5 * n + 2, priority=200) for n in range(3))
    state = state_at(problem, made, ELEVEN)
    whole = replace(problem, orders=(*problem.orders, *urgent))
    later = replan(whole, made, state, options=replace(QUICK, seconds=0.5))
    has, had = later.technician_of(), made.technician_of()
    assert {"E0", "E1", "E2"} <= has.keys()
    assert set(later.moved) == {o for o, who in has.items() if o in had and had[o] != who}
    assert len(later.moved) <= 6
    for known in state.technicians:
        route = next(route for route in later.routes if route.technician == known.technician)
        assert route.orders[: len(known.locked)] == known.locked
    rest = remaining_day(whole, state)
    assert all(route.leave >= ELEVEN for route in later.routes)
    assert {o.number for o in rest.problem.orders} | {o for s in state.technicians for o in s.locked} == (
        has.keys() | {missing.order for missing in later.unplaced}
    )


def test_nobody_moves_when_nobody_may(morning: tuple[PlanningProblem, Plan]) -> None:
    problem, made = morning
    urgent = tuple(order(f"E{n}", 5 * n + 2, priority=200) for n in range(3))
    whole = replace(problem, orders=(*problem.orders, *urgent))
    later = replan(whole, made, state_at(problem, made, ELEVEN), options=replace(QUICK, max_moved=0))
    assert later.moved == ()
    assert {"E0", "E1", "E2"} <= later.technician_of().keys()


def test_an_absent_technicians_orders_go_to_others(morning: tuple[PlanningProblem, Plan]) -> None:
    problem, made = morning
    left = replace(problem, technicians=problem.technicians[1:])
    later = replan(left, made, DayState(7 * HOUR), options=QUICK)
    assert violations(left, replace(later, unplaced=later.unplaced)) == []
    assert "T0" not in later.technician_of().values()
    assert later.moved


def test_a_missed_break_is_due_at_once_and_a_threatened_one_comes_first() -> None:
    stops = (order("next", 1, 60), order("then", 2))
    problem = PlanningProblem(stops, (technician(),), line_of(4))
    made = plan(problem, options=QUICK)
    half_past_twelve = TechnicianState("Ann", 0, 45_000, locked=("next",))
    later = replan(problem, made, DayState(45_000, (half_past_twelve,)), options=QUICK)
    assert [visit.kind for visit in later.routes[0].visits] == ["break", "stop", "stop"]
    two = TechnicianState("Ann", 0, 14 * HOUR, locked=("next",))
    late = replan(problem, made, DayState(14 * HOUR, (two,)), options=QUICK)
    assert [visit.kind for visit in late.routes[0].visits][:2] == ["stop", "break"]


def test_what_follows_a_locked_stop_waits_for_it() -> None:
    stops = (order("dig", 2, 60, pinned="Ann"), order("fit", 2, pinned="Bob", follows="dig"))
    problem = PlanningProblem(stops, (technician("Ann"), technician("Bob")), line_of(4))
    made = plan(problem, options=QUICK)
    state = DayState(9 * HOUR, (TechnicianState("Ann", 0, 9 * HOUR, locked=("dig",)),))
    starts = {visit.order: visit for _, visit in replan(problem, made, state, options=QUICK).stops()}
    assert starts["fit"].start >= starts["dig"].finish


def test_the_cheapest_ways_to_take_an_urgent_order() -> None:
    people = tuple(
        technician(name, start=place, end=place) for name, place in (("Ann", 0), ("Bob", 5), ("Cy", 9))
    )
    problem = PlanningProblem((order("A", 1),), people, line_of(10))
    made = plan(problem, options=QUICK)
    ways = cheapest_insertions(problem, made, order("urgent", 6))
    assert [(way.technician, way.extra_drive_s) for way in ways] == [
        ("Bob", 1200),
        ("Cy", 3600),
        ("Ann", 6000),
    ]
    assert ways[2].route.orders in (("A", "urgent"), ("urgent", "A"))
    assert all(way.displaces is None for way in ways)
    assert cheapest_insertions(problem, made, order("gas", 6, skills=frozenset({"gas"}))) == []


def test_when_all_are_full_it_says_who_must_give_way() -> None:
    full = tuple(order(str(n), 1, 100, priority=p) for n, p in enumerate((20, 10, 50, 50)))
    problem = PlanningProblem(full, (technician(shifts=(Shift(8 * HOUR, 16 * HOUR),)),), line_of(3))
    made = plan(problem, options=QUICK)
    (way,) = cheapest_insertions(problem, made, order("urgent", 1, 100, priority=100))
    assert made.served == 4
    assert way.displaces == "1"


def test_slots_that_can_be_kept_cheapest_first() -> None:
    windows = [Window(8 * HOUR, 10 * HOUR), Window(13 * HOUR, 15 * HOUR)]
    near = order("near", 5, 60, windows=(windows[1],))
    problem = PlanningProblem((near,), (technician(end=7),), line_of(8))
    day = planned_day(problem, plan(problem, options=QUICK))
    new = order("new", 6)
    offers = recommend_slots([day], new, windows)
    assert [offer.window for offer in offers] == [windows[1], windows[0]]
    assert [offer.cost_s for offer in offers] == [0, 1200]
    matrix = line_of(9)
    elsewhere = Journeys(matrix[:8, 6], matrix[6, :8])
    assert recommend_slots([day], replace(new, at=999), windows, [elsewhere]) == offers
    assert recommend_slots([day], new, [Window(20 * HOUR, 21 * HOUR)]) == []


def test_slots_for_forty_technicians_over_five_days_come_while_the_customer_waits() -> None:
    problem = town(2, 400, 40)
    days = [planned_day(problem, Plan((), (), 0)) for _ in range(5)]
    windows = [Window(hour * HOUR, (hour + 2) * HOUR) for hour in (8, 10, 12, 14)]
    began = time.process_time()
    assert len(recommend_slots(days, order("new", 7), windows)) == 20
    assert time.process_time() - began < 0.3


def test_a_delay_moves_visits_until_a_wait_swallows_it() -> None:
    orders = (
        order("A", 1, windows=(Window(8 * HOUR, 9 * HOUR),)),
        order("B", 2, windows=(Window(9 * HOUR, 10 * HOUR),)),
        order("C", 3, windows=(Window(14 * HOUR, 15 * HOUR),)),
    )
    problem = PlanningProblem(orders, (technician(),), line_of(5))
    made = plan(problem, options=QUICK)
    home, closes = made.routes[0].back, {one.number: one.windows[0].latest for one in orders}

    def missed(late: Consequences) -> set[str | None]:
        return {visit.order for visit in late.visits if visit.order and visit.starts > closes[visit.order]}

    (small,) = late_consequences(problem, made, "Ann", 1800)
    assert (missed(small), small.back) == (set(), home)
    (big,) = late_consequences(problem, made, "Ann", 2 * HOUR)
    assert (missed(big), big.back) == ({"A", "B"}, home)
    (huge,) = late_consequences(problem, made, "Ann", 4 * HOUR, now=13 * HOUR)
    assert missed(huge) == {"C"}
    assert huge.back > home


def test_zones_are_split_and_planned_apart_then_helped_across() -> None:
    problem = town(9, 60, 4)
    north = tuple(replace(o, zone="north" if int(o.number[1:]) % 6 else "south") for o in problem.orders)
    zoned = replace(problem, orders=north)
    parts = split_by_zone(zoned)
    assert sorted(o.number for part in parts for o in part.orders) == sorted(o.number for o in zoned.orders)
    assert sorted(t.number for part in parts for t in part.technicians) == ["T0", "T1", "T2", "T3"]
    for part in parts:
        for one in part.orders:
            twin = next(o for o in zoned.orders if o.number == one.number)
            first = part.technicians[0].start
            assert (
                part.matrix[first, one.at] == zoned.matrix[int(part.technicians[0].number[1:]) % 2, twin.at]
            )
    heard: list[tuple[float, int, int]] = []
    options = Options(seconds=1.5, processes=2)
    made = plan_by_zone(zoned, options=options, progress=lambda *now: heard.append(now))
    assert violations(zoned, made) == []
    assert [share for share, _, _ in heard] == [1.0]
    assert 0 < heard[0][1] <= made.served
    assert made.served > 20


def test_a_large_day_is_planned_by_zone_and_keeps_its_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.planner.by_zone.LARGE_DAY_ORDERS", 60)
    problem = town(9, 60, 4)
    zoned = tuple(replace(o, zone=("north", "south", "west")[int(o.number[1:]) % 3]) for o in problem.orders)
    urgent = replace(zoned[0], priority=100, target=9 * HOUR, windows=())
    day = replace(problem, orders=(urgent, *zoned[1:]))
    heard: list[float] = []
    made = plan_day(
        day, options=Options(seconds=2, processes=1), progress=lambda share, *_: heard.append(share)
    )
    assert heard == pytest.approx([1 / 3, 2 / 3, 1])
    assert violations(day, made) == []
    assert [v.start for _, v in made.stops() if v.order == urgent.number and v.start <= 9 * HOUR]


def test_a_shift_may_begin_elsewhere_and_break_windows_are_its_own() -> None:
    shift = Shift(8 * HOUR, 12 * HOUR, (Break(9 * HOUR, 10 * HOUR, 900),), leaves_from=3)
    problem = PlanningProblem((order("A", 4),), (technician(shifts=(shift,)),), line_of(5))
    made = plan(problem, options=QUICK)
    assert violations(problem, made) == []
    assert made.routes[0].visits[0].drive_s == 600
    assert np.asarray(made.drive_s) == 600 + 2400
