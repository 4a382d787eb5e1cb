"""How late a day has become: what pushes what, what slack takes away, and which promises break."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.pages.dispatch.drift import Drift, PlannedStop, drift, left_over

EIGHT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def stop(number: str, at: int | None, minutes: int = 20, **given: Any) -> PlannedStop:
    """A stop planned `at` minutes after eight."""
    planned = None if at is None else EIGHT + at * MINUTE
    return PlannedStop(
        number, **({"state": "dispatched", "planned_start": planned, "minutes": minutes} | given)
    )


def found(*stops: PlannedStop, now: int = 0, drives: dict[str, int] | None = None) -> Drift:
    worked = drift(stops, drives or {}, now=EIGHT + now * MINUTE)
    assert worked is not None
    return worked


def states(*stops: PlannedStop) -> list[str]:
    return [one.state for one in stops]


def starts(of: Drift) -> dict[str, float]:
    return {one.number: (one.start - EIGHT) / MINUTE for one in of.stops}


def test_a_day_on_time_stays_as_planned() -> None:
    of = found(stop("W1", 10), stop("W2", 40), now=5)
    assert (of.late_minutes, of.notable, starts(of)) == (0, False, {"W1": 10, "W2": 40})


def test_a_stop_not_begun_pushes_the_next_by_what_is_left_of_the_delay() -> None:
    """Without a known way all that lies between is driving; with it the rest is slack."""
    stops = stop("W1", 0), stop("W2", 40)
    assert starts(found(*stops, now=30)) == {"W1": 30, "W2": 70}
    assert starts(found(*stops, now=30, drives={"W2": 300})) == {"W1": 30, "W2": 55}


def test_work_that_takes_longer_ends_no_earlier_than_now() -> None:
    begun = stop("W1", 0, state="started", begun_at=EIGHT)
    of = found(begun, stop("W2", 30), now=50)
    assert (of.late_minutes, starts(of)["W2"]) == (30, 60)


def test_whoever_is_on_site_elsewhere_finishes_there_first() -> None:
    later = stop("W2", 60, state="on_site", begun_at=EIGHT + 5 * MINUTE)
    assert starts(found(stop("W1", 10), later, now=10))["W1"] >= 25


def test_a_missed_appointment_and_a_broken_promise_are_named() -> None:
    of = found(
        stop("W1", 0, appointment_until=EIGHT + 60 * MINUTE),
        stop("W2", 30, appointment_until=EIGHT + 90 * MINUTE),
        stop("W3", 60, due_until=EIGHT + 130 * MINUTE),
        now=61,
    )
    assert [(one.number, one.breaks) for one in of.broken] == [
        ("W1", "appointment"),
        ("W2", "appointment"),
        ("W3", "promise"),
    ]
    assert of.notable


def test_what_is_done_or_has_no_time_says_nothing() -> None:
    assert drift([stop("W1", 0, state="completed"), stop("W2", None)], {}, now=EIGHT) is None


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8), st.integers(0, 300), st.integers(0, 300))
def test_later_is_never_earlier(gaps: list[int], one: int, other: int) -> None:
    """As time goes by with nothing done, no stop is expected earlier than before."""
    at = [sum(gaps[: place + 1]) + 20 * place for place in range(len(gaps))]
    stops = [stop(f"W{place}", minutes) for place, minutes in enumerate(at)]
    early, late = (starts(found(*stops, now=now)) for now in sorted((one, other)))
    assert all(early[number] <= late[number] for number in early)


def test_what_the_shift_left_undone_is_left_over_and_not_ever_later() -> None:
    stops = stop("W1", 0, state="completed"), stop("W2", 40), stop("W3", None)
    ends, before, after = EIGHT + 60 * MINUTE, EIGHT + 59 * MINUTE, EIGHT + 600 * MINUTE
    assert left_over(states(*stops), ends, now=before) == 0
    assert left_over(states(*stops), ends, now=after) == 2
    assert drift(stops, {}, now=after, shift_ends=ends) is None
    assert left_over(states(*stops), None, now=after) == 0


def test_who_works_on_after_the_shift_runs_late() -> None:
    stops = stop("W1", 0, state="started", begun_at=EIGHT + 50 * MINUTE), stop("W2", 40)
    ends = EIGHT + 60 * MINUTE
    assert left_over(states(*stops), ends, now=ends) == 0
    assert drift(stops, {}, now=ends, shift_ends=ends) == drift(stops, {}, now=ends)
