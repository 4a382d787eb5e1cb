"""Cents as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.ledger import cents_from_text, text_from_cents
from workorders.problems import Problem


@given(st.integers(-(10**12), 10**12))
def test_written_and_read_back(cents: int) -> None:
    assert cents_from_text(text_from_cents(cents).replace("$", "")) == cents


@pytest.mark.parametrize("text", ["", "x", "1.005", "1e99999999", "NaN", "Infinity", "--1"])
def test_what_is_no_amount_names_its_field(text: str) -> None:
    with pytest.raises(Problem) as refusal:
        cents_from_text(text, field="paid")
    assert (refusal.value.code, refusal.value.details["field"]) == ("bad_input", "paid")
