"""Times of a tablet whose clock is wrong keep their order and their distances."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.judgement.clock import TOLERANCE, judge_time

CONTACT = datetime(2026, 3, 2, 14, tzinfo=UTC)
RECEIVED = CONTACT + timedelta(hours=8)
HOUR_MS = 3_600_000


@pytest.mark.parametrize(("hours", "flag"), [(-30, "clock_behind"), (-3, "clock_behind"), (5, "clock_ahead")])
def test_a_measured_offset_keeps_the_times_apart(hours: int, flag: str) -> None:
    true = [CONTACT + timedelta(minutes=minutes) for minutes in (5, 20, 21, 90)]
    judged = [
        judge_time(at + timedelta(hours=hours), -hours * HOUR_MS, earliest=CONTACT, received_at=RECEIVED)
        for at in true
    ]
    assert [one.at for one in judged] == true
    assert {one.flags for one in judged} == {(flag,)}


def test_an_offset_from_before_the_clock_was_set_right_is_not_used() -> None:
    at = CONTACT + timedelta(hours=2)
    judged = judge_time(at, 30 * HOUR_MS, earliest=CONTACT, received_at=RECEIVED)
    assert (judged.at, judged.flags) == (at, ())


@pytest.mark.parametrize("offset", [None, True, "5", 1.5, 10**18, -(10**30)])
def test_what_is_no_measurement_is_not_used(offset: Any) -> None:
    at = CONTACT + timedelta(hours=1)
    assert judge_time(at, offset, earliest=CONTACT, received_at=RECEIVED).at == at


@given(
    st.integers(-(10**7), 10**7),
    st.one_of(st.none(), st.integers(-(10**12), 10**12)),
    st.one_of(st.none(), st.integers(-(10**6), 0)),
)
def test_the_answer_always_lies_in_the_span(stated: int, offset: int | None, since: int | None) -> None:
    earliest = RECEIVED + timedelta(seconds=since) if since is not None else None
    at = RECEIVED + timedelta(seconds=stated)
    judged = judge_time(at, offset, earliest=earliest, received_at=RECEIVED)
    assert judged.at <= RECEIVED
    assert earliest is None or judged.at >= earliest
    if not judged.flags and not offset:
        assert abs(judged.at - at) <= TOLERANCE
