"""Registers, rollover and the high/low check."""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.situations import BOOK, LAST, METER, MONTH, NOW, SPARE, history
from workorders.facts import MeterFacts, ReadFacts, ServicePointFacts
from workorders.metering.registers import (
    check_read,
    daily_rate,
    estimate,
    expected_dials,
    fits,
    may_install,
    usage,
    usage_between,
)
from workorders.policy.rulebook import HighLow

FACTORS = HighLow(low_factor=0.3, high_factor=2.5, floor_units=3000, minimum_intervals=3)
METERS = {"CB100": METER}

dials = st.integers(3, 9)


@given(dials, st.data(), st.integers(1, 1000))
def test_usage_is_what_the_dials_moved_also_through_zero(
    n: int, data: st.DataObject, multiplier: int
) -> None:
    start = data.draw(st.integers(0, 10**n - 1))
    steps = data.draw(st.integers(0, 10**n - 1))
    assert usage((start + steps) % 10**n, start, n, multiplier) == steps * multiplier


@given(dials, st.data())
def test_usage_there_and_back_is_once_around(n: int, data: st.DataObject) -> None:
    a, b = (data.draw(st.integers(0, 10**n - 1)) for _ in range(2))
    assume(a != b)
    assert usage(a, b, n) + usage(b, a, n) == 10**n


@given(dials, st.integers(-5, 10**10))
def test_a_read_fits_when_it_has_no_more_digits_than_the_register(n: int, value: int) -> None:
    assert fits(value, n) == (value >= 0 and len(str(value)) <= n)


def test_usage_refuses_what_the_register_cannot_show() -> None:
    with pytest.raises(ValueError, match="3 dials"):
        usage(1000, 5, 3)


def test_the_daily_rate_is_that_of_measured_reads_of_one_meter() -> None:
    assert daily_rate(history(), METERS) == (200.0, 11)
    guessed = ReadFacts("CB100", NOW - timedelta(days=3), 999_999, "estimated", "e")
    other = ReadFacts("CB999", NOW - timedelta(days=2), 5, "actual", "o")
    assert daily_rate((*history(), guessed, other), METERS) == (200.0, 11)
    assert daily_rate(history()[:1], METERS) is None


def test_the_estimate_needs_enough_history() -> None:
    assert estimate(history()[-3:], METERS, "CB100", NOW, FACTORS) is None
    found = estimate(history()[-4:], METERS, "CB100", NOW, FACTORS)
    assert found is not None
    assert [found.units, found.low, found.high] == pytest.approx([6000, 1800, 15000])
    assert expected_dials(found, METER) == (LAST + 1800, LAST + 15000)


def test_the_expected_span_goes_through_zero_with_the_register() -> None:
    reads = history(start=999_000 - 6000 * 11)
    found = estimate(reads, METERS, "CB100", NOW, FACTORS)
    assert found is not None
    assert expected_dials(found, METER) == (800, 14_000)


@pytest.mark.parametrize(
    ("value", "finding", "believed"),
    [
        (LAST + 6000, None, True),
        (LAST + 15_000, None, True),
        (LAST + 15_001, "high", True),
        (LAST + 1799, "low", True),
        (LAST, "low", True),
        (LAST - 1, "below_misread", False),
        (3000, "below_swapped", False),
        (1_000_000, "too_many_digits", False),
    ],
)
def test_a_read_is_judged_against_the_history(value: int, finding: str | None, believed: bool) -> None:
    check = check_read(value, METER, NOW, reads=history(), meters=METERS, factors=FACTORS)
    assert (check.finding, check.believed) == (finding, believed)


def test_a_wrap_is_believed_only_inside_the_high_limit() -> None:
    reads = history(start=999_000 - 6000 * 11)
    near = check_read(5000, METER, NOW, reads=reads, meters=METERS, factors=FACTORS)
    assert (near.finding, near.usage, near.believed) == ("wrap", 6000, True)
    far = check_read(90_000, METER, NOW, reads=reads, meters=METERS, factors=FACTORS)
    assert (far.usage, far.believed) == (None, False)
    unknown = check_read(5000, METER, NOW, reads=reads[-2:], meters=METERS, factors=FACTORS)
    assert not unknown.believed


def test_a_read_below_an_estimate_is_the_estimates_fault() -> None:
    guessed = ReadFacts("CB100", NOW - timedelta(days=10), LAST + 20_000, "estimated", "e")
    check = check_read(LAST + 6000, METER, NOW, reads=(*history(), guessed), meters=METERS, factors=FACTORS)
    assert check.finding == "below_estimate"


def test_swapped_neighbours_are_a_misread() -> None:
    check = check_read(137_000 + 0, METER, NOW, reads=history(), meters=METERS, factors=FACTORS)
    assert LAST == 166_000
    assert check.finding == "below_misread"


def test_reads_after_the_visit_and_unbilled_ones_are_no_history() -> None:
    later = ReadFacts("CB100", NOW + MONTH, LAST + 99_000, "actual", "l")
    doubted = ReadFacts("CB100", NOW - timedelta(days=1), 5, "special", "d", flags=("not_billable",))
    check = check_read(
        LAST + 6000, METER, NOW, reads=(*history(), doubted, later), meters=METERS, factors=FACTORS
    )
    assert (check.finding, check.usage) == (None, 6000)


@given(st.integers(0, 999_999), st.integers(0, 999_999), st.integers(1, 400))
def test_any_read_gets_a_verdict_and_no_unbelieved_usage(start: int, value: int, days: int) -> None:
    at = NOW + timedelta(days=days)
    check = check_read(value, METER, at, reads=history(start=start), meters=METERS, factors=FACTORS)
    assert check.believed or (check.usage is None and "not_billable" in check.flags)
    if check.usage is not None and check.estimate is not None and check.finding in {None, "wrap"}:
        assert check.usage <= check.estimate.high


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=12), st.integers(0, 99_999))
def test_usage_over_a_span_is_the_sum_of_its_parts(steps: list[int], start: int) -> None:
    meter = MeterFacts("M", "water", "5/8", 5)
    values, value = [start], start
    for step in steps:
        value = (value + step) % 10**5
        values.append(value)
    reads = tuple(ReadFacts("M", NOW + MONTH * i, v, "actual", str(i)) for i, v in enumerate(values))
    assert usage_between(reads, meter, NOW, NOW + MONTH * 20) == sum(steps)


def test_usage_over_an_exchange_is_the_old_part_and_the_new_part() -> None:
    day = timedelta(days=1)
    reads = (
        ReadFacts("CB100", NOW, 999_990, "actual", "1"),
        ReadFacts("CB100", NOW + 10 * day, 15, "final", "2"),
        ReadFacts("CB200", NOW + 10 * day, 7, "start", "2"),
        ReadFacts("CB200", NOW + 30 * day, 107, "actual", "3"),
    )
    parts = [usage_between(reads, meter, NOW, NOW + 30 * day) for meter in (METER, SPARE)]
    assert parts == [25, 100]


def test_a_meter_from_this_van_that_fits_may_go_in() -> None:
    point = ServicePointFacts("SP-1", "water", "5/8", "on")
    assert may_install(SPARE, "t01", point) == ()
    assert may_install(SPARE, "t02", point) == ("new_meter_not_on_van",)
    assert may_install(METER, "t01", point) == ("new_meter_elsewhere",)
    assert may_install(None, "t01", point) == ("new_meter_unknown",)


def test_the_sample_factors_are_those_of_these_tests() -> None:
    assert BOOK.in_force(NOW.date()).high_low("water") == FACTORS
