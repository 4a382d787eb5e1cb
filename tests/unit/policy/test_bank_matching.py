"""Which deposit a bank's line is about, and which check came back: only what is beyond doubt is matched."""

from datetime import date, timedelta

import pytest

from workorders.policy.bank_matching import (
    CREDIT_DAYS,
    NAMED_DAYS,
    BankEntry,
    DepositedCheck,
    Slip,
    credited_slip,
    named_slip,
    returned_checks,
)

DAY = date(2026, 3, 2)
FIRST, SECOND, THIRD = (Slip("DP-000001", DAY, 500), Slip("DP-000012", DAY, 700), Slip("DP-000120", DAY, 500))
SLIPS = (FIRST, SECOND, THIRD)


def entry(cents: int, reference: str | None = None, text: str | None = None, days: int = 1) -> BankEntry:
    return BankEntry(DAY + timedelta(days=days), cents, reference, text)


@pytest.mark.parametrize(
    ("reference", "text", "found"),
    [
        ("DP-000012", None, SECOND),
        ("dp12", None, SECOND),
        ("0000012", None, SECOND),
        ("12", None, SECOND),
        (None, "COUNTER DEPOSIT DP-000012 MAIN ST", SECOND),
        ("120", None, THIRD),
        ("12 MAIN", "deposit 12", None),
        ("XDP-12", None, None),
        ("DP-000012", "DP-000120", None),
        ("9", None, None),
        (None, None, None),
    ],
)
def test_a_slip_is_named_by_its_number(reference: str | None, text: str | None, found: Slip | None) -> None:
    assert named_slip(entry(1, reference, text), SLIPS) is found


def test_the_name_goes_before_the_amount_and_one_amount_alone_is_enough() -> None:
    assert credited_slip(entry(500, "DP-000012"), SLIPS) is SECOND
    assert credited_slip(entry(700), SLIPS) is SECOND
    assert credited_slip(entry(500), SLIPS) is None
    assert credited_slip(entry(500), (FIRST, SECOND)) is FIRST
    assert credited_slip(entry(701), SLIPS) is None


@pytest.mark.parametrize(
    ("days", "by_amount", "by_name"),
    [
        (-2, False, False),
        (-1, True, True),
        (CREDIT_DAYS, True, True),
        (CREDIT_DAYS + 1, False, True),
        (NAMED_DAYS, False, True),
        (NAMED_DAYS + 1, False, False),
    ],
)
def test_days_are_limits(days: int, by_amount: bool, by_name: bool) -> None:
    assert (credited_slip(entry(700, days=days), SLIPS) is SECOND) is by_amount
    assert (credited_slip(entry(700, "12", days=days), SLIPS) is SECOND) is by_name


def test_a_returned_check_has_its_amount_and_its_number_comes_first() -> None:
    other = DepositedCheck("DP-000001", DAY, "A1", "88", 500, payment="p1")
    named = DepositedCheck("DP-000001", DAY, "A2", "001077", 500, receipt="T01-000001")
    dear = DepositedCheck("DP-000001", DAY, "A3", "1077", 501, payment="p3")
    assert returned_checks(entry(-500, "1077"), (other, named, dear)) == [named, other]
    assert returned_checks(entry(-500, None, "CHECK 88 NSF"), (named, other)) == [other, named]
    assert returned_checks(entry(-502), (other, named, dear)) == []
    assert returned_checks(entry(-500, days=91), (other,)) == []
