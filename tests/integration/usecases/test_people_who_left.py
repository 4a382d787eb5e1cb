"""What somebody who does not come back left open, others bring to an end: never one person alone."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.integration.usecases.cash_steps import counted, handed_in, paid_at_the_door
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.test_turn_ins import opened, refused, sign
from tests.integration.usecases.world import LATER
from workorders.ledger import balance, custody
from workorders.policy.tenders import Tender
from workorders.queries.admin_changes import changes_about
from workorders.queries.cash_days import cash_days
from workorders.queries.custody import receipts_in_custody
from workorders.queries.drawers import open_drawer_of
from workorders.queries.verify import verify_ledger
from workorders.tables import Drawer, Order, WaitingBag
from workorders.usecases.administration.technicians import TechnicianForm, change_technician
from workorders.usecases.cash.approve_payment import approve_payment
from workorders.usecases.cash.counter import close_batch, open_batch, take_tenders
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer, take_drawer_over
from workorders.usecases.cash.drawers import move_cash, open_drawer
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.petty_funds import set_fund
from workorders.usecases.cash.petty_transfers import ask_petty, hand_petty_over, refuse_petty
from workorders.usecases.cash.petty_vouchers import decide_voucher, pay_voucher, return_voucher
from workorders.usecases.cash.turn_ins import cancel_turn_in, count_turn_in
from workorders.usecases.orders.assignment import recall_order

GONE: dict[str, Any] = {"reason": "left the district", "now": LATER}


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()


@pytest.fixture
def left(session: Session) -> Drawer:
    """Casey's drawer with 20.00 of change and 50.00 in it, and nobody to count it."""
    drawer = open_drawer(session, 2_000, now=LATER, actor="casey")
    record_payment(session, "p1", "A1", 5_000, "counter", method="cash", now=LATER, actor="casey")
    return drawer


def closes(session: Session, drawer: Drawer, actor: str, supervisor: bool = False, why: str = "") -> Drawer:
    return close_drawer(session, drawer.id, reason=why, now=LATER, actor=actor, as_supervisor=supervisor)


def test_a_drawer_without_its_owner_is_counted_and_closed_by_two_others(
    session: Session, left: Drawer
) -> None:
    others = refused(session, lambda: count_drawer(session, left.id, counted(7_000), now=LATER, actor="carl"))
    assert others.code == "not_allowed"
    bare = refused(session, lambda: take_drawer_over(session, left.id, reason=" ", now=LATER, actor="sam"))
    assert bare.details["field"] == "taken"
    own = refused(session, lambda: take_drawer_over(session, left.id, actor="casey", **GONE))
    assert own.code == "other_person_needed"
    take_drawer_over(session, left.id, actor="sam", **GONE)
    assert take_drawer_over(session, left.id, reason="again", now=LATER, actor="sue").taken_by == "sam"
    count_drawer(session, left.id, counted(6_900), now=LATER, actor="carl")
    for actor, supervisor, code in (
        ("carl", True, "other_person_needed"),
        ("casey", True, "other_person_needed"),
        ("cleo", False, "supervisor_closes"),
    ):
        assert refused(session, lambda a=actor, s=supervisor: closes(session, left, a, s)).code == code
    closes(session, left, "sam", supervisor=True, why="a dollar is missing")
    assert (balance(session, "UNDEP"), balance(session, "OS"), left.closed_by) == (4_900, 100, "sam")
    assert session.get(WaitingBag, left.id) is not None
    [line] = changes_about(session, "drawer")
    assert (line.kind, line.actor, line.reason) == ("drawer_taken_over", "sam", "left the district")
    late = refused(session, lambda: take_drawer_over(session, left.id, actor="sam", **GONE))
    assert late.code == "cash_closed"


def test_the_supervisor_may_count_and_anybody_else_close(session: Session, left: Drawer) -> None:
    take_drawer_over(session, left.id, actor="sam", **GONE)
    count_drawer(session, left.id, counted(7_000), now=LATER, actor="sam")
    closes(session, left, "carl")
    assert (left.state, balance(session, "OS")) == ("closed", 0)


def test_nothing_goes_into_a_drawer_that_was_taken_over(session: Session, left: Drawer) -> None:
    take_drawer_over(session, left.id, actor="sam", **GONE)
    assert open_drawer_of(session, "casey") is None
    record_payment(session, "p2", "A1", 1_000, "counter", method="cash", now=LATER, actor="casey")
    for act in (
        lambda: move_cash(session, left.id, 100, "x", now=LATER, actor="casey"),
        lambda: count_drawer(session, left.id, counted(7_000), now=LATER, actor="casey"),
    ):
        assert refused(session, act).code == "drawer_taken_over"
    count_drawer(session, left.id, counted(7_000), now=LATER, actor="carl")
    assert left.expected_cents == 7_000
    with pytest.raises(DBAPIError, match="append_only"), session.begin_nested():
        session.execute(text("UPDATE drawer_taken_over SET reason = 'x'"))


def test_a_payment_in_it_that_waits_is_decided_first(session: Session, left: Drawer) -> None:
    record_payment(session, "large", "A1", 600_000, "counter", method="cash", now=LATER, actor="casey")
    take_drawer_over(session, left.id, actor="sam", **GONE)
    waits = refused(session, lambda: count_drawer(session, left.id, counted(1), now=LATER, actor="carl"))
    assert waits.code == "drawer_waits"
    approve_payment(session, "large", approve=True, words="", now=LATER, actor="sam")
    count_drawer(session, left.id, counted(607_000), now=LATER, actor="carl")
    assert (left.expected_cents, left.counted_cents) == (607_000, 607_000)


def test_a_turn_in_that_one_signed_and_the_other_never_will(session: Session) -> None:
    turn_in = opened(session, 5_000)
    for person in ("casey", "carl"):
        count_turn_in(session, turn_in.id, counted(5_000), now=LATER, actor=person)
    sign(session, turn_in, "carl")
    assert (
        refused(session, lambda: sign(session, turn_in, "sam", supervisor=True)).code == "signs_who_counted"
    )
    for actor, supervisor in (("carl", True), ("cleo", False)):
        kept = refused(
            session,
            lambda a=actor, s=supervisor: cancel_turn_in(
                session, turn_in.id, actor=a, as_supervisor=s, **GONE
            ),
        )
        assert kept.code == "turn_in_signed"
    cancel_turn_in(session, turn_in.id, actor="sam", as_supervisor=True, **GONE)
    assert (turn_in.state, custody(session)["t01"]) == ("cancelled", 5_000)
    [line] = changes_about(session, "turn_in")
    assert (line.kind, line.changes["counted_by"][0]) == ("count_set_aside", "carl, casey")
    held = [one.number for one in receipts_in_custody(session, "t01")]
    assert handed_in(session, held, 5_000, people=("carl", "sam")).state == "signed"
    assert custody(session)["t01"] == 0


def test_a_technician_who_left_with_cash(session: Session) -> None:
    number = paid_at_the_door(session, Tablet("t02"), 4, 5_000)
    for order in session.scalars(select(Order).where(Order.technician_id == "t02")).all():
        recall_order(session, order.number, reason="left", now=LATER, actor="dispatcher")
    change_technician(session, "t02", TechnicianForm(name="Gone", active=False), now=LATER, actor="ada")
    [day] = cash_days(session, now=LATER)
    assert (day.held_by, day.is_closed) == ({"t02": 5_000}, False)
    handed_in(session, [number], 0, technician="t02", reason="left with the money")
    assert (custody(session).get("t02", 0), balance(session, "OS")) == (0, 5_000)
    assert all(one.is_closed for one in cash_days(session, now=LATER))


def test_a_batch_that_was_left_open_is_closed_by_anybody(session: Session) -> None:
    batch = open_batch(session, "mail", 2, 3_000, now=LATER, actor="casey")
    paid: dict[str, Any] = {"channel": "mail", "now": LATER, "batch_id": batch.id}
    take_tenders(session, "b1", "A1", 1_000, [Tender("check", 1_000, "17")], actor="casey", **paid)
    take_tenders(session, "b2", "A2", 2_000, [Tender("check", 2_000, "18")], actor="carl", **paid)
    close_batch(session, batch.id, reason="", now=LATER, actor="carl")
    assert (batch.state, batch.closed_by) == ("closed", "carl")


def test_petty_cash_whose_custodian_left(session: Session) -> None:
    set_fund(session, "main", 10_000, "casey", now=LATER, actor="sam")
    filling = ask_petty(session, "main", "from_bank", now=LATER, actor="casey")
    hand_petty_over(session, filling.id, now=LATER, actor="sam")
    words = {"payee": "Post office", "reason": "stamps", "account": "6110", "receipt": "R-1"}
    small = pay_voucher(session, "main", 500, now=LATER, actor="casey", **words)
    large = pay_voucher(session, "main", 6_000, now=LATER, actor="casey", **words)
    again = pay_voucher(session, "main", 7_000, now=LATER, actor="casey", **words)
    asked = ask_petty(session, "main", "from_bank", now=LATER, actor="casey")
    set_fund(session, "main", 10_000, "carl", now=LATER, actor="sam")
    decide_voucher(session, large.id, pay=True, now=LATER, actor="carl")
    decide_voucher(session, again.id, pay=False, now=LATER, actor="carl")
    refuse_petty(session, asked.id, now=LATER, actor="carl")
    return_voucher(session, small.id, reason="sent back", now=LATER, actor="carl")
    filling = ask_petty(session, "main", "from_bank", now=LATER, actor="carl")
    hand_petty_over(session, filling.id, now=LATER, actor="sam")
    assert (large.state, again.state, small.state) == ("filled", "refused", "returned")
    assert balance(session, "PETTY", "main") == 10_000
    assert session.scalars(select(Drawer.id)).all() == []
