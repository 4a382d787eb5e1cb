"""Receipt numbers and the hash chain."""

import hashlib
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workorders.judgement.receipts import (
    FIRST_PREVIOUS,
    ReceiptFacts,
    follows,
    format_number,
    own_hash_is_right,
    parse_number,
    receipt_hash,
)

TAKEN = "2026-03-02T15:00:00.000Z"


def chain(amounts: list[int], prefix: str = "AB", first: int = 1) -> list[ReceiptFacts]:
    """A whole block of receipts."""
    made: list[ReceiptFacts] = []
    previous = FIRST_PREVIOUS
    for i, cents in enumerate(amounts):
        number = format_number(prefix, first + i)
        own = receipt_hash(
            previous,
            number,
            account="A1",
            amount_cents=cents,
            method="cash",
            check_number=None,
            taken_at=TAKEN,
        )
        made.append(ReceiptFacts(number, "A1", cents, "cash", None, TAKEN, previous, own))
        previous = own
    return made


def test_the_hash_is_that_of_the_documented_text() -> None:
    text = f"{FIRST_PREVIOUS}|AB-000001|A1|5000|check|17|{TAKEN}"
    made = receipt_hash(
        FIRST_PREVIOUS,
        "AB-000001",
        account="A1",
        amount_cents=5000,
        method="check",
        check_number="17",
        taken_at=TAKEN,
    )
    assert made == hashlib.sha256(text.encode()).hexdigest()


@given(st.from_regex(r"\A[A-Z0-9]{1,12}\Z"), st.integers(0, 999_999))
def test_a_number_parses_back(prefix: str, serial: int) -> None:
    assert parse_number(format_number(prefix, serial)) == (prefix, serial)


@pytest.mark.parametrize("bad", ["", "AB-1", "AB-0000001", "ab-000001", "AB000001", "-000001", "AB-000001\n"])
def test_other_texts_are_no_numbers(bad: str) -> None:
    assert parse_number(bad) is None


def test_a_number_that_would_not_parse_is_not_made() -> None:
    with pytest.raises(ValueError, match="not a receipt number"):
        format_number("AB", 1_000_000)


blocks = st.lists(st.integers(1, 10**7), min_size=1, max_size=12)


@given(blocks, st.integers(1, 500))
def test_each_receipt_follows_the_one_before(amounts: list[int], first: int) -> None:
    made = chain(amounts, first=first)
    assert follows(made[0], None)
    assert all(follows(b, a.hash) for a, b in pairwise(made))


@settings(max_examples=60)
@given(blocks, st.data())
def test_any_single_change_is_found(amounts: list[int], data: st.DataObject) -> None:
    made = chain(amounts)
    i = data.draw(st.integers(0, len(made) - 1))
    change = data.draw(
        st.sampled_from(
            [
                {"amount_cents": made[i].amount_cents + 1},
                {"account": "A2"},
                {"method": "check"},
                {"check_number": "9"},
                {"taken_at": TAKEN.replace("15", "16")},
                {"previous_hash": "f" * 64},
                {"hash": "e" * 64},
            ]
        )
    )
    made[i] = replace(made[i], **change)  # type: ignore[arg-type]  # the values fit the fields they name
    assert not own_hash_is_right(made[i])


@given(blocks)
def test_a_receipt_does_not_follow_where_one_was_removed(amounts: list[int]) -> None:
    made = chain([*amounts, 1, 2])
    assert not follows(made[-1], made[-3].hash)


def test_a_receipt_forged_whole_in_the_middle_does_not_link() -> None:
    made = chain([100, 200, 300])
    forged = chain([100, 999])[1]
    assert follows(forged, made[0].hash)
    assert not follows(made[2], forged.hash)
