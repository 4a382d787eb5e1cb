"""What is refused as a card number, how tenders split and give change, and which debts a payment settles."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.grammar.card_numbers import looks_like_card_number, without_card_number
from workorders.policy.aging import OpenCharge
from workorders.policy.allocation import allocated
from workorders.policy.tenders import Tender, settle
from workorders.problems import Problem

CARDS = (
    "4111111111111111",
    "4111 1111 1111 1111",
    "5500-0000-0000-0004",
    "paid with 340000000000009 today",
    "6011.0009.9013.9424",
    "٤١١١١١١١١١١١١١١١",
)


@pytest.mark.parametrize("text", CARDS)
def test_a_card_number_is_seen_however_it_is_grouped(text: str) -> None:
    assert looks_like_card_number(text)
    with pytest.raises(Problem) as refused:
        without_card_number(text, field="reference")
    assert refused.value.details["field"] == "reference"


@pytest.mark.parametrize(
    "text",
    ["", "1042", "tok_1NqZ8x2eZvKYlo2C", "4111111111111112", "0000000000000000", "411111111111", "4" * 25],
)
def test_other_references_are_kept(text: str) -> None:
    assert without_card_number(text, field="reference") == text


@given(st.text(alphabet="0123456789", min_size=12, max_size=18))
def test_every_number_with_its_check_digit_is_seen_and_no_other(body: str) -> None:
    body = "4" + body[1:]
    seen = [digit for digit in "0123456789" if looks_like_card_number(body + digit)]
    assert len(seen) == 1


def test_change_is_given_from_cash_and_the_rest_pays() -> None:
    found = settle([Tender("check", 5_000, "1042"), Tender("cash", 4_000)], 8_500)
    assert [(one.kind, one.cents) for one in found.applied] == [("check", 5_000), ("cash", 3_500)]
    assert (found.tendered_cents, found.change_cents) == (9_000, 500)


@pytest.mark.parametrize(
    ("tenders", "due", "field"),
    [
        ([], 100, "tender"),
        ([Tender("bitcoin", 100)], 100, "tender"),
        ([Tender("cash", 0)], 100, "tender"),
        ([Tender("check", 100)], 100, "reference"),
        ([Tender("cash", 99)], 100, "tendered"),
        ([Tender("check", 101, "1")], 100, "tendered"),
        ([Tender("check", 150, "1"), Tender("cash", 10)], 100, "tendered"),
        ([Tender("cash", 1)] * 7, 7, "tender"),
    ],
)
def test_what_does_not_add_up_is_named(tenders: list[Tender], due: int, field: str) -> None:
    with pytest.raises(Problem) as refused:
        settle(tenders, due)
    assert refused.value.details["field"] == field


@given(
    st.lists(
        st.tuples(st.sampled_from(("cash", "check", "card")), st.integers(1, 20_000)), min_size=1, max_size=6
    ),
    st.integers(1, 60_000),
)
def test_what_is_taken_is_what_is_due(tenders: list[tuple[str, int]], due: int) -> None:
    try:
        found = settle([Tender(kind, cents, "1") for kind, cents in tenders], due)
    except Problem:
        return
    assert sum(one.cents for one in found.applied) == due
    assert found.tendered_cents - found.change_cents == due
    assert all(one.cents > 0 for one in found.applied)


def test_the_oldest_due_is_settled_first_and_the_rest_is_credit() -> None:
    debts = [OpenCharge(date(2026, 1, 1), 500), OpenCharge(date(2026, 2, 1), 700, "B-2")]
    found = allocated(debts, 900)
    assert [(one.cents, one.left_cents) for one in found.settled] == [(500, 0), (400, 300)]
    assert found.credit_cents == 0
    assert allocated(debts, 1_500).credit_cents == 300
    assert allocated([], 10).credit_cents == 10
