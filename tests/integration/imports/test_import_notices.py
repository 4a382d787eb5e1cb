"""Notices that another system sent, each once by its reference."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from tests.integration.imports.conftest import ACCOUNTS, PREMISES, Load
from workorders.tables import Notice

HEADER = "reference,account,kind,sent_on,valid_until,amount\n"
FIRST = "N-1,A-1,past_due,2026-02-10,2026-05-10,128.50\n"
SECOND = "N-2,A-3,final,2026-02-20,2026-04-10,64\n"


@pytest.fixture(autouse=True)
def district(load: Load) -> None:
    assert load("premises", PREMISES).written
    assert load("accounts", ACCOUNTS).written


def test_each_notice_comes_in_once(load: Load, sessions: sessionmaker[Session]) -> None:
    assert load("notices", HEADER + FIRST).counts == {"notices": 1}
    again = load("notices", HEADER + FIRST + SECOND)
    assert again.counts == {"notices": 1, "notices_known_already": 1}
    with sessions() as session:
        assert set(session.scalars(select(Notice.state))) == {"sent"}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("N-1,A-3,past_due,2026-02-10,2026-05-10,128.50", "reference"),
        ("N-9,A-9,past_due,2026-02-10,2026-05-10,128.50", "account"),
        ("N-9,A-1,rumour,2026-02-10,2026-05-10,128.50", "kind"),
        ("N-9,A-1,final,2026-09-10,2026-10-10,128.50", "sent_on"),
        ("N-9,A-1,final,2026-02-10,2026-02-09,128.50", "valid_until"),
        ("N-9,A-1,final,2026-02-10,2026-05-10,0", "amount"),
    ],
)
def test_a_bad_row_is_named_and_nothing_stays(
    load: Load, sessions: sessionmaker[Session], row: str, column: str
) -> None:
    assert load("notices", HEADER + FIRST).written
    report = load("notices", HEADER + SECOND + row + "\n")
    assert {(error.row, error.column) for error in report.errors} == {(3, column)}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 1
