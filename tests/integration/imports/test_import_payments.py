"""Payments of a bank file: each once by the bank's number, all of a file or nothing, and what follows."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from server.db import session_factory
from server.imports import import_rows
from tests.conftest import NOW as CLOCK
from tests.integration.imports.conftest import ACCOUNTS, CHICAGO, PREMISES, Load
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from workorders.ledger import balance
from workorders.queries.verify import verify_ledger
from workorders.tables import Order, Payment
from workorders.usecases.cash.take_payment_back import take_payment_back

HEADER = "id,account,amount,received_on,reference\n"
FIRST = "LB-1,A-1,100,2026-02-27,1042\n"
SECOND = "LB-2,A-1,28.50,2026-03-01,\n"


def owes(sessions: sessionmaker[Session], number: str) -> int:
    with sessions() as session:
        return balance(session, "AR", number)


def test_payments_post_once(load: Load, sessions: sessionmaker[Session]) -> None:
    assert load("premises", PREMISES).written
    assert load("accounts", ACCOUNTS).written
    assert load("payments", HEADER + FIRST, dry_run=True).counts["payments"] == 1
    assert owes(sessions, "A-1") == 12_850
    assert load("payments", HEADER + FIRST).counts["payments"] == 1
    again = load("payments", HEADER + FIRST + SECOND)
    assert (again.counts["payments"], again.counts["payments_known_already"]) == (1, 1)
    with sessions() as session:
        assert balance(session, "AR", "A-1") == 0
        assert balance(session, "BANK") == 12_850
        assert verify_ledger(session).differences == ()
        take_payment_back(
            session, "r1", payment="LB-1", kind="returned", reason="no funds", now=CLOCK, actor="sam"
        )
        assert balance(session, "BANK") == 2_850


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("LB-1,A-1,99,2026-02-27,", "id"),
        ("LB-9,A-9,1,2026-02-27,", "account"),
        ("LB-9,A-1,-1,2026-02-27,", "amount"),
        ("LB-9,A-1,1,2026-09-27,", "received_on"),
        ("LB-9,A-1,1,2026-02-27,4111 1111 1111 1111", "reference"),
        (",A-1,1,2026-02-27,", "id"),
        ("LB-2,A-1,1,2026-02-27,", "id"),
    ],
)
def test_a_bad_row_is_named_and_nothing_of_the_file_stays(
    load: Load, sessions: sessionmaker[Session], row: str, column: str
) -> None:
    assert load("premises", PREMISES).written
    assert load("accounts", ACCOUNTS).written
    assert load("payments", HEADER + FIRST).written
    report = load("payments", HEADER + SECOND + row + "\n")
    assert {(error.row, error.column) for error in report.errors} == {(3, column)}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Payment)) == 1


def test_what_follows_is_what_follows_from_each_alone(engine: Engine) -> None:
    """An open cut is called off, a service point that was cut gets its reconnect, the rest stays as it is."""
    sessions = session_factory(engine)
    with sessions() as session:
        world.build(session, households=4)
        session.commit()
        open_cut = world.sent(session, "disconnect_np", 1).number
        done = world.sent(session, "disconnect_np", 2)
        world.take(session, Tablet().completed(done, answers.cut(2), at=world.NOW + timedelta(hours=1)))
        other = world.sent(session, "disconnect_np", 4).number
        session.commit()
    rows = "".join(f"LB-{number},A{number},{world.DEBT / 100 + 45},2026-03-02,\n" for number in (1, 2, 3))
    given: dict[str, Any] = {"now": world.LATER, "zone": CHICAGO}
    report = import_rows(sessions, "payments", "bank.csv", (HEADER + rows).encode(), **given)
    assert report.counts == {"payments": 3, "accounts_with_work": 2}
    with sessions() as session:
        assert session.get_one(Order, open_cut).state == "cancelled"
        assert session.get_one(Order, other).state == "dispatched"
        reconnects = session.scalars(select(Order).where(Order.type == "reconnect")).all()
        # The tablet of the open cut has not been heard: a reconnect waits in case it was made.
        states = {one.service_point.number: one.state for one in reconnects}
        assert states == {"SP-1": "held", "SP-2": "approved"}
        assert verify_ledger(session).differences == ()
