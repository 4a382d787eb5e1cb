"""The customer pays while a cut is under way: every order in which office and tablet may hear of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, LATER, NOW, cases, take
from workorders.ledger import balance, trial_balance
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger
from workorders.tables import Order, Payment
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.take_payment_back import take_payment_back
from workorders.usecases.field.decisions import decide_exception
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.follow_on import SILENCE, release_silent
from workorders.usecases.orders.orders import approve, close_order

FEE = 4_500
CUT_AT = NOW + timedelta(hours=1)


def pay(session: Session, at: datetime, *, heard: datetime | None = None, household: int = 1) -> Payment:
    payment = record_payment(
        session,
        f"web-{household}",
        f"A{household}",
        DEBT,
        "web",
        now=heard or at,
        received_at=at,
        actor="web shop",
    )
    session.commit()
    assert isinstance(payment, Payment)
    return payment


def reconnects(session: Session, cut: Order) -> list[Order]:
    return list(
        session.scalars(select(Order).where(Order.follows_number == cut.number, Order.type == "reconnect"))
    )


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()
    assert sum(trial_balance(session).values()) == 0


def test_paid_before_the_tablet_has_it(session: Session) -> None:
    cut = world.order(session, "disconnect_np", 1)
    pay(session, NOW)
    assert (cut.state, reconnects(session, cut)) == ("cancelled", [])
    assert balance(session, "AR", "A1") == 0
    assert balance(session, "UNDEP") == DEBT


def test_paid_then_cut_without_knowing_is_a_wrongful_cut_restored_at_no_charge(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    done = Tablet().completed(cut, answers.cut(1), at=CUT_AT, seen=world.last_seq(session, cut.number))
    pay(session, CUT_AT - timedelta(minutes=20))
    assert cut.state == "cancelled"
    [ready] = reconnects(session, cut)
    assert (ready.state, ready.follow_reason) == ("held", "contingent")
    assert cut.cancel_seq == world.last_seq(session, cut.number)
    verdict = take(session, done)
    assert "wrongful_cut" in verdict.codes
    assert (cut.state, cut.outcome) == ("completed", "completed_after_cancel")
    [ready] = reconnects(session, cut)
    assert (ready.state, ready.no_charge, ready.priority) == ("approved", True, 100)
    assert balance(session, "AR", "A1") == 0
    assert world.point(session, 1).state == "off_np"


def test_cut_then_paid_is_a_valid_cut_with_its_fee_and_an_urgent_reconnect(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    done = Tablet().completed(cut, answers.cut(1), at=CUT_AT, seen=world.last_seq(session, cut.number))
    pay(session, CUT_AT + timedelta(minutes=20))
    assert take(session, done).status == "posted"
    [ready] = reconnects(session, cut)
    assert (cut.outcome, ready.state, ready.no_charge, ready.follow_reason) == (
        "completed",
        "approved",
        False,
        "paid",
    )
    assert balance(session, "AR", "A1") == FEE


def test_cut_known_then_paid_raises_the_reconnect(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    take(session, Tablet().completed(cut, answers.cut(1), at=CUT_AT))
    assert reconnects(session, cut) == []
    record_payment(session, "fee", "A1", FEE, "web", now=LATER, actor="web shop")
    assert reconnects(session, cut) == [], "the debt itself is still past due"
    pay(session, LATER)
    [ready] = reconnects(session, cut)
    assert (ready.state, ready.follow_reason, ready.no_charge) == ("approved", "paid", False)
    pay(session, LATER)
    assert len(reconnects(session, cut)) == 1


def test_a_payment_heard_of_late_turns_a_posted_cut_wrongful(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    done = Tablet().completed(cut, answers.cut(1), at=CUT_AT)
    take(session, done)
    assert balance(session, "AR", "A1") == DEBT + FEE
    pay(session, CUT_AT - timedelta(minutes=5), heard=LATER)
    [ready] = reconnects(session, cut)
    assert (cut.outcome, ready.no_charge) == ("wrongful_cut", True)
    assert balance(session, "AR", "A1") == 0
    assert "payment_after_the_fact" in cases(session, f"wrongful:{done['_id']}")


def paid_after_the_cut(session: Session, tablet: Tablet) -> tuple[Order, Order]:
    """A cut that was posted and then paid with its fee: the cut, and the reconnect that was raised."""
    cut = world.sent(session, "disconnect_np", 1)
    take(session, tablet.completed(cut, answers.cut(1), at=CUT_AT))
    record_payment(session, "fee", "A1", FEE, "web", now=LATER, actor="web shop")
    record_payment(session, "debt", "A1", DEBT, "web", now=LATER, actor="web shop")
    [ready] = reconnects(session, cut)
    return cut, ready


def heard_late(session: Session) -> None:
    """A payment made before the cut is heard of after everything else."""
    record_payment(
        session,
        "kiosk",
        "A1",
        DEBT,
        "web",
        now=LATER + timedelta(hours=3),
        received_at=CUT_AT - timedelta(minutes=20),
        actor="kiosk",
    )


def test_a_cut_that_turns_wrongful_later_is_restored_by_the_visit_under_way(session: Session) -> None:
    cut, ready = paid_after_the_cut(session, Tablet())
    heard_late(session)
    assert cut.outcome == "wrongful_cut"
    assert [order.number for order in reconnects(session, cut)] == [ready.number]
    assert (ready.follow_reason, ready.no_charge, ready.priority) == ("wrongful_cut", True, 100)


def test_nobody_pays_for_being_restored_after_a_wrongful_cut(session: Session) -> None:
    tablet = Tablet()
    cut, ready = paid_after_the_cut(session, tablet)
    assign_order(session, ready.number, "t01", route_day=world.TODAY, now=LATER, actor="d")
    take(session, tablet.completed(ready, answers.on(1), at=LATER + timedelta(hours=1)))
    assert balance(session, "AR", "A1") > 0, "the fee of a reconnect"
    heard_late(session)
    assert (cut.outcome, len(reconnects(session, cut))) == ("wrongful_cut", 1)
    assert balance(session, "AR", "A1") == -DEBT - FEE, (
        "what was paid twice, and for a cut that counts for nothing"
    )


@pytest.mark.parametrize("how", ["unable", "cancel_seen", "backed_out"])
def test_the_tablet_says_that_it_did_not_cut(session: Session, how: str) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    pay(session, NOW)
    tablet, seen = Tablet(), world.last_seq(session, cut.number)
    event = (
        tablet.unable(cut, "no_access")
        if how == "unable"
        else tablet.event(how, cut, {"choice": "back_out"}, seen=seen)
    )
    assert take(session, event).status == "posted"
    assert [ready.state for ready in reconnects(session, cut)] == ["cancelled"]
    assert cut.state == "cancelled"


def test_a_technician_who_saw_the_cancel_and_cut_is_a_supervisors_case(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    pay(session, NOW)
    done = Tablet().completed(cut, answers.cut(1), at=CUT_AT, seen=world.last_seq(session, cut.number))
    assert "cut_after_seen_cancel" in take(session, done).codes
    assert cut.state == "exception"


def test_a_silent_tablet_sends_somebody_to_look(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    pay(session, NOW)
    assert release_silent(session, now=NOW + SILENCE - timedelta(seconds=1)) == 0
    assert release_silent(session, now=NOW + SILENCE) == 1
    assert release_silent(session, now=NOW + SILENCE) == 0
    [ready] = reconnects(session, cut)
    assert (ready.state, ready.follow_reason) == ("approved", "contingent")
    late = Tablet().completed(cut, answers.cut(1), at=CUT_AT)
    take(session, late)
    assert len(reconnects(session, cut)) == 1


@pytest.mark.parametrize("accept", [True, False])
@pytest.mark.parametrize("reason", ["wrong_meter", "unsafe"])
def test_a_reconnect_that_was_not_done_stays_to_be_done_whatever_is_decided(
    session: Session, reason: str, accept: bool
) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    tablet = Tablet()
    take(session, tablet.completed(cut, answers.cut(1), at=CUT_AT))
    record_payment(session, "web-1", "A1", DEBT + FEE, "web", now=LATER, actor="web shop")
    (again,) = reconnects(session, cut)
    assign_order(session, again.number, "t01", route_day=world.TODAY, now=LATER, actor="dispatcher")
    visit = tablet.unable(again, reason, at=LATER)
    take(session, visit)
    assert again.state == "exception"
    for case in cases(session, visit["_id"]).values():
        decide_exception(session, case.id, accept=accept, words="seen", now=LATER, actor="sam")
    assert (again.state, world.point(session, 1).state) == ("approved", "off_np")
    assign_order(session, again.number, "t01", route_day=world.TODAY, now=LATER, actor="dispatcher")
    take(session, tablet.completed(again, answers.on(1), at=LATER))
    assert (again.state, world.point(session, 1).state) == ("completed", "on")


def test_nobody_calls_off_the_visit_that_a_customer_who_paid_waits_for(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    tablet = Tablet()
    take(session, tablet.completed(cut, answers.cut(1), at=CUT_AT))
    record_payment(session, "web-1", "A1", DEBT + FEE, "web", now=LATER, actor="web shop")
    (again,) = reconnects(session, cut)
    with pytest.raises(Problem, match="has paid") as refused:
        cancel_order(session, again.number, reason="seen twice", now=LATER, actor="dana")
    assert (refused.value.code, again.state) == ("service_is_owed", "approved")
    assign_order(session, again.number, "t01", route_day=world.TODAY, now=LATER, actor="dispatcher")
    take(session, tablet.unable(again, "no_access", at=LATER))
    with pytest.raises(Problem, match="has paid"):
        close_order(session, again.number, reason="nobody there", now=LATER, actor="dana")
    take_payment_back(
        session,
        "R1",
        kind="returned",
        reason="the bank sent it back",
        payment="web-1",
        now=LATER,
        actor="casey",
    )
    cancel_order(session, again.number, reason="the check came back", now=LATER, actor="dana")
    assert again.state == "cancelled"


def test_a_part_payment_keeps_the_order_and_refreshes_its_balance(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    before = world.last_seq(session, cut.number) or 0
    record_payment(session, "p1", "A1", 1_000, "counter", now=NOW, actor="cashier")
    assert cut.state == "dispatched"
    assert (world.last_seq(session, cut.number) or 0) > before
    record_payment(session, "p2", "A1", DEBT - 1_000, "counter", now=NOW, actor="cashier")
    assert cut.state == "cancelled"


def test_the_same_payment_again_changes_nothing_and_another_is_refused(session: Session) -> None:
    first = pay(session, NOW)
    assert pay(session, LATER) is first
    assert balance(session, "AR", "A1") == 0
    for account, cents in (("A1", 1), ("A2", DEBT)):
        with pytest.raises(Problem) as refusal:
            record_payment(session, "web-1", account, cents, "web", now=LATER, actor="web shop")
        assert refusal.value.code == "payment_conflict"
    for account, cents, channel in (("A1", 0, "web"), ("A1", 5, "pigeon"), ("A99", 5, "web")):
        with pytest.raises(Problem) as refusal:
            record_payment(session, "new", account, cents, channel, now=LATER, actor="web shop")
        assert refusal.value.code in {"bad_input", "not_found"}


def test_a_rejected_cut_goes_back_to_nobody_once_the_customer_has_paid(session: Session) -> None:
    """The payment came while the cut lay with the supervisor, so it was no open cut that it could cancel."""
    cut = world.sent(session, "disconnect_np", 1)
    # Too little is owed for a cut, and too much to call it off.
    record_payment(session, "part", "A1", DEBT - 4_000, "web", now=NOW, actor="web shop")
    done = Tablet().completed(cut, answers.cut(1), at=CUT_AT)
    take(session, done)
    assert cut.state == "exception"
    record_payment(session, "rest", "A1", 4_000, "web", now=LATER, actor="web shop")
    wrongful = cases(session, done["_id"])["wrongful_cut"]
    decide_exception(session, wrongful.id, accept=False, words="not so", now=LATER, actor="s")
    assert cut.state == "rejected"
    approve(session, cut.number, now=LATER, actor="s")
    session.commit()
    assert cut.state == "cancelled"
