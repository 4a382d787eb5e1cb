"""Which debts a payment settles, in what order, and what is left as credit. Pure.

The order is that of the books (`policy.aging`): oldest due first, on one due day the older charge first. So
what is shown before saving is what the account's page shows after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workorders.policy.aging import OpenCharge


@dataclass(frozen=True, slots=True)
class Settled:
    """What of an open charge a payment settles."""

    charge: OpenCharge
    cents: int

    @property
    def left_cents(self) -> int:
        """What stays open of it."""
        return self.charge.cents - self.cents


@dataclass(frozen=True, slots=True)
class Allocation:
    """A payment laid out over the debts; `credit_cents` is what no debt takes."""

    settled: tuple[Settled, ...]
    credit_cents: int


def allocated(debts: Sequence[OpenCharge], cents: int) -> Allocation:
    """Lay `cents` over open charges, which are in the order in which they are settled."""
    left, rows = cents, []
    for charge in debts:
        part = min(charge.cents, left)
        rows.append(Settled(charge, part))
        left -= part
    return Allocation(tuple(rows), left)
