"""What satisfies a cut: the amount an account must still pay, by the dated policy, at an instant. Pure.

Nobody types that amount. Charges are settled oldest first, so what is past due is the balance less the
charges whose due day has not come; fees, opening balances and payments taken back are due at once.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from workorders.facts import AccountFacts, ChargeFacts
from workorders.grammar.money import rounded
from workorders.policy.rulebook import RulesInForce

SETTING = "cut_satisfaction"
POLICIES = ("past_due_with_fees", "full_balance", "arrangement_down_payment")
DUE_DAYS_MAX = 90
LOOKBACK = timedelta(days=DUE_DAYS_MAX + 2)
"""How far back charges are read: an older one is past due under every policy."""
DUE_AT_ONCE = frozenset({"opening", "opening_balance"})
"""Purposes whose amount was due before it was posted here."""


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The rule `cut_satisfaction`; its defaults hold where a district has published none."""

    policy: str = "past_due_with_fees"
    """One of POLICIES."""
    due_days: int = 21
    """A bill is past due this many days after its date."""
    tolerance_cents: int = 0
    """Owing up to this much still counts as paid."""
    down_payment_percent: int = 50
    """Of what was past due when an arrangement began."""


def satisfaction_of(rules: RulesInForce) -> Satisfaction:
    """The policy in force on the day of `rules`."""
    return Satisfaction(**rules.setting(SETTING))


def owed_at(account: AccountFacts, at: datetime | None) -> int:
    """Cents owed just before the charges of instant `at`, its payments included; None: now, all counted.

    Negative: a credit.
    """
    if at is None:
        return account.balance_cents
    later = sum(payment.cents for payment in account.payments if payment.at > at)
    return account.balance_cents + later - sum(one.cents for one in account.charges if one.at >= at)


def needed_at(
    account: AccountFacts, policy: Satisfaction, *, at: datetime | None, now: datetime, timezone: str
) -> int:
    """Cents, 0 or more, that had to be paid at `at` (None: now) to call a cut off or restore the service.

    `timezone` is the district's: due days follow its calendar.
    """
    owed = max(owed_at(account, at), 0)
    if policy.policy == "full_balance":
        return owed
    zone = ZoneInfo(timezone)
    day = (at or now).astimezone(zone).date()
    not_due = sum(one.cents for one in account.charges if _waits(one, policy, at, day, zone))
    past_due = max(owed - not_due, 0)
    if policy.policy == "arrangement_down_payment":
        return _down_payment(account, policy, past_due, at=at or now, day=day, zone=zone)
    return past_due


def satisfied(account: AccountFacts, policy: Satisfaction, *, now: datetime, timezone: str) -> bool:
    """Nothing stands against the account's service now."""
    return needed_at(account, policy, at=None, now=now, timezone=timezone) <= policy.tolerance_cents


def _waits(charge: ChargeFacts, policy: Satisfaction, at: datetime | None, day: date, zone: ZoneInfo) -> bool:
    """A bill that counts in what is owed but is not past due yet."""
    if charge.cents <= 0 or charge.due_at_once or (at is not None and charge.at >= at):
        return False
    if charge.due_on is not None:
        return charge.due_on >= day
    return charge.at.astimezone(zone).date() + timedelta(days=policy.due_days) > day


def _down_payment(
    account: AccountFacts, policy: Satisfaction, past_due: int, *, at: datetime, day: date, zone: ZoneInfo
) -> int:
    """The rest of the down payment under an arrangement in force; all that is past due without one."""
    kept = [
        hold.starts_on
        for hold in account.holds
        if hold.kind == "arrangement"
        and not hold.provisional
        and hold.starts_on <= day <= (hold.ends_on or day)
    ]
    if not kept:
        return past_due
    began = min(kept)
    paid = sum(p.cents for p in account.payments if began <= p.at.astimezone(zone).date() and p.at <= at)
    return max(rounded((past_due + paid) * policy.down_payment_percent, 100) - paid, 0)
