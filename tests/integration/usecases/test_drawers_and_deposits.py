"""A drawer's day and the way of counted money to the bank, on both engines."""

from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.integration.usecases.cash_steps import counted, handed_in, paid_at_the_door
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.test_turn_ins import refused
from tests.integration.usecases.world import LATER
from workorders.ledger import balance, trial_balance
from workorders.queries.deposits import find_deposit, undeposited_cents, waiting_bags
from workorders.queries.verify import verify_ledger
from workorders.tables import Drawer
from workorders.usecases.cash.approve_payment import approve_payment
from workorders.usecases.cash.deposits import correct_deposit, make_deposit
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer
from workorders.usecases.cash.drawers import move_cash, open_drawer
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.take_payment_back import take_payment_back


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()
    assert sum(trial_balance(session).values()) == 0


def pays(session: Session, id_: str, cents: int, method: str | None = "cash", actor: str = "casey") -> None:
    record_payment(session, id_, "A1", cents, "counter", now=LATER, actor=actor, method=method)


def drawer_with(session: Session, *, float_cents: int = 10_000) -> Drawer:
    """Casey's drawer with 50.00 in cash and a check of 80.00 in it, less 5.00 for stamps."""
    drawer = open_drawer(session, float_cents, now=LATER, actor="casey")
    pays(session, "p1", 5_000)
    pays(session, "p2", 8_000, "check")
    move_cash(session, drawer.id, -500, "stamps", now=LATER, actor="casey")
    return drawer


def closed(session: Session, drawer: Drawer, cash: int, reason: str = "") -> Drawer:
    count_drawer(session, drawer.id, counted(cash, {"p2": 8_000}), now=LATER, actor="casey")
    return close_drawer(session, drawer.id, reason=reason, now=LATER, actor="sam")


def test_payments_of_a_person_fall_into_their_open_drawer_only(session: Session) -> None:
    pays(session, "before", 1_000)
    drawer = drawer_with(session)
    pays(session, "web", 2_000, None)
    pays(session, "others", 3_000, actor="carla")
    closed(session, drawer, 14_500)
    assert (drawer.expected_cents, drawer.counted_cents) == (22_500, 22_500)
    assert (balance(session, "UNDEP"), balance(session, "SUSP"), balance(session, "OS")) == (18_500, 500, 0)
    pays(session, "after", 100)
    assert [(bag.cash_cents, bag.items_cents) for bag in waiting_bags(session)] == [(4_500, 8_000)]


@pytest.mark.parametrize(("cash", "os"), [(14_400, 100), (14_700, -200)])
def test_over_and_short_of_a_drawer(session: Session, cash: int, os: int) -> None:
    drawer = drawer_with(session)
    count_drawer(session, drawer.id, counted(cash, {"p2": 8_000}), now=LATER, actor="casey")
    own = refused(session, lambda: close_drawer(session, drawer.id, reason="x", now=LATER, actor="casey"))
    assert own.code == "other_person_needed"
    bare = refused(session, lambda: close_drawer(session, drawer.id, reason="", now=LATER, actor="sam"))
    assert bare.details["field"] == "reason"
    close_drawer(session, drawer.id, reason="wrong change", now=LATER, actor="sam")
    assert balance(session, "OS") == os
    assert undeposited_cents(session) == balance(session, "UNDEP") == 12_500 - os


def test_a_closed_drawer_stays_closed(session: Session) -> None:
    drawer = closed(session, drawer_with(session), 14_500)
    for act in (
        lambda: move_cash(session, drawer.id, 100, "x", now=LATER, actor="casey"),
        lambda: count_drawer(session, drawer.id, counted(1), now=LATER, actor="casey"),
        lambda: close_drawer(session, drawer.id, reason="x", now=LATER, actor="sam"),
    ):
        assert refused(session, act).code == "cash_closed"
    again = refused(session, lambda: open_drawer(session, 0, now=LATER, actor="casey"))
    assert again.code == "drawer_exists"
    with pytest.raises(DBAPIError, match="append_only"), session.begin_nested():
        session.execute(text("UPDATE drawer SET state = 'open'"))
    void: dict[str, Any] = {
        "payment": "p1",
        "kind": "void",
        "reason": "typed twice",
        "now": LATER,
        "actor": "casey",
    }
    assert refused(session, lambda: take_payment_back(session, "r", **void)).code == "money_counted"


@pytest.mark.parametrize("change", [{"kind": "kiosk"}, {"office": "north"}, {"owner": "sam"}])
def test_whose_a_drawer_is_and_where_it_stands_never_changes(
    session: Session, change: dict[str, str]
) -> None:
    drawer_with(session)
    with pytest.raises(DBAPIError, match="append_only"), session.begin_nested():
        session.execute(update(Drawer).values(change))


def test_bad_input_of_a_drawer_is_named(session: Session) -> None:
    wrong = refused(session, lambda: open_drawer(session, -1, now=LATER, actor="casey"))
    assert wrong.details["field"] == "float"
    drawer = drawer_with(session, float_cents=0)
    for cents, reason, field in ((0, "x", "amount"), (-4_501, "x", "amount"), (100, " ", "reason")):
        found = refused(
            session, lambda c=cents, r=reason: move_cash(session, drawer.id, c, r, now=LATER, actor="casey")
        )
        assert found.details["field"] == field
    assert refused(session, lambda: pays(session, "x", 1, "bitcoin")).details["field"] == "method"
    others = refused(session, lambda: move_cash(session, drawer.id, 1, "x", now=LATER, actor="sam"))
    assert others.code == "not_allowed"


def test_a_voided_payment_is_no_longer_expected_and_a_waiting_one_is_decided_first(session: Session) -> None:
    drawer = drawer_with(session)
    take_payment_back(
        session, "r1", payment="p1", kind="void", reason="wrong account", now=LATER, actor="casey"
    )
    pays(session, "large", 600_000)
    waits = refused(session, lambda: count_drawer(session, drawer.id, counted(1), now=LATER, actor="casey"))
    assert (waits.code, waits.details["count"]) == ("drawer_waits", 1)
    approve_payment(session, "large", approve=False, words="no", now=LATER, actor="sam")
    closed(session, drawer, 9_500)
    assert drawer.expected_cents == 17_500


def test_a_deposit_takes_bags_to_the_bank_once(session: Session) -> None:
    drawer = closed(session, drawer_with(session), 14_500)
    turn_in = handed_in(session, [paid_at_the_door(session, Tablet(), 4, 5_000)], 5_000)
    for subjects in ([], ["nothing"]):
        found = refused(session, lambda s=subjects: make_deposit(session, s, now=LATER, actor="casey"))
        assert found.code in {"bad_input", "not_found"}
    deposit = make_deposit(session, [drawer.id, turn_in.id], now=LATER, actor="casey")
    assert (deposit.cash_cents, deposit.items_cents) == (9_500, 8_000)
    assert (balance(session, "BANK"), balance(session, "UNDEP"), waiting_bags(session)) == (17_500, 0, [])
    view = find_deposit(session, deposit.id)
    assert sum(bag.cents for bag in view.bags) == view.bank_cents == 17_500
    twice = refused(session, lambda: make_deposit(session, [drawer.id], now=LATER, actor="sam"))
    assert (twice.code, twice.details["deposit"]) == ("already_deposited", deposit.id)


def test_the_banks_figure_is_an_entry_of_its_own(session: Session) -> None:
    drawer = closed(session, drawer_with(session), 14_500)
    deposit = make_deposit(session, [drawer.id], now=LATER, actor="casey")
    own = refused(session, lambda: correct_deposit(session, deposit.id, 1, "x", now=LATER, actor="casey"))
    assert own.code == "other_person_needed"
    same = refused(session, lambda: correct_deposit(session, deposit.id, 12_500, "x", now=LATER, actor="sam"))
    assert same.details["field"] == "amount"
    for bank in (12_400, 12_600):
        correct_deposit(session, deposit.id, bank, "a note too few", now=LATER, actor="sam")
        assert (balance(session, "BANK"), balance(session, "OS")) == (bank, 12_500 - bank)


def test_a_returned_check_leaves_the_bank(session: Session) -> None:
    drawer = closed(session, drawer_with(session), 14_500)
    back: dict[str, Any] = {
        "payment": "p2",
        "kind": "returned",
        "reason": "no funds",
        "now": LATER,
        "actor": "casey",
    }
    early = refused(session, lambda: take_payment_back(session, "r", **back))
    assert early.code == "money_counted"
    make_deposit(session, [drawer.id], now=LATER, actor="casey")
    take_payment_back(session, "r", **back)
    assert (balance(session, "BANK"), balance(session, "UNDEP")) == (4_500, 0)
