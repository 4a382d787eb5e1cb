"""Cut rules: each blocks alone, says why, and is asked for the instant of the cut."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.situations import ACCOUNT, BOOK, NOW, rule, sample_book
from workorders.facts import AccountFacts, ForecastFacts, HoldFacts, PaymentFacts
from workorders.messages.message import Message
from workorders.messages.words import ENGLISH, say
from workorders.policy.rulebook import CutRules, RuleBook
from workorders.policy.satisfaction import owed_at
from workorders.policy.severance import CutQuestion, authority_expires, evaluate
from workorders.usecases.district.publish_rules import sample_document

QUESTION = CutQuestion(ACCOUNT, "water", NOW, "America/Chicago")
HOUR = timedelta(hours=1)


def blocked(question: CutQuestion, book: RuleBook = BOOK) -> set[str]:
    decision = evaluate(question, book)
    assert decision.allowed is (not decision.reasons)
    return {v.rule for v in decision.checks if not v.allowed}


def low(celsius: float, *, heat_alert: bool = False) -> ForecastFacts:
    return ForecastFacts(NOW.date(), NOW, celsius, heat_alert)


def about(**changes: object) -> CutQuestion:
    return replace(QUESTION, account=replace(ACCOUNT, **changes))  # type: ignore[arg-type]  # fields of AccountFacts


def test_a_cut_that_every_rule_allows() -> None:
    decision = evaluate(QUESTION, BOOK)
    assert decision.allowed
    assert len(decision.checks) > 10
    assert all(say(v.message, ENGLISH).endswith(".") for v in decision.checks)


NOTICES = ACCOUNT.notices


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"balance_cents": 4999}, {"minimum_amount"}),
        ({"owed_since": date(2026, 2, 1)}, {"delinquency_age"}),
        ({"notices": ()}, {"notice_past_due", "notice_final"}),
        ({"notices": NOTICES[:1]}, {"notice_final"}),
        ({"notices": (NOTICES[0], replace(NOTICES[1], valid_until=date(2026, 3, 1)))}, {"notice_final"}),
        ({"notices": (NOTICES[0], replace(NOTICES[1], sent_on=date(2026, 2, 26)))}, {"notice_final"}),
    ],
)
def test_each_rule_about_the_debt_blocks_alone(changes: dict[str, object], why: set[str]) -> None:
    assert blocked(about(**changes)) == why


def test_without_a_due_day_the_oldest_notice_counts_and_without_both_nothing_is_shown() -> None:
    assert blocked(about(owed_since=None)) == {"delinquency_age"}  # 28 days old
    old = replace(NOTICES[0], sent_on=date(2026, 1, 20))
    assert blocked(about(owed_since=None, notices=(old, NOTICES[1]))) == set()
    assert "delinquency_age" in blocked(about(owed_since=None, notices=()))


@pytest.mark.parametrize("kind", ["medical", "arrangement", "dispute", "bankruptcy", "pledge", "moratorium"])
@pytest.mark.parametrize("provisional", [False, True])
def test_each_protection_blocks_while_it_lasts(kind: str, provisional: bool) -> None:
    day = NOW.date()
    lasting = HoldFacts(kind, day, None, provisional)
    assert blocked(about(holds=(lasting,))) == {f"hold_{kind}"}
    assert blocked(about(holds=(replace(lasting, ends_on=day),))) == {f"hold_{kind}"}
    assert blocked(about(holds=(HoldFacts(kind, day - timedelta(9), day - timedelta(1)),))) == set()
    assert blocked(about(holds=(HoldFacts(kind, day + timedelta(1)),))) == set()


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (datetime(2026, 3, 6, 16, tzinfo=UTC), {"weekday"}),
        (datetime(2026, 3, 7, 16, tzinfo=UTC), {"weekday"}),
        (datetime(2026, 5, 25, 16, tzinfo=UTC), {"holiday"}),
        (datetime(2026, 11, 10, 16, tzinfo=UTC), {"holiday"}),
        (datetime(2026, 3, 2, 20, 59, tzinfo=UTC), set()),
        (datetime(2026, 3, 2, 21, 0, tzinfo=UTC), {"latest_hour"}),
        (datetime(2026, 7, 1, 20, 0, tzinfo=UTC), {"latest_hour"}),  # summer time: 15:00 too
        (datetime(2026, 3, 6, 4, 0, tzinfo=UTC), {"latest_hour"}),  # Friday in London, Thursday night here
    ],
)
def test_days_and_hours_are_those_of_the_district(at: datetime, why: set[str]) -> None:
    lasting = tuple(replace(n, valid_until=date(2027, 1, 1)) for n in NOTICES)
    assert blocked(replace(about(notices=lasting), at=at)) == why


def test_a_flagged_premise_a_cold_day_and_an_ended_authority_block() -> None:
    assert blocked(replace(QUESTION, medical=True)) == {"medical_flag"}
    electric = replace(QUESTION, service="electric", forecast=low(-3.0))
    assert blocked(electric) == {"forecast"}
    assert blocked(replace(electric, forecast=low(3.0))) == set()
    assert blocked(replace(electric, forecast=None)) == {"forecast"}, "unknown is not warm"
    assert blocked(replace(QUESTION, authority_expires_at=NOW)) == {"authority"}
    assert blocked(replace(QUESTION, authority_expires_at=NOW + HOUR)) == set()


def test_what_is_not_regulated_is_not_allowed() -> None:
    assert blocked(replace(QUESTION, service="fibre")) == {"regulated"}
    assert blocked(replace(QUESTION, account=None)) == {"regulated"}


def test_the_rules_are_those_of_the_day_of_the_cut() -> None:
    water = next(r for r in sample_document()["rules"] if r["kind"] == "cut_rules" and r["key"] == "water")
    strict = rule("cut_rules", "water", water["value"] | {"forbidden_weekdays": [0]}, date(2026, 3, 1))
    assert blocked(QUESTION, sample_book(strict)) == {"weekday"}
    later = rule("cut_rules", "water", water["value"] | {"forbidden_weekdays": [0]}, date(2026, 3, 3))
    assert blocked(QUESTION, sample_book(later)) == set()


def test_payments_after_the_cut_do_not_make_the_debt_smaller_then() -> None:
    after = PaymentFacts("P", NOW + HOUR, 12_850, "web")
    assert blocked(about(balance_cents=0, payments=(after,))) == set()
    before = replace(after, at=NOW - HOUR)
    assert blocked(about(balance_cents=0, payments=(before,))) == {"minimum_amount"}


amounts = st.lists(st.tuples(st.integers(-48, 48), st.integers(1, 50_000)), max_size=8)


@given(amounts, st.integers(-10_000, 100_000))
def test_owed_follows_the_payments(given_payments: list[tuple[int, int]], balance: int) -> None:
    payments = tuple(
        PaymentFacts(str(i), NOW + h * HOUR, cents, "web") for i, (h, cents) in enumerate(given_payments)
    )
    account = AccountFacts("A", balance_cents=balance, payments=payments)
    assert owed_at(account, NOW + 49 * HOUR) == balance
    assert owed_at(account, NOW - 49 * HOUR) == balance + sum(p.cents for p in payments)


def test_the_evidence_is_plain_and_says_everything() -> None:
    evidence = evaluate(about(balance_cents=1), BOOK).as_evidence()
    assert evidence["allowed"] is False
    by_rule = {v["rule"]: v for v in evidence["verdicts"]}
    assert by_rule["minimum_amount"]["evidence"] == {"owed_cents": 1, "minimum_cents": 5000}
    assert (
        say(Message.from_json(by_rule["minimum_amount"]["message"]), ENGLISH)
        == "$0.01 is past due, less than the $50.00 needed."
    )


def test_the_authority_lasts_as_long_as_the_rules_say() -> None:
    rules = BOOK.in_force(NOW.date()).cut_rules("water")
    assert isinstance(rules, CutRules)
    assert authority_expires(rules, NOW) == NOW + timedelta(hours=36)
