"""Which deposit a line of the bank's statement is about. Pure; cents are integers.

A reference that names a slip is believed first. Without one, the amount and the day decide, and only where
they leave a single deposit: what is in doubt is for a person.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

CREDIT_DAYS = 7
"""Days from the slip to the bank's credit within which amount and day are enough: a long weekend and more."""
NAMED_DAYS = 60
"""The same for a line that names the slip."""
RETURN_DAYS = 90
"""Days from a deposit within which one of its checks may be named as returned. The return itself is due by
the second banking day (Regulation CC, 12 CFR 229.31), late ones and re-presented checks come weeks after."""
_SLIP = re.compile(r"\bDP-?0*([1-9]\d*)\b", re.IGNORECASE)
_DIGITS = re.compile(r"0*([1-9]\d*)")


@dataclass(frozen=True, slots=True)
class BankEntry:
    """What a line says. `cents` are positive for a credit."""

    posted_on: date
    cents: int
    reference: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Slip:
    """A deposit with the bank's figure as far as it is known."""

    deposit: str
    day: date
    cents: int


@dataclass(frozen=True, slots=True)
class DepositedCheck:
    """A check in a deposit that was not taken back, by its office `payment` or its field `receipt`."""

    deposit: str
    day: date
    account: str
    number: str | None
    cents: int
    payment: str | None = None
    receipt: str | None = None


def named_slip(entry: BankEntry, slips: Sequence[Slip]) -> Slip | None:
    """The deposit that a line names: DP-000012 anywhere in it, or 12 as the whole reference."""
    numbers = {int(found) for found in _SLIP.findall(f"{entry.reference or ''} {entry.description or ''}")}
    whole = _DIGITS.fullmatch((entry.reference or "").strip())
    if whole is not None:
        numbers.add(int(whole[1]))
    found = [
        slip
        for slip in slips
        if int(slip.deposit.rpartition("-")[2]) in numbers and _within(slip.day, entry.posted_on, NAMED_DAYS)
    ]
    return found[0] if len(found) == 1 else None


def credited_slip(entry: BankEntry, slips: Sequence[Slip]) -> Slip | None:
    """The deposit that a credit is about, also where the amount differs; None: a person decides."""
    named = named_slip(entry, slips)
    if named is not None:
        return named
    alike = [
        slip
        for slip in slips
        if slip.cents == entry.cents and _within(slip.day, entry.posted_on, CREDIT_DAYS)
    ]
    return alike[0] if len(alike) == 1 else None


def returned_checks(entry: BankEntry, checks: Sequence[DepositedCheck]) -> list[DepositedCheck]:
    """Checks that a returned item may be, those whose number the bank names first."""
    alike = [
        one for one in checks if one.cents == -entry.cents and _within(one.day, entry.posted_on, RETURN_DAYS)
    ]
    said = set(re.findall(r"\d+", f"{entry.reference or ''} {entry.description or ''}"))
    numbers = {one.lstrip("0") for one in said}
    return sorted(alike, key=lambda one: (not is_named(one, numbers), one.day, one.account))


def is_named(check: DepositedCheck, numbers: set[str]) -> bool:
    """Whether the check's number is among those, leading zeros aside."""
    return bool(check.number) and (check.number or "").strip().lstrip("0") in numbers


def _within(day: date, posted_on: date, days: int) -> bool:
    # A bank may date a night deposit by the day before somebody wrote the slip.
    return day - timedelta(days=1) <= posted_on <= day + timedelta(days=days)
