"""Who may count, sign and close, and what a difference posts. Pure; cents are integers.

The controls are the usual ones of a cash office: whoever counts does not know what there should be, two
people count the same money, and nobody closes what they alone have counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workorders.grammar.cash_count import Count

Line = tuple[str, str, int]
"""(ledger debited, ledger credited, positive cents)."""
CASH_METHODS = ("cash", "check")
"""How a payment at the counter may be made so that it lies in the drawer."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The last count of one person."""

    by: str
    count: Count


def latest(counts: Sequence[Counted]) -> Mapping[str, Count]:
    """Each person's last count; `counts` are in the order they were made."""
    return {one.by: one.count for one in counts}


def agreed(counts: Sequence[Counted]) -> Count | None:
    """What two people found alike: same cash in all, same amount on each item. None until they do."""
    found = list(latest(counts).values())
    if len(found) != 2:
        return None
    first, second = found
    alike = first.cash_cents == second.cash_cents and dict(first.items) == dict(second.items)
    return second if alike else None


def turn_in_lines(expected: int, counted: int) -> list[Line]:
    """UNDEP←CASH-T for what is there, OS for the rest: short is a loss (OS debited), over a gain.

    Custody goes down by all that the receipts say, whatever was counted.
    """
    lines: list[Line] = []
    if min(expected, counted):
        lines.append(("UNDEP", "CASH-T", min(expected, counted)))
    if counted < expected:
        lines.append(("OS", "CASH-T", expected - counted))
    if counted > expected:
        lines.append(("UNDEP", "OS", counted - expected))
    return lines


def difference_lines(ledger: str, expected: int, counted: int) -> list[Line]:
    """Over or short of money that lies in `ledger`; no line when both are the same."""
    if counted > expected:
        return [(ledger, "OS", counted - expected)]
    return [("OS", ledger, expected - counted)] if counted < expected else []
