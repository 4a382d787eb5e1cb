"""Due times of scheduled reports on the district's clocks, and the days they are about."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.policy.report_schedules import EVERY, Rhythm, days_before, due_after, latest_due

ZONE = "America/Chicago"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "now", "due"),
    [
        (Rhythm("daily", 6), "2026-03-02T11:59", "2026-03-02T12:00"),
        (Rhythm("daily", 6), "2026-03-02T12:00", "2026-03-03T12:00"),
        (Rhythm("weekly", 6, weekday=0), "2026-03-02T12:00", "2026-03-09T11:00"),
        (Rhythm("weekly", 22, weekday=4), "2026-03-02T12:00", "2026-03-07T04:00"),
        (Rhythm("monthly", 0, month_day=1), "2026-03-02T12:00", "2026-04-01T05:00"),
        (Rhythm("monthly", 7, month_day=31), "2026-02-02T12:00", "2026-02-28T13:00"),
        (Rhythm("monthly", 7, month_day=31), "2026-02-28T13:00", "2026-03-31T12:00"),
        # Two in the morning is left out in March, and one in the morning comes twice in November.
        (Rhythm("daily", 2), "2026-03-08T00:00", "2026-03-08T08:00"),
        (Rhythm("daily", 1), "2026-11-01T00:00", "2026-11-01T06:00"),
        (Rhythm("daily", 1), "2026-11-01T06:30", "2026-11-02T07:00"),
    ],
)
def test_the_next_due_time(rhythm: Rhythm, now: str, due: str) -> None:
    assert due_after(rhythm, at(now), ZONE) == at(due)


@given(
    st.builds(
        Rhythm,
        st.sampled_from(EVERY),
        st.integers(0, 23),
        st.integers(0, 6),
        st.integers(1, 31),
    ),
    st.integers(0, 3 * 366 * 24 * 60),
    st.sampled_from([ZONE, "Europe/Madrid", "Pacific/Apia", "UTC"]),
)
def test_every_due_time_is_met_once(rhythm: Rhythm, minutes: int, zone: str) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    latest, following = latest_due(rhythm, now, zone), due_after(rhythm, now, zone)
    assert latest <= now < following
    assert due_after(rhythm, latest, zone) == following
    assert latest_due(rhythm, following, zone) == following
    assert following - latest <= timedelta(days=32)


def test_the_days_before() -> None:
    assert days_before("daily", date(2026, 3, 1)) == (date(2026, 2, 28), date(2026, 2, 28))
    assert days_before("weekly", date(2026, 3, 2)) == (date(2026, 2, 23), date(2026, 3, 1))
    assert days_before("monthly", date(2026, 3, 1)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert days_before("monthly", date(2026, 1, 31)) == (date(2025, 12, 1), date(2025, 12, 31))
