"""What a preview works out in bulk is what the rules say when they are asked one by one."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.situations import sample_book
from workorders.facts import AccountFacts, ChargeFacts, HoldFacts, NoticeFacts, PaymentFacts
from workorders.policy.aging import debts_of
from workorders.policy.rule_preview import Days, Service, Subject, first_cut_days
from workorders.policy.satisfaction import needed_at, owed_at, satisfaction_of
from workorders.policy.severance import CutQuestion, evaluate, may_be_cut

ZONE = "America/Chicago"
FIRST = date(2026, 3, 2)
BEGIN = datetime(2026, 3, 1, tzinfo=ZoneInfo(ZONE))
BOOK = sample_book()
AT = st.integers(-80 * 24, 20 * 24).map(lambda hours: BEGIN + timedelta(hours=hours))
CENTS = st.integers(1, 20_000)
DAY = st.integers(-70, 25).map(lambda days: FIRST + timedelta(days=days))


@st.composite
def accounts(draw: Any) -> AccountFacts:
    """An account with charges, payments, notices and holds around the days that are looked at."""
    charge = st.builds(ChargeFacts, at=AT, cents=CENTS, due_at_once=st.booleans(), due_on=st.none() | DAY)
    payment = st.builds(PaymentFacts, st.just("p"), AT, CENTS, st.just("web"))
    hold = st.builds(HoldFacts, st.sampled_from(("medical", "dispute")), DAY, st.none() | DAY)
    sent = st.tuples(st.sampled_from(("past_due", "final", "door_tag")), DAY)
    charges, payments = draw(st.lists(charge, max_size=6)), draw(st.lists(payment, max_size=3))
    holds, announced = draw(st.lists(hold, max_size=1)), draw(st.lists(sent, max_size=4))
    if draw(st.booleans()):
        announced += [(kind, FIRST - timedelta(days=20)) for kind in ("past_due", "final", "door_tag")]
    notices = [
        NoticeFacts(number, kind, day, day + timedelta(days=40), 100)
        for number, (kind, day) in enumerate(announced)
    ]
    balance = draw(st.integers(-5_000, 60_000))
    return AccountFacts(
        "A1",
        balance_cents=balance,
        charges=tuple(charges),
        payments=tuple(payments),
        notices=tuple(notices),
        holds=tuple(holds),
    )


def days() -> Days:
    return Days([FIRST + timedelta(days=step) for step in range(12)], ZONE, {})


@settings(deadline=None)
@given(accounts())
def test_debts_and_needs_are_those_of_the_rules(account: AccountFacts) -> None:
    subject = Subject(account, (), (), reachable=True)
    for ruled in days().ruled(BOOK):
        assert subject.owed_at(ruled.at_s) == owed_at(account, ruled.at)
        right = debts_of(account, ruled.policy, at=ruled.begins, timezone=ZONE)
        needed = needed_at(account, ruled.policy, at=ruled.at, now=ruled.at, timezone=ZONE)
        for _again in range(2):
            assert subject.debts_on(ruled, ZONE) == right
            assert subject.cut_stands_on(ruled, ZONE) == (needed > ruled.policy.tolerance_cents)


@settings(deadline=None)
@given(accounts(), st.booleans(), st.sampled_from(("water", "electric", "steam")))
def test_the_first_day_of_a_cut_is_the_first_that_the_rules_allow(
    account: AccountFacts, medical: bool, service: str
) -> None:
    subject = Subject(account, (Service("SP-1", service, on=True, medical=medical),), (), reachable=True)
    asked = days()
    right = None
    for day in asked.days:
        at = asked.morning(day)
        question = CutQuestion(account, service, at, ZONE, medical)
        allowed = evaluate(question, BOOK).allowed
        assert may_be_cut(question, BOOK) == allowed
        policy = satisfaction_of(BOOK.in_force(day))
        stands = needed_at(account, policy, at=at, now=at, timezone=ZONE) > policy.tolerance_cents
        if allowed and stands and right is None:
            right = ("SP-1", day)
    assert next(first_cut_days(subject, BOOK, asked), None) == right
