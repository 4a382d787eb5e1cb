"""Rules and fees as administrators see them: in force on a day, and what was published when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.policy.rulebook import FeeRow, RuleValue
from workorders.problems import Problem
from workorders.queries.rules_cache import rule_book
from workorders.tables import Fee, Rule, RuleSet

MOST_SETS = 50
"""Rule sets in the list, the newest."""


@dataclass(frozen=True, slots=True)
class DatedRule:
    """A rule that holds on the day asked about; `later`: the day from which another value is published."""

    kind: str
    key: str
    value: RuleValue
    since: date
    rule_set: int
    later: date | None


@dataclass(frozen=True, slots=True)
class DatedFee:
    """A fee as DatedRule."""

    fee: FeeRow
    later: FeeRow | None


@dataclass(frozen=True, slots=True)
class Published:
    """A rule set: when, why, and how many lines of it there are."""

    version: int
    published_at: datetime
    note: str
    fees: Sequence[tuple[str, str, date, int]]
    """Code, title, day and cents of each fee in it."""
    rules: Sequence[tuple[str, str, date]]
    """Kind, key and day of each rule in it."""


def rules_on(session: Session, day: date) -> list[DatedRule]:
    """Every rule that holds on `day`, by kind and key."""
    book = rule_book(session)
    found: dict[tuple[str, str], DatedRule] = {}
    later: dict[tuple[str, str], date] = {}
    for row in sorted(book.rules, key=lambda one: (one.effective_from, one.rule_set)):
        where = row.kind, row.key
        if row.effective_from <= day:
            found[where] = DatedRule(row.kind, row.key, row.value, row.effective_from, row.rule_set, None)
        else:
            later.setdefault(where, row.effective_from)
    return [
        DatedRule(one.kind, one.key, one.value, one.since, one.rule_set, later.get(where))
        for where, one in sorted(found.items())
    ]


def fees_on(session: Session, day: date) -> list[DatedFee]:
    """Every fee that is charged on `day`, by title, each with its next published amount."""
    book = rule_book(session)
    held = book.in_force(day).fees
    coming: dict[str, FeeRow] = {}
    for fee in sorted(book.fees, key=lambda one: (one.effective_from, one.rule_set)):
        if fee.effective_from > day:
            coming.setdefault(fee.code, fee)
    fees = sorted(held.values(), key=lambda one: (one.title, one.code))
    return [DatedFee(one, coming.get(one.code)) for one in fees]


def fee_history(session: Session, code: str) -> list[FeeRow]:
    """Every dated amount of a fee, the latest day first. Raises Problem `not_found`."""
    rows = [fee for fee in rule_book(session).fees if fee.code == code]
    if not rows:
        raise Problem("not_found", what="fee", key=code)
    return sorted(rows, key=lambda one: (one.effective_from, one.rule_set), reverse=True)


def published_sets(session: Session) -> list[Published]:
    """The newest rule sets with what is in each, the newest first, at most MOST_SETS."""
    newest = select(RuleSet).order_by(RuleSet.version.desc()).limit(MOST_SETS)
    sets = session.scalars(newest).all()
    versions = [one.version for one in sets]
    fees = session.execute(
        select(Fee.rule_set, Fee.code, Fee.title, Fee.effective_from, Fee.amount_cents)
        .where(Fee.rule_set.in_(versions))
        .order_by(Fee.title, Fee.effective_from)
    ).all()
    rules = session.execute(
        select(Rule.rule_set, Rule.kind, Rule.key, Rule.effective_from)
        .where(Rule.rule_set.in_(versions))
        .order_by(Rule.kind, Rule.key)
    ).all()
    return [
        Published(
            one.version,
            one.published_at,
            one.note,
            [
                (code, title, day, cents)
                for version, code, title, day, cents in fees
                if version == one.version
            ],
            [(kind, key, day) for version, kind, key, day in rules if version == one.version],
        )
        for one in sets
    ]
