"""How old a debt is: charges with their due days, settled by payments oldest due first. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from workorders.facts import AccountFacts, ChargeFacts
from workorders.policy.rulebook import RulesInForce
from workorders.policy.satisfaction import Satisfaction, owed_at

SETTING = "aging"
DAYS = (30, 60, 90)
"""Ends of the buckets in days past due, where a district has published none."""
DEBT_LOOKBACK = timedelta(days=400)
"""How far back charges are read where the age of a debt is asked. What is older lies in the last bucket."""


@dataclass(frozen=True, slots=True)
class OpenCharge:
    """What is left of a charge. `due_on` is its last day to be paid in time; None when nobody knows it."""

    due_on: date | None
    cents: int
    reference: str | None = None
    """The bill's number; None for a fee, a correction, or a balance taken over."""

    def days_past_due(self, day: date) -> int:
        """0 up to the due day, then one more with each day. An unknown due day counts as not past due."""
        return max((day - self.due_on).days, 0) if self.due_on is not None else 0


@dataclass(frozen=True, slots=True)
class Bucket:
    """Cents that are `first` to `last` days past due; 0 to 0 is what is current, `last` None is open."""

    first: int
    last: int | None
    cents: int


def due_day(charge: ChargeFacts, due_days: int, zone: ZoneInfo) -> date:
    """The last day on which a charge is paid in time.

    A bill says it itself. A charge due at once is due on its day; any other `due_days` - 1 days after it, so
    that it is past due `due_days` days after its date, as `policy.satisfaction` counts.
    """
    if charge.due_on is not None:
        return charge.due_on
    made = charge.at.astimezone(zone).date()
    return made if charge.due_at_once else made + timedelta(days=max(due_days - 1, 0))


def open_charges(
    charges: Iterable[ChargeFacts],
    owed_cents: int,
    *,
    due_days: int,
    zone: ZoneInfo,
    known_since: date | None = None,
) -> tuple[OpenCharge, ...]:
    """What is left of the charges of an account that owes `owed_cents`, oldest due first.

    All that was paid or credited has settled charges oldest due first; on one due day the older charge
    first. A payment taken back is no charge of its own. What the charges do not explain is older than they
    are: it was due by `known_since`, from which on they were read.
    """
    if owed_cents <= 0:
        return ()
    billed = sorted(
        (
            (due_day(one, due_days, zone), one.at, one)
            for one in charges
            if one.cents > 0 and not one.payment_back
        ),
        key=lambda row: row[:2],
    )
    paid = sum(one.cents for _, _, one in billed) - owed_cents
    left = [OpenCharge(known_since, -paid)] if paid < 0 else []
    for due, _, one in billed:
        settled = min(max(paid, 0), one.cents)
        paid -= settled
        if one.cents > settled:
            left.append(OpenCharge(due, one.cents - settled, one.reference))
    return tuple(left)


def debts_of(
    account: AccountFacts, policy: Satisfaction, *, at: datetime | None, timezone: str
) -> tuple[OpenCharge, ...]:
    """What was open just before instant `at` (None: now), oldest due first."""
    charges = (one for one in account.charges if at is None or one.at < at)
    return open_charges(
        charges,
        owed_at(account, at),
        due_days=policy.due_days,
        zone=ZoneInfo(timezone),
        known_since=account.known_since,
    )


def past_due_since(debts: Sequence[OpenCharge]) -> date | None:
    """The due day of the oldest open charge that has one; None when there is none."""
    return min((one.due_on for one in debts if one.due_on is not None), default=None)


def past_due_cents(debts: Iterable[OpenCharge], day: date) -> int:
    """Cents whose due day is over on `day`."""
    return sum(one.cents for one in debts if one.days_past_due(day) > 0)


def bucket_days(rules: RulesInForce) -> tuple[int, ...]:
    """The ends of the buckets in force on the day of `rules`."""
    return tuple(rules.setting(SETTING).get("days", DAYS))


def aged(debts: Iterable[OpenCharge], day: date, days: Sequence[int] = DAYS) -> tuple[Bucket, ...]:
    """The open charges by age: current, then a bucket up to each of `days`, then what is older."""
    firsts = (0, 1, *(end + 1 for end in days))
    lasts = (0, *days, None)
    cents = [0] * len(firsts)
    for one in debts:
        late = one.days_past_due(day)
        cents[sum(late >= first for first in firsts) - 1] += one.cents
    return tuple(Bucket(first, last, held) for first, last, held in zip(firsts, lasts, cents, strict=True))
