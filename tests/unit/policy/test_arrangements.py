"""An arrangement is kept by what was paid before it ended."""

from datetime import UTC, date, datetime, timedelta

import pytest

from workorders.facts import AccountFacts, ChargeFacts, PaymentFacts
from workorders.policy.arrangements import Arrangement, Outcome, outcome_of
from workorders.policy.satisfaction import Satisfaction

MADE = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
BILL = ChargeFacts(MADE - 60 * DAY, 10_000, due_on=date(2026, 1, 20))
NEW = ChargeFacts(MADE - 5 * DAY, 4_000, due_on=date(2026, 3, 20))


def account(*payments: tuple[timedelta, int], charges: tuple[ChargeFacts, ...] = (BILL, NEW)) -> AccountFacts:
    paid = tuple(PaymentFacts(f"p{i}", MADE + at, cents, "office") for i, (at, cents) in enumerate(payments))
    balance = sum(one.cents for one in charges) - sum(one.cents for one in paid)
    return AccountFacts("A1", balance_cents=balance, payments=paid, charges=charges)


def judged(facts: AccountFacts, over_at: datetime | None = None) -> Outcome:
    made = Arrangement(MADE, MADE.date(), over_at)
    return outcome_of(made, facts, Satisfaction(), timezone="UTC")


@pytest.mark.parametrize(
    ("payments", "over", "expected"),
    [
        ((), None, Outcome("running", 10_000, 0)),
        (((DAY, 4_000),), None, Outcome("running", 10_000, 4_000)),
        (((DAY, 4_000),), 9 * DAY, Outcome("broken", 10_000, 4_000)),
        (((DAY, 4_000), (2 * DAY, 6_000)), None, Outcome("kept", 10_000, 10_000)),
        (((DAY, 14_000),), 9 * DAY, Outcome("kept", 10_000, 10_000)),
        (((DAY, 4_000), (10 * DAY, 6_000)), 9 * DAY, Outcome("broken", 10_000, 4_000)),
        (((-DAY, 1_000), (DAY, 8_999)), 9 * DAY, Outcome("broken", 9_000, 8_999)),
    ],
)
def test_what_became_of_it(
    payments: tuple[tuple[timedelta, int], ...], over: timedelta | None, expected: Outcome
) -> None:
    assert judged(account(*payments), MADE + over if over else None) == expected


def test_a_payment_that_comes_back_was_not_paid() -> None:
    back = ChargeFacts(MADE + 3 * DAY, 10_000, payment_back=True)
    facts = account((DAY, 10_000), charges=(BILL, NEW, back))
    assert judged(facts, MADE + 9 * DAY) == Outcome("broken", 10_000, 0)


def test_with_nothing_past_due_all_that_is_owed_is_promised() -> None:
    assert judged(account(charges=(NEW,))) == Outcome("running", 4_000, 0)
