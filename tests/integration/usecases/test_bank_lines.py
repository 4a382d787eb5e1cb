"""What the bank's statement leaves for people: corrections, returned items, lines by hand; both engines."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.integration.usecases.cash_steps import counted
from tests.integration.usecases.test_turn_ins import refused
from tests.integration.usecases.world import LATER, TODAY
from workorders.ledger import balance, trial_balance
from workorders.queries.bank_lines import bank_desk
from workorders.queries.verify import verify_ledger
from workorders.tables import BankLine, Deposit, PaymentReversal
from workorders.usecases.cash.bank_lines import (
    assign_line,
    correct_by_line,
    return_by_line,
    set_line_aside,
)
from workorders.usecases.cash.bank_statement import StatementLine, take_statement
from workorders.usecases.cash.deposits import correct_deposit, make_deposit
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer
from workorders.usecases.cash.drawers import open_drawer
from workorders.usecases.cash.payments import record_payment

TOMORROW = TODAY + timedelta(days=1)
BY: dict[str, Any] = {"now": LATER, "actor": "sam"}


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()
    assert sum(trial_balance(session).values()) == 0


@pytest.fixture
def deposit(session: Session) -> Deposit:
    """Casey's deposit of 125.00: 45.00 in cash, a check of 80.00."""
    drawer = open_drawer(session, 0, now=LATER, actor="casey")
    for id_, cents, how in (("p1", 4_500, "cash"), ("p2", 8_000, "check")):
        record_payment(
            session, id_, "A1", cents, "counter", now=LATER, actor="casey", method=how, reference="1077"
        )
    count_drawer(session, drawer.id, counted(4_500, {"p2": 8_000}), now=LATER, actor="casey")
    close_drawer(session, drawer.id, reason="", now=LATER, actor="sam")
    return make_deposit(session, [drawer.id], now=LATER, actor="casey")


def taken(session: Session, *lines: tuple[str, int, str | None]) -> list[BankLine]:
    """A statement of these lines (kind, cents, reference), as rows."""
    some = [StatementLine(TOMORROW, kind, cents, reference) for kind, cents, reference in lines]
    take_statement(session, f"file-{len(some)}-{some[0].cents}", some, **BY)
    return list(session.scalars(select(BankLine).order_by(BankLine.id)))


def test_what_agrees_is_settled_without_an_entry(session: Session, deposit: Deposit) -> None:
    before = trial_balance(session)
    [line] = taken(session, ("deposit", 12_500, None))
    assert (line.state, line.deposit_id, line.decided_by) == ("matched", deposit.id, "sam")
    assert trial_balance(session) == before
    desk = bank_desk(session)
    assert (desk.waiting, desk.unseen, [one.id for one in desk.settled]) == ((), (), [line.id])


def test_the_banks_figure_is_recorded_by_another_person(session: Session, deposit: Deposit) -> None:
    [line] = taken(session, ("deposit", 12_400, "DP-000001"))
    [waiting] = bank_desk(session).waiting
    assert (line.state, waiting.known_cents, waiting.bank_cents) == ("to_correct", 12_500, 12_400)
    own = refused(session, lambda: correct_by_line(session, line.id, "x", now=LATER, actor="casey"))
    assert own.code == "other_person_needed"
    assert refused(session, lambda: correct_by_line(session, line.id, " ", **BY)).details["field"] == "reason"
    correct_by_line(session, line.id, "a false note", **BY)
    assert (balance(session, "BANK"), balance(session, "OS"), line.state) == (12_400, 100, "corrected")
    again = refused(session, lambda: correct_by_line(session, line.id, "x", **BY))
    assert again.code == "bank_line_decided"


def test_a_correction_of_the_banks_changes_the_figure(session: Session, deposit: Deposit) -> None:
    first, second = taken(session, ("deposit", 12_500, "1"), ("correction", -100, "DP-000001"))
    assert (first.state, second.state) == ("matched", "to_correct")
    correct_by_line(session, second.id, "a note too few", **BY)
    assert balance(session, "BANK") == 12_400


def test_what_was_corrected_by_hand_is_not_corrected_again(session: Session, deposit: Deposit) -> None:
    [line] = taken(session, ("deposit", 12_400, "1"))
    correct_deposit(session, deposit.id, 12_400, "they called", **BY)
    correct_by_line(session, line.id, "as they said", **BY)
    assert (line.state, balance(session, "BANK")) == ("matched", 12_400)


def test_a_returned_item_is_the_check_it_names(session: Session, deposit: Deposit) -> None:
    owed = balance(session, "AR", "A1")
    *_, line = taken(session, ("deposit", 12_500, "1"), ("returned", -8_000, "01077"))
    [waiting] = bank_desk(session).waiting
    assert [(one.payment, one.number, one.account) for one in waiting.checks] == [("p2", "1077", "A1")]
    wrong = refused(session, lambda: return_by_line(session, line.id, "NSF", payment="p1", **BY))
    assert wrong.details["field"] == "payment"
    assert session.scalar(select(PaymentReversal)) is None
    return_by_line(session, line.id, "NSF", payment="p2", **BY)
    assert line.state == "returned"
    assert balance(session, "BANK") == 4_500
    assert balance(session, "AR", "A1") > owed + 8_000  # the fee of the schedule comes on top
    assert bank_desk(session).waiting == ()
    assert refused(session, lambda: return_by_line(session, line.id, "x", payment="p2", **BY)).code == (
        "bank_line_decided"
    )


def test_a_line_is_given_its_deposit_by_hand_or_set_aside(session: Session, deposit: Deposit) -> None:
    first, second = taken(session, ("deposit", 99, None), ("deposit", 98, "unknown"))
    assert [one.deposit for one in bank_desk(session).unseen] == [deposit.id]
    none = refused(session, lambda: assign_line(session, first.id, "DP-000009", **BY))
    assert none.details["field"] == "deposit"
    assert refused(session, lambda: correct_by_line(session, first.id, "x", **BY)).code == "bad_input"
    assign_line(session, first.id, deposit.id, **BY)
    taken_already = refused(session, lambda: assign_line(session, second.id, deposit.id, **BY))
    assert taken_already.details["field"] == "deposit"
    assert first.state == "to_correct"
    set_line_aside(session, first.id, "not ours after all", **BY)
    assign_line(session, second.id, deposit.id, **BY)
    assert (first.state, first.deposit_id, second.deposit_id) == ("set_aside", None, deposit.id)
    assert refused(session, lambda: set_line_aside(session, 99, "x", **BY)).code == "not_found"


def test_two_deposits_of_one_amount_are_for_a_person(session: Session, deposit: Deposit) -> None:
    drawer = open_drawer(session, 0, now=LATER, actor="carla")
    record_payment(session, "q1", "A2", 12_500, "counter", now=LATER, actor="carla", method="cash")
    count_drawer(session, drawer.id, counted(12_500), now=LATER, actor="carla")
    close_drawer(session, drawer.id, reason="", now=LATER, actor="sam")
    second = make_deposit(session, [drawer.id], now=LATER, actor="carla")
    doubtful, named = taken(session, ("deposit", 12_500, None), ("deposit", 12_500, second.id))
    # The one that names its slip leaves only one for the other, in whichever order they stand.
    assert (doubtful.deposit_id, named.deposit_id) == (deposit.id, second.id)


def test_what_the_bank_said_and_what_was_decided_stay(session: Session, deposit: Deposit) -> None:
    first, second = taken(session, ("deposit", 12_500, "1"), ("returned", -1, None))
    for statement, line in (
        ("UPDATE bank_line SET state = 'open' WHERE id = :line", first),
        ("UPDATE bank_line SET amount_cents = -2 WHERE id = :line", second),
        ("DELETE FROM bank_line WHERE id = :line", second),
        ("UPDATE bank_statement SET source = 'x' WHERE :line > 0", first),
    ):
        with pytest.raises(DBAPIError, match="append_only"), session.begin_nested():
            session.execute(text(statement), {"line": line.id})
