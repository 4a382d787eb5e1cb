"""Rule values: the sample is whole, and a misspelt or impossible rule is refused with its place."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from tests.unit.situations import rule
from workorders.policy.rule_schemas import parse_rule
from workorders.policy.rulebook import CutRules, RuleBook, UsageRate
from workorders.problems import Problem
from workorders.usecases.district.publish_rules import sample_document

WATER: dict[str, Any] = next(r for r in sample_document()["rules"] if r["kind"] == "cut_rules")["value"]
PROFILE: dict[str, Any] = next(r for r in sample_document()["rules"] if r["kind"] == "meter_test_profile")[
    "value"
]


def test_the_sample_parses_into_typed_values() -> None:
    rules = [parse_rule(r["kind"], r["key"], r["value"]) for r in sample_document()["rules"]]
    assert len(rules) > 15
    assert isinstance(rules[0], CutRules)
    assert isinstance(rules[0].holidays[0], date)


def twice(profile: dict[str, Any]) -> dict[str, Any]:
    made = deepcopy(profile)
    made["flows"].append(made["flows"][0])
    return made


@pytest.mark.parametrize(
    ("kind", "key", "value", "field"),
    [
        ("cut_rules", "water", {**WATER, "medicla": True}, "rule.cut_rules.water.medicla"),
        (
            "cut_rules",
            "water",
            {k: v for k, v in WATER.items() if k != "notice_days"},
            "rule.cut_rules.water.notice_days",
        ),
        (
            "cut_rules",
            "water",
            {**WATER, "blocking_holds": ["medicla"]},
            "rule.cut_rules.water.blocking_holds.0",
        ),
        (
            "cut_rules",
            "water",
            {**WATER, "forbidden_weekdays": [7]},
            "rule.cut_rules.water.forbidden_weekdays.0",
        ),
        (
            "cut_rules",
            "water",
            {**WATER, "latest_local_time": "3pm"},
            "rule.cut_rules.water.latest_local_time",
        ),
        ("cut_rules", "water", {**WATER, "minimum_cents": 50.5}, "rule.cut_rules.water.minimum_cents"),
        ("meter_test_profile", "water.1", twice(PROFILE), "rule.meter_test_profile.water.1.flows"),
        (
            "meter_test_profile",
            "water.1",
            {**PROFILE, "error_of": "both"},
            "rule.meter_test_profile.water.1.error_of",
        ),
        ("geofence", "default", {"radius_m": 0}, "rule.geofence.default.radius_m"),
        ("setting", "coffee", {}, "rule.setting.coffee"),
        ("weather", "default", {}, "rule.weather.default"),
        ("high_low", "default", [], "rule.high_low.default"),
    ],
)
def test_a_bad_rule_is_refused_with_its_place(kind: str, key: str, value: Any, field: str) -> None:
    with pytest.raises(Problem) as found:
        parse_rule(kind, key, value)
    assert found.value.code == "bad_input"
    assert str(found.value.details["field"]).startswith(field)


def test_a_rule_holds_from_its_day_until_the_next_and_a_special_key_before_the_default() -> None:
    book = RuleBook(
        2,
        (
            rule("geofence", "default", {"radius_m": 100}, date(2026, 1, 1)),
            rule("geofence", "default", {"radius_m": 50}, date(2026, 6, 1), rule_set=2),
            rule("usage_rate", "water", {"cents_per_thousand": 600}),
            rule("usage_rate", "water.commercial", {"cents_per_thousand": 700}),
        ),
    )

    def radius(version: int, day: date) -> float | None:
        fence = book.known_to(version, day).geofence()
        return fence.radius_m if fence else None

    assert radius(2, date(2025, 12, 31)) is None
    assert radius(2, date(2026, 5, 31)) == 100
    assert radius(2, date(2026, 6, 1)) == 50
    assert radius(1, date(2026, 6, 1)) == 100
    today = book.in_force(date(2026, 6, 1))
    rates = [today.usage_rate("water", rate_class) for rate_class in ("commercial", "residential")]
    assert rates == [UsageRate(700), UsageRate(600)]
    assert today.usage_rate("electric", "residential") is None
    assert today.cut_rules("water") is None
