"""Bills from files: each once by its reference, all of a file or nothing, and none counted twice."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from tests.integration.imports.conftest import ACCOUNTS, PREMISES, Load
from workorders.ledger import balance
from workorders.tables import Bill

HEADER = "reference,account,service,billed_on,due_on,amount\n"
CARRIED = "B-1,A-1,water,2026-01-10,2026-01-31,100\n"
NEW = "B-2,A-1,wastewater,2026-02-10,2026-03-03,64.20\n"
OTHER = "B-3,A-3,,2026-02-10,2026-03-03,30\n"


@pytest.fixture(autouse=True)
def district(load: Load) -> None:
    assert load("premises", PREMISES).written
    assert load("accounts", ACCOUNTS).written


def owes(sessions: sessionmaker[Session], number: str) -> int:
    with sessions() as session:
        return balance(session, "AR", number)


def test_bills_post_once_and_not_what_the_opening_balance_holds(
    load: Load, sessions: sessionmaker[Session]
) -> None:
    assert load("bills", HEADER + CARRIED + NEW, dry_run=True).counts == {"bills": 2, "entries": 1}
    assert owes(sessions, "A-1") == 12_850
    assert load("bills", HEADER + CARRIED + NEW).counts == {"bills": 2, "entries": 1}
    again = load("bills", HEADER + CARRIED + NEW + OTHER)
    assert again.counts == {"bills": 1, "entries": 1, "bills_known_already": 2}
    assert (owes(sessions, "A-1"), owes(sessions, "A-3")) == (12_850 + 6_420, 3_000)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("B-1,A-1,water,2026-02-10,2026-03-03,64.20", "reference"),
        ("B-9,A-9,water,2026-02-10,2026-03-03,64.20", "account"),
        ("B-9,A-1,gas,2026-02-10,2026-03-03,64.20", "service"),
        ("B-9,A-1,water,2026-02-10,2026-02-03,64.20", "due_on"),
        ("B-9,A-1,water,2026-09-10,2026-09-30,64.20", "billed_on"),
        ("B-9,A-1,water,2026-02-10,2026-03-03,-64.20", "amount"),
        ("B-9,A-1,water,2026-02-10,,64.20", "due_on"),
        (",A-1,water,2026-02-10,2026-03-03,64.20", "reference"),
    ],
)
def test_a_bad_row_is_named_and_nothing_of_the_file_stays(
    load: Load, sessions: sessionmaker[Session], row: str, column: str
) -> None:
    assert load("bills", HEADER + CARRIED).written
    report = load("bills", HEADER + NEW + row + "\n")
    assert {(error.row, error.column) for error in report.errors} == {(3, column)}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Bill)) == 1
