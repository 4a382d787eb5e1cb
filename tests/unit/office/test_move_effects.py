"""What moving stops into a day would break, told before anybody moves them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.pages.dispatch.move_effects import LaneDay, LaneStop, MoveEffects, Place, move_effects

EIGHT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
YARD: Place = (0.0, 0.0)
ISLAND: Place = (9.0, 9.0)


def drive(a: Place, b: Place) -> timedelta | None:
    """Ten minutes from anywhere to anywhere else; nowhere to the island."""
    if a == b:
        return timedelta(0)
    return None if b == ISLAND else 10 * MINUTE


def stop(number: str, at: int = 1, **given: Any) -> LaneStop:
    made: dict[str, Any] = {
        "type": "reread",
        "state": "dispatched",
        "at": (float(at), 0.0),
        "minutes": 20,
    } | given
    return LaneStop(number, **made)


def day(*stops: LaneStop, **given: Any) -> LaneDay:
    made: dict[str, Any] = {
        "skills": frozenset({"water"}),
        "free": EIGHT,
        "leaves": YARD,
        "home": YARD,
        "ends": EIGHT + 480 * MINUTE,
    }
    return LaneDay(**(made | given), stops=stops)


def moved(to: LaneDay, *stops: LaneStop, before: str = "", now: datetime = EIGHT) -> MoveEffects:
    return move_effects(to, stops, before, drive, now=now)


def test_a_stop_at_the_end_begins_after_the_last_one_and_its_drive() -> None:
    effects = moved(day(stop("W1", 1)), stop("W2", 2))
    (visit,) = effects.moved
    # Ten to the first, twenty there, ten on.
    assert (visit.start, visit.end) == (EIGHT + 40 * MINUTE, EIGHT + 60 * MINUTE)
    assert not effects.breaks


def test_a_stop_before_another_one_makes_that_one_late() -> None:
    promised = stop("W1", 1, appointment_from=EIGHT, appointment_until=EIGHT + 30 * MINUTE)
    effects = moved(day(promised), stop("W2", 2), before="W1")
    assert effects.moved[0].start == EIGHT + 10 * MINUTE
    assert [(visit.stop.number, visit.breaks) for visit in effects.late] == [("W1", "appointment")]
    assert not moved(day(promised), stop("W2", 2)).late, "behind it nothing breaks"


def test_what_is_late_anyway_is_not_the_moves_fault() -> None:
    late = stop("W1", 1, due_until=EIGHT + 5 * MINUTE)
    assert not moved(day(late), stop("W2", 2), before="W1").late


def test_a_promise_of_the_moved_stop_counts_and_one_that_has_passed_does_not() -> None:
    assert moved(day(), stop("W2", due_until=EIGHT + 25 * MINUTE)).late[0].breaks == "promise"
    assert not moved(day(), stop("W2", due_until=EIGHT - MINUTE)).late


def test_the_planned_time_holds_before_the_moved_stop_and_no_longer_behind_it() -> None:
    lane = day(
        stop("W1", 1, planned_start=EIGHT + 60 * MINUTE), stop("W3", 3, planned_start=EIGHT + 200 * MINUTE)
    )
    effects = moved(lane, stop("W2", 2), before="W3")
    assert effects.moved[0].start == EIGHT + 90 * MINUTE


def test_nobody_is_put_before_what_is_being_worked() -> None:
    working = stop("W1", 1, state="started", begun_at=EIGHT - 10 * MINUTE)
    effects = moved(day(working), stop("W2", 2), before="W1")
    assert effects.moved[0].start == EIGHT + 20 * MINUTE


def test_skills_streets_and_the_shift() -> None:
    effects = moved(day(), stop("W2", skills=("gas", "water")))
    assert effects.lacking == (("W2", "gas"),)
    assert moved(day(), LaneStop("W2", "reread", "dispatched", ISLAND, 20)).unreachable == ("W2",)
    assert moved(day(ends=None), stop("W2")).breaks
    short = day(stop("W1", 1), ends=EIGHT + 50 * MINUTE)
    # Back at 70 minutes; without the move at 40.
    assert moved(short, stop("W2", 2)).over == 20 * MINUTE


def test_overtime_that_is_there_anyway_is_named_only_where_it_grows() -> None:
    lane = day(stop("W1", 1), ends=EIGHT + 30 * MINUTE)
    assert moved(lane, stop("W1", 1)).over == timedelta(0)
    assert moved(lane, stop("W2", 1)).over == 30 * MINUTE


@pytest.mark.parametrize("before", ["", "W1", "unknown"])
def test_a_stop_along_its_own_day_is_there_once(before: str) -> None:
    lane = day(stop("W1", 1), stop("W2", 2))
    effects = moved(lane, stop("W2", 2), before=before)
    assert [visit.stop.number for visit in effects.moved] == ["W2"]
    assert effects.moved[0].start == (EIGHT + 10 * MINUTE if before == "W1" else EIGHT + 40 * MINUTE)
