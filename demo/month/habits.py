"""When customers pay, and how: drawn once for each bill. Pure and seeded."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from workorders.usecases.collections.bills import BillRequest

CHANNELS = {"lockbox": 0.87, "web": 0.03, "phone": 0.01, "counter": 0.04, "mail": 0.05}
"""How customers pay, with shares."""
SLOW_CHANNELS = {"lockbox": 0.2, "web": 0.25, "phone": 0.15, "counter": 0.4}
"""How those pay who were reminded."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A customer's mind made up. `cents` None: all that is past due on that day."""

    account: str
    cents: int | None
    channel: str


def habit(seed: int, bill: BillRequest, *, earliest: date) -> tuple[date, Intent] | None:
    """When a bill is paid, not before `earliest`; None: not without a notice or somebody at the door."""
    rng = random.Random(f"habit {seed} {bill.reference}")  # noqa: S311 - a played month must repeat
    fate = rng.random()
    if fate < 0.80:
        day = bill.due_on - timedelta(days=rng.randint(0, 14))
        intent = Intent(bill.account_number, bill.cents, _channel(rng, CHANNELS))
    elif fate < 0.93:
        day = bill.due_on + timedelta(days=rng.randint(1, 12))
        intent = Intent(bill.account_number, bill.cents, _channel(rng, CHANNELS))
    elif fate < 0.975:
        day = bill.due_on + timedelta(days=rng.randint(13, 32))
        intent = Intent(bill.account_number, None, _channel(rng, SLOW_CHANNELS))
    else:
        return None
    return max(day, earliest + timedelta(days=rng.randint(0, 3))), intent


def channel_of(rng: random.Random) -> str:
    """How somebody pays who has been reminded."""
    return _channel(rng, SLOW_CHANNELS)


def _channel(rng: random.Random, shares: dict[str, float]) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]
