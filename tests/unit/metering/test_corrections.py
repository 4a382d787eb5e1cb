"""What the correction of a billed read does to the bill."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.facts import MeterFacts, ReadFacts, RegisterFacts
from workorders.metering.corrections import rebilled, register_rebilled
from workorders.policy.rulebook import UsageRate

START = datetime(2026, 1, 5, tzinfo=UTC)
RATE = UsageRate(620)
METER = MeterFacts("M1", "water", "5/8", 4, 1, "gal", "installed", None, "S1", None)


def month(number: int, value: int, *, billed: bool = True) -> ReadFacts:
    at = START + timedelta(days=30 * number)
    return ReadFacts("M1", at, value, "actual", f"bill:{number}", billed, ())


def test_the_difference_is_charged_or_credited_at_the_rate() -> None:
    before, wrong = month(0, 1_000), month(1, 9_000)
    found = rebilled(wrong, 3_000, METER, [before, wrong], RATE)
    assert found is not None
    assert (found.billed, found.right, found.cents) == (8_000, 2_000, 1_240 - 4_960)


def test_a_later_bill_has_made_up_for_it() -> None:
    reads = [month(0, 1_000), month(1, 2_500), month(2, 4_000)]
    found = rebilled(reads[1], 2_000, METER, reads, RATE)
    assert found is not None
    assert (found.made_up, found.cents) == (True, 0)


def test_a_register_that_rolled_over_is_billed_right() -> None:
    before, wrong = month(0, 9_800), month(1, 9_900)
    found = rebilled(wrong, 100, METER, [before, wrong], RATE)
    assert found is not None
    assert (found.billed, found.right) == (100, 300)


@pytest.mark.parametrize(
    ("reads", "value", "rate"),
    [
        ([month(1, 900)], 800, RATE),
        ([month(0, 100), month(1, 900)], 800, None),
        ([month(0, 100), month(1, 900, billed=False)], 800, RATE),
        ([month(0, 100), month(1, 12_345)], 800, RATE),
        ([month(0, 100), month(1, 900)], 12_345, RATE),
    ],
    ids=["first", "no rate", "not billed", "impossible", "cannot be shown"],
)
def test_what_cannot_be_computed_is_left_to_a_person(
    reads: list[ReadFacts], value: int, rate: UsageRate | None
) -> None:
    assert rebilled(reads[-1], value, METER, reads, rate) is None


@given(
    value=st.integers(0, 99_999),
    wrong=st.integers(0, 99_999),
    before=st.integers(0, 99_999),
    multiplier=st.integers(1, 100),
    counts=st.sampled_from(("adds", "part", "returned")),
)
def test_a_register_is_billed_as_a_meter_of_its_own(
    value: int, wrong: int, before: int, multiplier: int, counts: str
) -> None:
    register = RegisterFacts("low", "Low side", 5, multiplier, "gal", counts)
    alone = replace(METER, serial="M1/low", dials=5, multiplier=multiplier)
    reads = [replace(month(number, read), serial="M1/low") for number, read in enumerate((before, wrong))]
    found = register_rebilled(reads[1], value, METER, register, reads=reads, rate=RATE)
    same = rebilled(reads[1], value, alone, reads, RATE)
    assert found is not None
    assert same is not None
    assert (found.billed, found.right, found.previous) == (same.billed, same.right, reads[0])
    assert found.cents == (same.cents if counts == "adds" else 0)


@given(before=st.integers(0, 9_999), wrong=st.integers(0, 9_999), right=st.integers(0, 9_999))
def test_correcting_back_and_forth_costs_nothing(before: int, wrong: int, right: int) -> None:
    first, one, other = month(0, before), month(1, wrong), month(1, right)
    there = rebilled(one, right, METER, [first, one], RATE)
    back = rebilled(other, wrong, METER, [first, other], RATE)
    assert there is not None
    assert back is not None
    assert there.cents + back.cents == 0
