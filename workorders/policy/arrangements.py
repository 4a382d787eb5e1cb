"""What became of a payment arrangement: made, kept, broken, and paid of what was promised. Pure; cents.

An arrangement promises what is past due when it is made (all that is owed where nothing is past due yet).
It is kept once as much was paid, and broken when it ends, or is lifted, with less.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from workorders.facts import AccountFacts
from workorders.policy.aging import debts_of, past_due_cents
from workorders.policy.satisfaction import Satisfaction, owed_at

State = Literal["running", "kept", "broken"]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An arrangement as it was made. `over_at`: when it ran out or was lifted; None: it lasts."""

    made_at: datetime
    made_on: date
    over_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `paid_cents` is never more than was promised."""

    state: State
    promised_cents: int
    paid_cents: int


def outcome_of(made: Arrangement, account: AccountFacts, policy: Satisfaction, *, timezone: str) -> Outcome:
    """Judge an arrangement by the account's lines, which must reach back before it was made."""
    debts = debts_of(account, policy, at=made.made_at, timezone=timezone)
    promised = past_due_cents(debts, made.made_on) or max(owed_at(account, made.made_at), 0)
    paid = sum(one.cents for one in account.payments if _within(one.at, made))
    back = sum(one.cents for one in account.charges if one.payment_back and _within(one.at, made))
    kept = min(max(paid - back, 0), promised)
    if kept >= promised:
        return Outcome("kept", promised, kept)
    return Outcome("running" if made.over_at is None else "broken", promised, kept)


def _within(at: datetime, made: Arrangement) -> bool:
    return made.made_at <= at and (made.over_at is None or at < made.over_at)
