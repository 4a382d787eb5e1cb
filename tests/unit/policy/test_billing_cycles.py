"""The days of a year's billing cycles: on business days, in order, with the law's waits before a cut."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workorders.policy.billing_cycles import (
    CycleRule,
    PeriodDays,
    checked_period,
    cycle_rule,
    doubtful_days,
    period_of,
    year_of_cycle,
)
from workorders.policy.business_days import business_days_since, is_business_day
from workorders.policy.rule_fields import CYCLE_STEPS
from workorders.policy.rule_schemas import parse_rule
from workorders.policy.rulebook import CutRules, RulesInForce
from workorders.problems import Problem
from workorders.usecases.district.publish_rules import sample_document

SAMPLE = {
    (rule["kind"], rule["key"]): parse_rule(rule["kind"], rule["key"], rule["value"])
    for rule in sample_document()["rules"]
}
WATER = SAMPLE["cut_rules", "water"]
RULE = cycle_rule(RulesInForce(date(2026, 1, 1), 1, SAMPLE))
DAY = timedelta(days=1)


def rules() -> tuple[CycleRule, CutRules]:
    assert RULE is not None
    assert isinstance(WATER, CutRules)
    return RULE, WATER


def test_the_sample_rule_makes_twelve_periods_of_each_of_four_cycles() -> None:
    rule, water = rules()
    assert sorted(rule.cycles) == ["01", "02", "03", "04"]
    year = list(year_of_cycle(rule, "02", 2026, [water]))
    assert [one.number for one in year] == list(range(1, 13))
    january = year[0]
    assert january.read_on == date(2026, 1, 12), "the seventh business day, New Year's not counted"
    assert january.bill_on == date(2026, 1, 14)
    assert january.due_on == date(2026, 2, 4)
    assert january.steps["past_due"] == date(2026, 2, 9)
    assert january.steps["final"] == date(2026, 3, 2), "25 days after it is a Sunday"


@settings(max_examples=60, deadline=None)
@given(
    year=st.integers(2020, 2030),
    every=st.sampled_from([1, 2, 3, 6]),
    waits=st.tuples(st.integers(1, 23), st.integers(0, 6), st.integers(10, 40)),
    after=st.lists(st.integers(1, 60), min_size=6, max_size=6),
    kept=st.sets(st.sampled_from(CYCLE_STEPS)),
)
def test_whatever_the_rule_days_are_open_ordered_and_lawful(
    year: int, every: int, waits: tuple[int, int, int], after: list[int], kept: set[str]
) -> None:
    _, water = rules()
    steps = {step: days for step, days in zip(CYCLE_STEPS, after, strict=True) if step in kept}
    read, bill, due_days = waits
    rule = CycleRule(every, {"A": read}, bill, due_days, steps)
    periods = list(year_of_cycle(rule, "A", year, [water]))
    assert len(periods) == 12 // every
    for one in periods:
        assert checked_period(one) == one
        assert doubtful_days(one, water.holidays) == ()
        assert one.read_on.year == year
        assert set(one.steps) == kept
        cut = one.steps.get("cut")
        if cut is None:
            continue
        assert cut.weekday() not in water.forbidden_weekdays
        assert cut + DAY not in water.holidays
        assert cut >= one.due_on + timedelta(days=water.delinquency_days) or not kept & {"final", "door_tag"}
        if "final" in kept:
            assert business_days_since(one.steps["final"], cut, water.holidays) >= 7
        if "door_tag" in kept:
            assert cut >= one.steps["door_tag"] + 2 * DAY


def test_a_bill_belongs_to_the_nearest_due_day_and_to_none_far_off() -> None:
    rule, water = rules()
    periods = list(year_of_cycle(rule, "01", 2026, [water]))
    for one in periods:
        assert period_of(periods, one.due_on) is one
        assert period_of(periods, one.due_on + 3 * DAY) is one
    assert period_of(periods, periods[0].due_on - 21 * DAY) is None
    assert period_of((), periods[0].due_on) is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"bill_on": date(2026, 1, 1)}, "bill_on"),
        ({"due_on": date(2026, 1, 7)}, "due_on"),
        ({"steps": {"past_due": date(2026, 1, 28)}}, "past_due_on"),
        ({"steps": {"final": date(2026, 2, 20), "cut": date(2026, 2, 19)}}, "cut_on"),
    ],
)
def test_days_out_of_their_order_are_refused_by_name(changed: dict[str, object], field: str) -> None:
    days = {"read_on": date(2026, 1, 5), "bill_on": date(2026, 1, 7), "due_on": date(2026, 1, 28)} | changed
    with pytest.raises(Problem) as refused:
        checked_period(PeriodDays("A", 2026, 1, **days))  # type: ignore[arg-type]
    assert refused.value.details["field"] == field
    assert is_business_day(date(2026, 1, 5), ())
