"""Petty cash of an office: paid by its custodian, large amounts by two, filled up to its float."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.integration.usecases.cash_steps import counted
from tests.integration.usecases.test_turn_ins import refused
from tests.integration.usecases.world import LATER
from workorders.ledger import balance
from workorders.queries.cash_days import cash_days
from workorders.queries.deposits import waiting_bags
from workorders.queries.petty import open_vouchers
from workorders.queries.verify import verify_ledger
from workorders.tables import PettyVoucher
from workorders.usecases.administration.offices import add_office, change_office
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer
from workorders.usecases.cash.drawers import open_drawer
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.petty_funds import set_fund
from workorders.usecases.cash.petty_transfers import ask_petty, hand_petty_over, refuse_petty
from workorders.usecases.cash.petty_vouchers import decide_voucher, pay_voucher, return_voucher
from workorders.usecases.cash.vault_counts import close_vault_count, count_vault

FLOAT = 15_000


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()


@pytest.fixture
def fund(session: Session) -> str:
    """The main office's, kept by casey, with its float in it."""
    set_fund(session, "main", FLOAT, "casey", now=LATER, actor="sam")
    filled(session)
    return "main"


def filled(session: Session, kind: str = "from_bank", **given: Any) -> None:
    asked = ask_petty(session, "main", kind, now=LATER, actor="casey", **given)
    hand_petty_over(session, asked.id, now=LATER, actor="sam")


def paid(
    session: Session, cents: int, receipt: str = "R-1", actor: str = "casey", **given: Any
) -> PettyVoucher:
    words = {"payee": "Post office", "reason": "stamps", "account": "6110"} | given
    return pay_voucher(session, "main", cents, receipt=receipt, now=LATER, actor=actor, **words)


def test_the_float_is_the_cash_and_the_vouchers(session: Session, fund: str) -> None:
    first = paid(session, 1_250)
    assert (first.state, first.second_needed) == ("paid", False)
    paid(session, 2_000, account="6120")
    cash = balance(session, "PETTY", fund)
    vouchers = sum(one.amount_cents for one in open_vouchers(session, fund))
    assert (cash, vouchers, cash + vouchers) == (11_750, 3_250, FLOAT)
    assert (balance(session, "EXPENSE", "6110"), balance(session, "EXPENSE", "6120")) == (1_250, 2_000)
    filled(session)
    assert (balance(session, "PETTY", fund), list(open_vouchers(session, fund))) == (FLOAT, [])
    assert first.state == "filled"
    full = refused(session, lambda: ask_petty(session, fund, "from_bank", now=LATER, actor="casey"))
    assert full.code == "petty_full"


def test_a_large_voucher_and_one_without_a_receipt_need_two_people(session: Session, fund: str) -> None:
    large, bare = paid(session, 5_000), paid(session, 100, receipt="")
    assert (large.state, bare.state, balance(session, "PETTY", fund)) == ("asked", "asked", FLOAT)
    own = refused(session, lambda: decide_voucher(session, large.id, pay=True, now=LATER, actor="casey"))
    assert own.code == "other_person_needed"
    decide_voucher(session, large.id, pay=True, now=LATER, actor="sam")
    decide_voucher(session, bare.id, pay=False, now=LATER, actor="casey")
    assert (large.state, bare.state, balance(session, "PETTY", fund)) == ("paid", "refused", FLOAT - 5_000)
    again = refused(session, lambda: decide_voucher(session, bare.id, pay=True, now=LATER, actor="sam"))
    assert again.code == "cash_closed"


def test_only_the_custodian_pays_and_only_what_is_there(session: Session, fund: str) -> None:
    assert refused(session, lambda: paid(session, 100, actor="sam")).code == "petty_custodian"
    for given, field in (
        ({"cents": 0}, "amount"),
        ({"cents": 20_001}, "amount"),
        ({"cents": 1, "account": "9999"}, "account"),
        ({"cents": 1, "payee": " "}, "payee"),
        ({"cents": 1, "reason": ""}, "reason"),
        ({"cents": 1, "receipt": "4111 1111 1111 1111"}, "receipt"),
    ):
        assert refused(session, lambda g=given: paid(session, **g)).details["field"] == field
    paid(session, 18_000)
    lacks = refused(session, lambda: decide_voucher(session, "PV-000001", pay=True, now=LATER, actor="sam"))
    assert lacks.code == "petty_lacks"


def test_cash_that_comes_back_reverses_its_voucher(session: Session, fund: str) -> None:
    voucher, other = paid(session, 1_250), paid(session, 700)
    back: dict[str, Any] = {"reason": "sent back", "now": LATER}
    assert refused(session, lambda: return_voucher(session, voucher.id, actor="casey", **back)).code == (
        "other_person_needed"
    )
    return_voucher(session, voucher.id, actor="sam", **back)
    assert (balance(session, "PETTY", fund), balance(session, "EXPENSE", "6110")) == (FLOAT - 700, 700)
    filled(session)
    late = refused(session, lambda: return_voucher(session, other.id, actor="sam", **back))
    assert (late.code, late.details["transfer"]) == ("petty_filled", "PT-000002")


def test_a_drawer_gives_what_its_owner_hands_over(session: Session, fund: str) -> None:
    paid(session, 1_000)
    asked = ask_petty(session, fund, "from_drawer", now=LATER, actor="casey")
    waiting = refused(session, lambda: ask_petty(session, fund, "from_bank", now=LATER, actor="casey"))
    assert waiting.code == "petty_asked"
    without = refused(session, lambda: hand_petty_over(session, asked.id, now=LATER, actor="sam"))
    assert without.code == "petty_drawer"
    drawer = open_drawer(session, 2_000, now=LATER, actor="sam")
    own = refused(session, lambda: hand_petty_over(session, asked.id, now=LATER, actor="casey"))
    assert own.code == "other_person_needed"
    hand_petty_over(session, asked.id, now=LATER, actor="sam")
    count_drawer(session, drawer.id, counted(1_000), now=LATER, actor="sam")
    close_drawer(session, drawer.id, reason="", now=LATER, actor="casey")
    assert (drawer.expected_cents, balance(session, "OS")) == (1_000, 0)
    assert balance(session, "PETTY", fund) == FLOAT


def test_counted_cash_fills_it_up_and_the_day_adds_up(session: Session, fund: str) -> None:
    paid(session, 1_000)
    drawer = open_drawer(session, 0, now=LATER, actor="sam")
    record_payment(session, "p1", "A1", 2_500, "counter", now=LATER, actor="sam", method="cash")
    count_drawer(session, drawer.id, counted(2_500), now=LATER, actor="sam")
    close_drawer(session, drawer.id, reason="", now=LATER, actor="casey")
    filled(session, "from_bag", subject=drawer.id)
    assert [(bag.subject, bag.cash_cents) for bag in waiting_bags(session)] == [(drawer.id, 1_500)]
    [day] = cash_days(session, now=LATER)
    assert (day.counted_cents, day.petty_cents, day.undeposited_cents) == (2_500, 1_000, 1_500)


def test_a_count_stops_the_box_and_what_is_short_is_posted(session: Session, fund: str) -> None:
    paid(session, 1_000)
    asked = ask_petty(session, fund, "from_bank", now=LATER, actor="casey")
    count_vault(session, fund, counted(13_900), ledger="PETTY", now=LATER, actor="casey")
    for act in (
        lambda: paid(session, 100),
        lambda: hand_petty_over(session, asked.id, now=LATER, actor="sam"),
    ):
        assert refused(session, act).code == "petty_counting"
    count_vault(session, fund, counted(13_900), ledger="PETTY", now=LATER, actor="sam")
    close_vault_count(session, fund, reason="a dollar too few", ledger="PETTY", now=LATER, actor="sam")
    assert (balance(session, "OS"), balance(session, "PETTY", fund)) == (100, 13_900)
    hand_petty_over(session, asked.id, now=LATER, actor="sam")
    assert balance(session, "PETTY", fund) == FLOAT - 100
    filled(session)
    assert balance(session, "PETTY", fund) == FLOAT


def test_a_fund_is_given_up_before_its_office_closes(session: Session) -> None:
    add_office(session, "north", "North", now=LATER, actor="ada")
    set_fund(session, "north", 5_000, "casey", now=LATER, actor="sam")
    asked = ask_petty(session, "north", "from_bank", now=LATER, actor="casey")
    hand_petty_over(session, asked.id, now=LATER, actor="sam")
    closing: dict[str, Any] = {"has_vault": False, "active": False, "now": LATER, "actor": "ada"}
    for _ in range(2):
        early = refused(session, lambda: change_office(session, "north", "North", **closing))
        assert early.details["field"] == "active"
        set_fund(session, "north", 0, "casey", now=LATER, actor="sam")
    open_drawer(session, 0, now=LATER, actor="sam", office="north")
    back = ask_petty(session, "north", "to_drawer", now=LATER, actor="casey")
    hand_petty_over(session, back.id, now=LATER, actor="sam")
    count_drawer(session, "DR-000001", counted(5_000), now=LATER, actor="sam")
    close_drawer(session, "DR-000001", reason="", now=LATER, actor="casey")
    change_office(session, "north", "North", **closing)
    assert balance(session, "PETTY", "north") == 0


def test_less_is_needed_by_now(session: Session, fund: str) -> None:
    paid(session, 1_000)
    asked = ask_petty(session, fund, "from_bank", now=LATER, actor="casey")
    set_fund(session, fund, FLOAT - 500, "casey", now=LATER, actor="sam")
    less = refused(session, lambda: hand_petty_over(session, asked.id, now=LATER, actor="sam"))
    assert less.code == "petty_changed"
    refuse_petty(session, asked.id, now=LATER, actor="casey")
    filled(session)
    assert balance(session, "PETTY", fund) == FLOAT - 500


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE petty_voucher SET amount_cents = 1",
        "UPDATE petty_voucher SET state = 'paid'",
        "UPDATE petty_transfer SET amount_cents = 1",
        "DELETE FROM petty_transfer_voucher",
        "UPDATE petty_fund SET opened_by = 'x'",
    ],
)
def test_what_was_paid_and_filled_up_stays(session: Session, fund: str, statement: str) -> None:
    paid(session, 1_000)
    filled(session)
    with pytest.raises(DBAPIError, match="append_only"), session.begin_nested():
        session.execute(text(statement))
