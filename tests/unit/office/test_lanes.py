"""A day of technicians along the clock: where blocks stand, what is late, and what stands in whose way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pages.dispatch.lanes import Timeline, timeline
from server.pages.dispatch.workdays import Stop, TechnicianDay
from workorders.tables import Order, Shift, Technician

EIGHT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def order(number: str, **given: Any) -> Order:
    made = {"type": "reread", "state": "dispatched", "planned_minutes": 20, "sequence": 1} | given
    return Order(number=number, **made)


def drawn(*orders: Order, now: datetime = EIGHT, begun: dict[str, datetime] | None = None) -> Timeline:
    technician = Technician(id="t01", name="Technician", skills=["water"])
    shift = Shift(technician_id="t01", starts_at=EIGHT, ends_at=EIGHT + 8 * timedelta(hours=1))
    stops = tuple(Stop(one, in_outbox=False) for one in orders)
    return timeline([TechnicianDay(technician, shift, stops, None, 0, 0)], begun or {}, now=now)


def test_a_planned_stop_stands_where_the_plan_has_it_and_is_as_long() -> None:
    drawing = drawn(order("W1", planned_start=EIGHT + 30 * MINUTE))
    (block,) = drawing.lanes[0].blocks
    # The axis begins on the full hour before the half hour that is left free: at seven.
    assert (block.x, block.width, block.late_minutes) == (90.0, 20.0, 0)
    assert drawing.lanes[0].shift == (60.0, 480.0)
    assert [x for x, _ in drawing.hours][:3] == [0, 60, 120]


def test_a_stop_that_was_due_and_is_not_begun_is_late_by_the_minutes_since() -> None:
    (block,) = drawn(order("W1", planned_start=EIGHT), now=EIGHT + 42 * MINUTE).lanes[0].blocks
    assert block.late_minutes == 42


def test_a_stop_that_was_begun_late_stands_where_it_was_begun() -> None:
    drawing = drawn(
        order("W1", state="started", planned_start=EIGHT),
        now=EIGHT + 60 * MINUTE,
        begun={"W1": EIGHT + 15 * MINUTE},
    )
    (block,) = drawing.lanes[0].blocks
    assert (block.x, block.late_minutes) == (75, 15)


def test_finished_work_ends_when_it_was_finished() -> None:
    done = order("W1", state="completed", planned_start=EIGHT, finished_at=EIGHT + 9 * MINUTE)
    (block,) = drawn(done, begun={"W1": EIGHT + 2 * MINUTE}, now=EIGHT + 300 * MINUTE).lanes[0].blocks
    assert (block.since, block.until, block.late_minutes) == (EIGHT + 2 * MINUTE, EIGHT + 9 * MINUTE, 0)


def test_a_stop_that_ends_after_its_promise_says_so() -> None:
    promised = order("W1", planned_start=EIGHT, appointment_until=EIGHT + 10 * MINUTE)
    assert drawn(promised).lanes[0].blocks[0].past_due
    assert not drawn(order("W2", planned_start=EIGHT)).lanes[0].blocks[0].past_due


def test_a_stop_without_a_time_stands_behind_those_that_have_one() -> None:
    lane = drawn(order("W1", planned_start=None), order("W2", planned_start=EIGHT)).lanes[0]
    timed, untimed = sorted(lane.blocks, key=lambda one: one.x)
    assert (timed.order.number, untimed.order.number, untimed.timed) == ("W2", "W1", False)
    assert untimed.x == timed.right
    assert lane.drives == []


def test_stops_without_a_time_are_counted_and_a_day_without_anything_is_empty() -> None:
    assert drawn(order("W1", planned_start=None)).lanes[0].untimed == 1
    bare = TechnicianDay(Technician(id="t01", name="T", skills=[]), None, (), None, 0, 0)
    assert timeline([bare], {}, now=EIGHT).width == 0


def test_between_two_stops_lies_a_drive() -> None:
    orders = [order("W1", planned_start=EIGHT), order("W2", planned_start=EIGHT + 35 * MINUTE)]
    assert drawn(*orders).lanes[0].drives == [(80, 15)]


@pytest.mark.parametrize("late", [-30, 600])
def test_now_is_drawn_only_while_it_is_on_the_axis(late: int) -> None:
    drawing = drawn(order("W1", planned_start=EIGHT), now=EIGHT + late * MINUTE)
    assert (drawing.now is None) == (late == 600)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 120)), min_size=1, max_size=25))
def test_no_block_ever_stands_on_another(spans: list[tuple[int, int]]) -> None:
    orders = [
        order(f"W{n}", planned_start=EIGHT + start * MINUTE, planned_minutes=length)
        for n, (start, length) in enumerate(spans)
    ]
    lane = drawn(*orders).lanes[0]
    assert len(lane.blocks) == len(spans)
    for one in lane.blocks:
        for other in lane.blocks:
            if one is not other and one.row == other.row:
                assert one.right <= other.x or other.right <= one.x
        assert one.row < lane.rows
