"""A connection comes back from a refused commit as good as new."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from server.db import session_factory
from tests.conftest import NOW
from workorders.tables import JournalEntry


def test_a_refused_commit_leaves_no_transaction_behind(engine: Engine) -> None:
    sessions = session_factory(engine)
    for _ in range(3):
        with pytest.raises(IntegrityError), sessions.begin() as session:
            session.add(JournalEntry(source="x", purpose="y", code="text", effective_at=NOW, recorded_at=NOW))
    with sessions.begin() as session:
        assert session.scalar(text("SELECT count(*) FROM journal_entry")) == 0


def test_a_reading_session_cannot_write(engine: Engine) -> None:
    readers = session_factory(engine, read_only=True)
    with pytest.raises(Exception, match=r"read.?only"), readers() as session:
        session.execute(text("INSERT INTO counter (name, value) VALUES ('x', 1)"))
    with session_factory(engine).begin() as session:
        session.execute(text("INSERT INTO counter (name, value) VALUES ('x', 1)"))
