"""What satisfies a cut is worked out from dated facts, never from a number somebody typed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.situations import NOW
from workorders.facts import AccountFacts, ChargeFacts, HoldFacts, PaymentFacts
from workorders.grammar.money import rounded
from workorders.policy.satisfaction import Satisfaction, needed_at, satisfied

DAY = timedelta(days=1)
BILL = 4_000
ACCOUNT = AccountFacts("A1", balance_cents=25_600 + BILL, charges=(ChargeFacts(NOW - 3 * DAY, BILL),))
"""$256.00 past due, and a bill of three days ago."""
PAST_DUE = Satisfaction()


def needed(account: AccountFacts, policy: Satisfaction = PAST_DUE, days: float = 0) -> int:
    at = NOW + days * DAY
    return needed_at(account, policy, at=None, now=at, timezone="America/Chicago")


def paid(cents: int, account: AccountFacts = ACCOUNT) -> AccountFacts:
    payment = PaymentFacts("P", NOW, cents, "web")
    return replace(
        account, balance_cents=account.balance_cents - cents, payments=(*account.payments, payment)
    )


def test_a_bill_not_yet_due_does_not_count_and_a_cent_does_not_satisfy() -> None:
    assert needed(ACCOUNT) == 25_600
    assert needed(paid(1)) == 25_599
    assert not satisfied(paid(1), PAST_DUE, now=NOW, timezone="America/Chicago")
    assert satisfied(paid(25_600), PAST_DUE, now=NOW, timezone="America/Chicago")
    assert needed(ACCOUNT, days=19) == 25_600 + BILL


def test_fees_corrections_and_debts_taken_over_are_due_at_once() -> None:
    fee = ChargeFacts(NOW, 4_500, due_at_once=True)
    charged = replace(ACCOUNT, balance_cents=ACCOUNT.balance_cents + 4_500, charges=(*ACCOUNT.charges, fee))
    assert needed(charged) == 25_600 + 4_500


def test_the_other_policies() -> None:
    assert needed(ACCOUNT, Satisfaction("full_balance")) == 25_600 + BILL
    down = Satisfaction("arrangement_down_payment", down_payment_percent=25)
    assert needed(ACCOUNT, down) == 25_600, "without an arrangement all that is past due"
    arranged = replace(ACCOUNT, holds=(HoldFacts("arrangement", date(2026, 2, 28)),))
    assert needed(arranged, down) == 6_400
    assert needed(paid(6_000, arranged), down) == 400
    assert needed(paid(6_400, arranged), down) == 0
    ended = replace(arranged, holds=(HoldFacts("arrangement", date(2026, 1, 1), date(2026, 2, 1)),))
    assert needed(ended, down) == 25_600


def test_an_earlier_instant_is_judged_by_what_held_then() -> None:
    now_paid = paid(25_600)
    before = needed_at(now_paid, PAST_DUE, at=NOW - DAY, now=NOW, timezone="America/Chicago")
    assert before == 25_600
    assert needed_at(now_paid, PAST_DUE, at=NOW, now=NOW, timezone="America/Chicago") == 0


@given(st.integers(-500, 50_000), st.lists(st.integers(1, 9_000), max_size=5))
def test_what_is_needed_lies_between_nothing_and_the_balance(old: int, bills: list[int]) -> None:
    charges = tuple(ChargeFacts(NOW - place * 9 * DAY, cents) for place, cents in enumerate(bills))
    account = AccountFacts("A", balance_cents=old + sum(bills), charges=charges)
    assert 0 <= needed(account) <= max(account.balance_cents, 0)
    assert needed(account) <= needed(account, days=30) == max(account.balance_cents, 0)


@pytest.mark.parametrize(
    ("numerator", "denominator", "cents"),
    [
        (5, 10, 1),
        (4, 10, 0),
        (-5, 10, -1),
        (15, 10, 2),
        (25, 10, 3),
        (0, 7, 0),
        (10**18 + 1, 2, (10**18 + 2) // 2),
    ],
)
def test_money_is_rounded_one_way_a_half_away_from_zero(numerator: int, denominator: int, cents: int) -> None:
    assert rounded(numerator, denominator) == cents
