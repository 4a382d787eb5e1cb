"""What an account owes and how old that is, as its pages show it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.policy.aging import (
    DEBT_LOOKBACK,
    Bucket,
    OpenCharge,
    aged,
    bucket_days,
    debts_of,
    past_due_cents,
)
from workorders.policy.satisfaction import needed_at, satisfaction_of
from workorders.queries.account_facts import AccountRecords
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Bill


@dataclass(frozen=True, slots=True)
class Debt:
    """What is open, oldest due first, and by age; `past_due_cents` is what is due and not paid."""

    open: tuple[OpenCharge, ...]
    buckets: tuple[Bucket, ...]
    past_due_cents: int
    balance_cents: int
    deposit_cents: int
    needed_cents: int
    """What satisfies every cut of the account now; see `needed_now`."""


def debt_of(session: Session, account: Account, *, now: datetime) -> Debt:
    """What an account owes by the policy of the day, everything from one reading of its lines."""
    district = district_of(session)
    day = district.day_of(now)
    rules = rule_book(session).in_force(day)
    policy, records = satisfaction_of(rules), AccountRecords(session, [account], now - DEBT_LOOKBACK)
    facts = records.facts(account, since=now, lookback=DEBT_LOOKBACK)
    debts = debts_of(facts, policy, at=None, timezone=district.timezone)
    recent = records.facts(account, since=now)
    return Debt(
        debts,
        aged(debts, day, bucket_days(rules)),
        past_due_cents(debts, day),
        facts.balance_cents,
        facts.deposit_cents,
        needed_at(recent, policy, at=None, now=now, timezone=district.timezone),
    )


def latest_bills(session: Session, account: Account, *, limit: int) -> list[Bill]:
    """The account's bills, latest due first."""
    query = select(Bill).where(Bill.account_id == account.id)
    return list(session.scalars(query.order_by(Bill.due_on.desc(), Bill.id.desc()).limit(limit)))
