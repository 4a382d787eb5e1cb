"""What demo households owe: entries for the ledger, notices and protections. Pure and seeded."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from demo.households.households import Household
from demo.households.reads import DemoRead
from workorders.ledger import EntryDraft, draft
from workorders.messages.message import Message

BASE_CENTS = 1_850
CENTS_PER_THOUSAND = 620
"""As in the sample rules, so that a corrected read is billed at the rate it was billed before."""
PAST_DUE_DAYS, FINAL_DAYS = 40, 12
"""Notices were sent so many days ago: old enough for a lawful cut by the sample rules."""
NOTICE_VALID_DAYS = 180
"""Notices of the demo outlast real ones, so that a district loaded months ago can still be played on."""


@dataclass(frozen=True, slots=True)
class DemoDebt:
    """What an account owes, the notices sent about it as (kind, sent on), and the protection it has."""

    entries: tuple[EntryDraft, ...]
    owed_cents: int
    notices: tuple[tuple[str, date], ...] = ()
    hold: str | None = None


def make_debt(
    household: Household,
    reads: Sequence[DemoRead],
    *,
    seed: int,
    now: datetime,
    final_days: int = FINAL_DAYS,
) -> DemoDebt:
    """The last bill, older debt for a delinquent, a deposit for one in ten; a vacant place owes nothing.

    A delinquent's final notice was sent `final_days` ago.
    """
    rng = random.Random(f"money {seed} {household.number}")  # noqa: S311 - demo data must repeat
    if household.story == "vacant":
        return DemoDebt((), 0)
    last = reads[-1]
    bill = BASE_CENTS + (last.units or 0) * CENTS_PER_THOUSAND // 1000
    entries = []
    owed = 0
    if household.story in {"delinquent", "cut"}:
        old = 3 * bill + 6_000 + rng.randint(0, 9_000)
        at = now - timedelta(days=75)
        entries.append(
            _entry(
                household,
                "opening_balance",
                Message.of("entry.opening", account=household.account),
                ("AR", "OPEN", old),
                at,
            )
        )
        owed += old
    if household.story in {"delinquent", "cut"} or rng.random() < 0.6:
        line = Message.of("entry.bill", month=last.at.date())
        at = min(last.at + timedelta(days=1), now)
        entries.append(_entry(household, "bill", line, ("AR", "REV", bill), at))
        owed += bill
    if rng.random() < 0.1:
        at = now - timedelta(days=400)
        entries.append(
            _entry(household, "deposit", Message("entry.opening_deposit"), ("OPEN", "DEP", 12_500), at)
        )
    if household.story not in {"delinquent", "cut"}:
        return DemoDebt(tuple(entries), owed)
    today = now.date()
    notices = (
        ("past_due", today - timedelta(days=PAST_DUE_DAYS)),
        ("final", today - timedelta(days=final_days)),
    )
    protected = household.story == "delinquent" and household.number % 9 == 0
    hold = rng.choice(("medical", "arrangement", "dispute")) if protected else None
    return DemoDebt(tuple(entries), owed, notices, hold)


def _entry(
    household: Household, purpose: str, message: Message, line: tuple[str, str, int], at: datetime
) -> EntryDraft:
    return draft(
        source=f"demo:{household.account}",
        purpose=purpose,
        message=message,
        lines=[line],
        parties={"account": household.account},
        effective_at=at,
    )
