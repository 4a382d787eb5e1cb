"""How old a debt is: payments settle the charges oldest due first, and every cent lies in one bucket."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.situations import NOW
from workorders.facts import AccountFacts, ChargeFacts, PaymentFacts
from workorders.policy.aging import (
    aged,
    bucket_days,
    debts_of,
    open_charges,
    past_due_cents,
    past_due_since,
)
from workorders.policy.rulebook import RuleBook, RuleRow
from workorders.policy.satisfaction import Satisfaction, needed_at

TODAY = date(2026, 3, 2)
CHICAGO = ZoneInfo("America/Chicago")
DAY = timedelta(days=1)


def bill(due_in: int, cents: int, reference: str = "B") -> ChargeFacts:
    """A bill due so many days from today, made three weeks before."""
    return ChargeFacts(
        NOW + (due_in - 21) * DAY, cents, due_on=TODAY + timedelta(days=due_in), reference=reference
    )


BILLS = (bill(-95, 100), bill(-61, 200), bill(-31, 400), bill(-1, 800), bill(0, 1_600), bill(9, 3_200))


def shares(owed: int) -> list[int]:
    left = open_charges(BILLS, owed, due_days=21, zone=CHICAGO)
    return [bucket.cents for bucket in aged(left, TODAY)]


def test_each_bill_lies_in_the_bucket_of_its_days_past_due() -> None:
    assert shares(6_300) == [4_800, 800, 400, 200, 100]
    assert [(b.first, b.last) for b in aged((), TODAY)] == [(0, 0), (1, 30), (31, 60), (61, 90), (91, None)]


def test_a_payment_settles_the_oldest_due_first() -> None:
    assert shares(6_300 - 250) == [4_800, 800, 400, 50, 0]
    assert shares(3_200) == [3_200, 0, 0, 0, 0], "a bill on its due day is not past due"
    assert shares(0) == shares(-500) == [0] * 5


def test_what_no_charge_explains_is_older_than_what_was_read() -> None:
    left = open_charges(BILLS, 7_000, due_days=21, zone=CHICAGO, known_since=TODAY - timedelta(days=400))
    assert (left[0].cents, past_due_since(left)) == (700, TODAY - timedelta(days=400))
    unknown = open_charges((), 700, due_days=21, zone=CHICAGO)
    assert past_due_since(unknown) is None
    assert past_due_cents(unknown, TODAY) == 0, "nobody knows that it is past due"


def test_a_charge_without_a_bill_is_past_due_when_the_policy_says_so() -> None:
    made = ChargeFacts(NOW - 20 * DAY, 500)
    fee = ChargeFacts(NOW - 3 * DAY, 70, due_at_once=True)
    left = open_charges((made, fee), 570, due_days=21, zone=CHICAGO)
    assert [(one.cents, one.days_past_due(TODAY)) for one in left] == [(70, 3), (500, 0)]
    assert left[1].days_past_due(TODAY + DAY) == 1


def test_a_payment_taken_back_makes_the_debt_as_old_as_it_was() -> None:
    back = ChargeFacts(NOW, 300, due_at_once=True, payment_back=True)
    left = open_charges((*BILLS[:2], back), 300, due_days=21, zone=CHICAGO)
    assert past_due_since(left) == TODAY - timedelta(days=95)


def test_the_debt_at_an_earlier_instant_knows_nothing_of_later_payments() -> None:
    account = AccountFacts(
        "A1", balance_cents=0, charges=BILLS[:2], payments=(PaymentFacts("P", NOW, 300, "web"),)
    )
    before = debts_of(account, Satisfaction(), at=NOW - DAY, timezone="America/Chicago")
    assert past_due_since(before) == TODAY - timedelta(days=95)
    assert debts_of(account, Satisfaction(), at=None, timezone="America/Chicago") == ()


def test_the_buckets_are_dated_rules() -> None:
    row = RuleRow("setting", "aging", date(2026, 1, 1), {"days": [15, 45]})
    rules = RuleBook(1, (row,)).in_force(TODAY)
    assert bucket_days(rules) == (15, 45)
    left = open_charges(BILLS, 6_300, due_days=21, zone=CHICAGO)
    assert [bucket.cents for bucket in aged(left, TODAY, bucket_days(rules))] == [4_800, 800, 400, 300]
    assert bucket_days(RuleBook(1).in_force(TODAY)) == (30, 60, 90)


CHARGES = st.lists(
    st.tuples(st.integers(-200, 60), st.integers(1, 20_000), st.booleans()).map(
        lambda one: replace(bill(one[0], one[1]), due_on=None) if one[2] else bill(one[0], one[1])
    ),
    max_size=12,
)


@given(CHARGES, st.integers(-5_000, 200_000))
def test_every_cent_owed_lies_in_exactly_one_bucket(charges: list[ChargeFacts], owed: int) -> None:
    since = TODAY - timedelta(days=400)
    left = open_charges(charges, owed, due_days=21, zone=CHICAGO, known_since=since)
    assert sum(bucket.cents for bucket in aged(left, TODAY)) == max(owed, 0)
    days = [one.due_on for one in left if one.due_on is not None]
    assert days == sorted(days)
    more = open_charges(charges, owed - 1, due_days=21, zone=CHICAGO, known_since=since)
    assert sum(one.cents for one in left) - sum(one.cents for one in more) in {0, 1}
    assert len(more) <= len(left), "a payment opens nothing"


@given(CHARGES, st.integers(0, 200_000))
def test_what_is_past_due_by_age_is_what_satisfies_a_cut(charges: list[ChargeFacts], paid: int) -> None:
    billed = sum(one.cents for one in charges)
    account = AccountFacts("A", balance_cents=billed - paid, charges=tuple(charges))
    debts = debts_of(account, Satisfaction(), at=None, timezone="America/Chicago")
    needed = needed_at(account, Satisfaction(), at=None, now=NOW, timezone="America/Chicago")
    assert past_due_cents(debts, TODAY) == needed
