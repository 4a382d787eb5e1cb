"""Cents as people write them: what is read, and what is refused rather than guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.grammar.money import AMOUNT_MAX_CENTS, cents_from_text, text_from_cents
from workorders.problems import Problem


@given(st.integers(-AMOUNT_MAX_CENTS, AMOUNT_MAX_CENTS))
def test_written_and_read_back(cents: int) -> None:
    assert cents_from_text(text_from_cents(cents), credit=True) == cents


AMOUNTS = [
    ("45", 4_500),
    ("45.5", 4_550),
    ("45.50", 4_550),
    (" $45.50 ", 4_550),
    (".5", 50),
    ("1,234.56", 123_456),
    ("$1,234,567", 123_456_700),
    ("0", 0),
    ("007.10", 710),
]
"""What is read at every door, the tablet's too, and as how many cents."""


@pytest.mark.parametrize(("text", "cents"), AMOUNTS)
def test_read_as_it_is_meant(text: str, cents: int) -> None:
    assert cents_from_text(text) == cents


NO_AMOUNTS = [
    "",
    "x",
    "-",
    "$",
    "45,50",
    "128,50",
    "1,23",
    "1,2,3",
    "10,5",
    "12,34,567.00",
    "1,2345",
    ",123",
    "1.000",
    "1.005",
    "12.345",
    "45.",
    "1.234,56",
    "1e5",
    "1E+03",
    "1e99999999",
    "1_000",
    "١٢٣",
    "４５",
    "NaN",
    "Infinity",
    "--1",
    "+1",
    "(12.50)",
    "12.50-",
    "12.50 CR",
    "\N{MINUS SIGN}12.50",
    "- 12.50",
    "$-12.50",
    "1 234.50",
    "0x10",
    "9" * 16,
]
"""What is an amount at no door."""


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_what_is_no_amount_names_its_field(text: str) -> None:
    with pytest.raises(Problem) as refusal:
        cents_from_text(text, field="paid", credit=True)
    assert (refusal.value.code, refusal.value.details["field"]) == ("bad_input", "paid")


def test_a_sign_only_where_a_credit_may_be_and_no_more_than_the_most() -> None:
    assert cents_from_text("-3", credit=True) == -300
    for text, most in (("-3", 10_000), ("100.01", 10_000), ("1,000,000,000.01", AMOUNT_MAX_CENTS)):
        with pytest.raises(Problem, match="amount"):
            cents_from_text(text, most=most)
