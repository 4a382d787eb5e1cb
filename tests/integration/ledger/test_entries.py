"""Entries on both engines: posting, reversing, summing up, and never twice."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workorders.ledger import balance, balance_at, custody, draft, post, post_many, reverse, trial_balance
from workorders.messages.message import typed
from workorders.tables import JournalEntry

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


def charge(session: Session, source: str, cents: int, account: str = "A1") -> JournalEntry:
    return post(
        session,
        source=source,
        purpose="fee",
        message=typed("Field visit"),
        lines=[("AR", "SVC", cents)],
        parties={"account": account},
        effective_at=NOW,
        now=NOW,
    )


def test_balances_follow_entries_and_their_reversal(session: Session) -> None:
    first = charge(session, "one", 4_500)
    charge(session, "two", 1_000, "A2")
    reverse(session, first, source="office", message=typed("waived"), now=LATER)
    session.commit()
    assert balance(session, "AR", "A1") == 0
    assert balance(session, "AR", "A2") == 1_000
    assert balance_at(session, "AR", "A1", NOW) == 4_500
    assert trial_balance(session) == {"AR": 1_000, "SVC": -1_000}


def test_the_same_fact_is_not_posted_twice(session: Session) -> None:
    charge(session, "one", 4_500)
    session.commit()
    with pytest.raises(IntegrityError):
        charge(session, "one", 4_500)


def test_an_entry_is_reversed_once(session: Session) -> None:
    first = charge(session, "one", 4_500)
    reverse(session, first, source="office", message=typed("waived"), now=LATER)
    with pytest.raises(IntegrityError):
        reverse(session, first, source="again", message=typed("waived"), now=LATER)


def test_custody_is_kept_per_technician(session: Session) -> None:
    drafts = [
        draft(
            source=f"r{n}",
            purpose="payment",
            message=typed("cash"),
            lines=[("CASH-T", "AR", 100 * n)],
            parties={"account": "A1", "technician": technician},
            effective_at=NOW,
        )
        for n, technician in enumerate(["t01", "t02", "t01"], start=1)
    ]
    entries = post_many(session, drafts, now=NOW)
    session.commit()
    assert [entry.source for entry in entries] == ["r1", "r2", "r3"]
    assert custody(session) == {"t01": 400, "t02": 200}
    assert balance(session, "AR", "A1") == -600
