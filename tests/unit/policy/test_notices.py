"""Which notice is due when: each step in its time, one at a time, and a reason where none is due."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.facts import HoldFacts
from workorders.policy.aging import OpenCharge
from workorders.policy.business_days import after_business_days, business_days_since, is_business_day
from workorders.policy.notices import (
    NoticeOnRecord,
    NoticeQuestion,
    NoticeStep,
    NoticeSteps,
    decide,
    earliest_cut,
    notice_steps,
)
from workorders.policy.rule_schemas import parse_rule
from workorders.policy.rulebook import CutRules, NoticeText, RuleBook, RuleRow
from workorders.problems import Problem
from workorders.usecases.district.publish_rules import sample_document

DAY = timedelta(days=1)
DUE = date(2026, 1, 26)
CHRISTMAS = date(2026, 12, 25)
SAMPLE = {
    (line["kind"], line["key"]): parse_rule(line["kind"], line["key"], line["value"])
    for line in sample_document()["rules"]
}
PLAN = notice_steps(
    RuleBook(
        1, (RuleRow("setting", "notice_steps", date(2020, 1, 1), SAMPLE["setting", "notice_steps"]),)
    ).in_force(DUE)
)
QUESTION = NoticeQuestion(
    day=DUE,
    debts=(OpenCharge(DUE, 6_000),),
    notices=(),
    holds=(),
    reachable=True,
    served=True,
    needed=frozenset({"past_due", "final"}),
    holidays=frozenset(),
)


def record(kind: str, day: date, state: str = "sent", valid: int = 90) -> NoticeOnRecord:
    return NoticeOnRecord(kind, day, day + valid * DAY, state)


def due(after: int, *notices: NoticeOnRecord) -> str | None:
    found = decide(replace(QUESTION, day=DUE + after * DAY, notices=notices), PLAN)
    return found.step.kind if found.step else None


FIRST = record("past_due", DUE + 5 * DAY)
SECOND = record("second_past_due", DUE + 20 * DAY)
FINAL = record("final", DUE + 25 * DAY)


def test_the_steps_of_the_sample_follow_each_other() -> None:
    assert [due(day) for day in (0, 4, 5, 19)] == [None, None, "past_due", "past_due"]
    assert [due(day, FIRST) for day in (19, 20)] == [None, "second_past_due"]
    assert [due(day, FIRST, SECOND) for day in (24, 25)] == [None, "final"]
    assert [due(day, FIRST, SECOND, FINAL) for day in (31, 32)] == [None, "door_tag"]
    assert due(40, FIRST, SECOND, FINAL, record("door_tag", DUE + 32 * DAY)) is None


def test_a_late_first_notice_moves_the_others() -> None:
    late = record("past_due", DUE + 30 * DAY)
    assert [due(day, late) for day in (36, 37)] == [None, "second_past_due"]


def test_a_step_that_a_later_one_has_overtaken_is_left_out_unless_a_cut_needs_it() -> None:
    assert due(26, FIRST, FINAL) is None, "the second would say less than the final has said"
    assert due(26, FINAL) == "past_due", "a cut needs it"


def test_a_notice_of_an_earlier_debt_or_past_its_validity_counts_no_more() -> None:
    assert due(10, record("past_due", DUE - DAY)) == "past_due"
    assert due(40, record("past_due", DUE + 5 * DAY, valid=20), SECOND, FINAL) == "past_due"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"debts": (OpenCharge(DUE, 999),)}, "notice.below_minimum"),
        ({"debts": ()}, "notice.nothing_past_due"),
        ({"debts": (OpenCharge(None, 9_999),)}, "notice.nothing_past_due"),
        ({"reachable": False}, "notice.no_address"),
        ({"holds": (HoldFacts("dispute", DUE),)}, "rule.hold_open"),
        ({"holds": (HoldFacts("medical", DUE, DUE + 30 * DAY),)}, "rule.hold_until"),
        ({"holds": (HoldFacts("medical", DUE, DUE + DAY),)}, "notice.due"),
        ({"notices": (record("past_due", DUE + 5 * DAY, "printed"),)}, "notice.not_mailed"),
        ({"notices": (record("past_due", DUE + 5 * DAY, "returned"),)}, "notice.mail_returned"),
        ({"notices": (FIRST, SECOND), "served": False, "day": DUE + 26 * DAY}, "notice.service_off"),
        ({"notices": (FIRST,), "restarted_on": DUE + 6 * DAY}, "notice.due"),
    ],
)
def test_each_account_has_a_reason(given: dict[str, object], code: str) -> None:
    question = replace(QUESTION, **({"day": DUE + 10 * DAY} | given))  # type: ignore[arg-type]
    assert decide(question, PLAN).message.code == code


def test_the_final_notice_names_the_first_lawful_day() -> None:
    rules = SAMPLE["cut_rules", "water"]
    assert isinstance(rules, CutRules)
    assert earliest_cut(rules, "final", sent_on=date(2026, 2, 20), since=DUE) == date(2026, 3, 3)
    assert earliest_cut(rules, "final", sent_on=date(2026, 2, 5), since=DUE) == date(2026, 2, 25)
    assert earliest_cut(rules, "door_tag", sent_on=date(2026, 3, 4), since=DUE) == date(2026, 3, 9)
    assert earliest_cut(rules, "final", sent_on=date(2026, 12, 15), since=DUE) == date(2026, 12, 28)


def test_business_days_leave_out_weekends_and_holidays() -> None:
    assert after_business_days(date(2026, 12, 24), 1, {CHRISTMAS}) == date(2026, 12, 28)
    assert business_days_since(date(2026, 12, 24), date(2026, 12, 28), {CHRISTMAS}) == 1
    assert business_days_since(CHRISTMAS, CHRISTMAS - DAY, ()) == 0
    assert not is_business_day(CHRISTMAS, {CHRISTMAS})


@given(st.integers(0, 60), st.dates(date(2026, 1, 1), date(2027, 1, 1)))
def test_counting_business_days_forth_and_back_agrees(count: int, day: date) -> None:
    assert business_days_since(day, after_business_days(day, count, {CHRISTMAS}), {CHRISTMAS}) == count


@given(
    st.integers(0, 120),
    st.lists(st.tuples(st.sampled_from([s.kind for s in PLAN.steps]), st.integers(0, 120)), max_size=6),
)
def test_a_due_step_was_not_taken_and_its_time_has_come(after: int, sent: list[tuple[str, int]]) -> None:
    notices = tuple(record(kind, DUE + days * DAY) for kind, days in sent if days <= after)
    found = decide(replace(QUESTION, day=DUE + after * DAY, notices=notices), PLAN)
    if found.step is not None:
        assert after >= found.step.after_due_days
        valid = [n for n in notices if n.kind == found.step.kind and n.valid_until >= DUE + after * DAY]
        assert not valid


def test_a_notice_step_or_text_with_a_slip_is_refused() -> None:
    step = {"kind": "final", "after_due_days": 25, "valid_days": 45}
    for kind, key, value, field in (
        ("setting", "notice_steps", {"minimum_cents": 0, "steps": [step, step]}, "steps"),
        ("setting", "notice_steps", {"minimum_cents": 0, "steps": [step | {"kind": "x"}]}, "steps.0.kind"),
        ("notice_text", "final.en", {"title": "Final", "body": "Pay {amount}."}, "body"),
        ("notice_text", "final.en", {"title": "Final", "body": "Pay {past_due"}, "body"),
        ("setting", "aging", {"days": [60, 30]}, "days"),
    ):
        with pytest.raises(Problem) as refused:
            parse_rule(kind, key, value)
        assert refused.value.details["field"] == f"rule.{kind}.{key}.{field}"


def test_a_text_that_is_missing_in_a_language_is_said_in_english() -> None:
    text = NoticeText("Final", "Pay.")
    rules = RuleBook(1, (RuleRow("notice_text", "final.en", DUE, text),)).in_force(DUE)
    assert rules.notice_text("final", "vi") is text
    assert rules.notice_text("past_due", "vi") is None
    assert NoticeSteps(0, (NoticeStep("final", 25),)).steps[0].delivery == "mail"
