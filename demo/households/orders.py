"""A day's orders for the demo district, and what the office asks with each. Pure and seeded."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from demo.households.households import Household

MIX = {
    "exchange": 0.21,
    "reread": 0.17,
    "turn_on": 0.10,
    "turn_off": 0.10,
    "disconnect_np": 0.12,
    "reconnect": 0.05,
    "meter_test": 0.07,
    "investigate": 0.06,
    "verify": 0.04,
    "special_read": 0.05,
    "backflow_locate": 0.02,
    "removal": 0.01,
}
"""Order type and its share of the day."""
STORY_OF = {
    "turn_on": ("vacant",),
    "disconnect_np": ("delinquent",),
    "reconnect": ("cut",),
    "reread": ("leak", "estimated", "steady"),
    "exchange": ("stuck", "steady"),
    "investigate": ("leak", "steady"),
    "special_read": ("estimated", "steady"),
    "removal": ("vacant", "steady"),
}
"""Whose story asks for the type, the likeliest first; other types go to anybody."""
KEPT_SHARE = 0.5
"""Special households left alone, so that orders can still be raised by hand and by `demo day`."""
PRIORITY = {"reconnect": 80, "turn_on": 70, "disconnect_np": 60, "turn_off": 60, "investigate": 55}


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """An order to raise: type, whose service point, priority, and the type's own input."""

    type: str
    household: Household
    priority: int
    extra: dict[str, Any] = field(default_factory=dict)
    instructions: str | None = None


def orders_a_day(accounts: int) -> int:
    """How many orders a demo day has: enough to fill six technicians, fewer in a tiny district."""
    return max(18, min(75, accounts // 25))


def make_orders(
    households: Sequence[Household], protected: frozenset[str], *, count: int, seed: int, today: date
) -> list[DemoOrder]:
    """`count` orders or a few less, each at another household, none at an account in `protected`."""
    rng = random.Random(f"orders {seed}")  # noqa: S311 - demo data must repeat
    pool: dict[str, list[Household]] = {}
    for one in households:
        pool.setdefault(one.story, []).append(one)
    for story, members in pool.items():
        rng.shuffle(members)
        if story != "steady":
            del members[: int(len(members) * KEPT_SHARE)]
    orders = []
    for code, share in MIX.items():
        for _ in range(max(1, round(count * share))):
            found = _take(pool, STORY_OF.get(code, ("steady",)), protected)
            if found is not None:
                orders.append(_order(code, found, rng, today))
    return orders


def _take(
    pool: dict[str, list[Household]], stories: Sequence[str], unfit: frozenset[str]
) -> Household | None:
    """The next household of the first story that has one left."""
    for story in stories:
        members = pool.get(story, [])
        while members:
            one = members.pop()
            if one.account not in unfit:
                return one
    return None


def _order(code: str, one: Household, rng: random.Random, today: date) -> DemoOrder:
    paid = rng.random() < 0.8
    extras: dict[str, dict[str, Any]] = {
        "exchange": {"reason": "condition" if one.story == "stuck" else "age"},
        "reread": {"flag_reason": {"leak": "high", "estimated": "estimate"}.get(one.story, "complaint")},
        "turn_on": {"start_date": today.isoformat(), "fees_paid": paid, "deposit_cents": 12_500},
        "turn_off": {"stop_date": today.isoformat(), "forwarding_address": "1 Demo Avenue, Elsewhere"},
        "reconnect": {"payment_satisfied": True},
        "meter_test": {"kind": rng.choice(("customer_request", "program"))},
        "investigate": {"complaint": "leak" if one.story == "leak" else "low_pressure"},
        "verify": {"reason": "survey"},
        "special_read": {"reading_route": f"R{one.number % 20 + 1}"},
        "removal": {"reason": "vacant" if one.story == "vacant" else "combined"},
    }
    words = "Demo order: call ahead." if rng.random() < 0.2 else None
    return DemoOrder(code, one, PRIORITY.get(code, 50), extras.get(code, {}), words)
