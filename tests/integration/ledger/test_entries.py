"""Entries on both engines: posting, reversing, summing up, and never twice."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workorders.ledger import balance, custody, draft, post, post_all, post_many, reverse, trial_balance
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


def test_a_load_of_entries_never_reads_those_before_it(session: Session, backend: str) -> None:
    if backend == "sqlite":
        pytest.skip("SQLite plans each statement by itself")
    batch, batches = 100, 5
    for start in range(0, batch * batches, batch):
        drafts = [
            draft(
                source=f"load{n}",
                purpose="opening_balance",
                message=typed("opening"),
                lines=[("AR", "OPEN", 100)],
                parties={"account": f"L{n}"},
                effective_at=NOW,
            )
            for n in range(start, start + batch)
        ]
        post_all(session, drafts, now=NOW)
    read = text("select seq_tup_read from pg_stat_xact_user_tables where relname = 'entry_seal'")
    # Checked by reading all sealed entries, each of 800 postings would read 100 to 400 of them.
    assert session.scalar(read) < 2 * batch * batches
    assert balance(session, "AR", "L499") == 100


def test_many_are_posted_as_one_by_one(session: Session) -> None:
    drafts = [
        draft(
            source=f"m{n}",
            purpose="payment",
            message=typed("cash"),
            lines=[("CASH-T", "AR", 100 * n), ("AR", "SVC", 1)],
            parties={"account": "A1", "technician": "t01"},
            effective_at=NOW,
        )
        for n in range(1, 8)
    ]
    post_all(session, drafts, now=LATER)
    session.commit()
    entries = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    assert [(one.source, one.recorded_at) for one in entries] == [(f"m{n}", LATER) for n in range(1, 8)]
    assert (custody(session), balance(session, "AR", "A1")) == ({"t01": 2_800}, 7 - 2_800)
    with pytest.raises(IntegrityError):
        post_all(session, drafts, now=LATER)
