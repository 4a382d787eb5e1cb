"""After a large import PostgreSQL is told what lies where, once the import's own transaction is over."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from server.imports import runner
from tests.integration.imports.conftest import ACCOUNTS, PREMISES, Load
from workorders.tables import Account, Premise


def test_rows_are_counted_anew_after_the_commit_and_only_for_many(
    sessions: sessionmaker[Session], load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def counted(_session: Session) -> None:
        with sessions() as other:
            seen.append(other.scalar(select(func.count()).select_from(Premise)) or 0)
        raise OperationalError("ANALYZE", {}, Exception("the database went away"))

    monkeypatch.setattr(runner, "count_rows_anew", counted)
    monkeypatch.setattr(runner, "COUNTED_ANEW", 3)
    if sessions.kw["bind"].dialect.name == "postgresql":
        assert load("premises", PREMISES).written, "an import that is done stays done"
        assert seen == [2], "another connection sees what the import wrote: it is committed"
    monkeypatch.setattr(runner, "COUNTED_ANEW", 1_000)
    load("premises", PREMISES)
    load("accounts", ACCOUNTS)
    assert len(seen) <= 1
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 3
