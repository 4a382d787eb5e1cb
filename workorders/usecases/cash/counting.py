"""Counting blind: what a person finds is kept before anybody sees what there should be."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from workorders.grammar.cash_count import Count, checked_count
from workorders.grammar.texts import checked_line
from workorders.policy.cash_control import Counted
from workorders.problems import Problem
from workorders.queries.custody import counts_of
from workorders.tables import CashCount

REASON_MAX = 200
"""Characters of a reason."""


def keep_count(
    session: Session, subject: str, count: Count, *, items: Iterable[str], now: datetime, actor: str
) -> Sequence[Counted]:
    """Write a person's count of a turn-in or drawer, and return all there are, oldest first.

    The money is that of two people: a third raises Problem `counted_by_two`. Raises `bad_input` for a
    denomination or item that is not to be counted.
    """
    checked_count(count, items)
    before = counts_of(session, subject)
    people = {one.counted_by for one in before}
    if actor[:80] not in people and len(people) > 1:
        raise Problem("counted_by_two", key=subject)
    row = CashCount(
        subject=subject,
        counted_by=actor[:80],
        counted_at=now,
        cash={str(denomination): pieces for denomination, pieces in count.cash.items() if pieces},
        items=dict(count.items),
        cash_cents=count.cash_cents,
        items_cents=count.items_cents,
    )
    session.add(row)
    session.flush()
    return [counted(one) for one in (*before, row)]


def counted(row: CashCount) -> Counted:
    """A stored count as the rules take it."""
    cash = {int(denomination): int(pieces) for denomination, pieces in row.cash.items()}
    return Counted(row.counted_by, Count(cash, {key: int(cents) for key, cents in row.items.items()}))


def needed_reason(reason: str, *, field: str = "reason") -> str:
    """A reason that somebody typed. Raises Problem `bad_input` without one or when it is too long."""
    found = checked_line(reason, field=field, longest=REASON_MAX)
    if not found:
        raise Problem("bad_input", field=field, reason="say why")
    return found
