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
from workorders.usecases.orders.follow_on import SILENCE, release_silent

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


@pytest.mark.parametrize("how", ["unable", "cancel_seen", "backed_out"])
def test_the_tablet_tells_that_it_did_not_cut(session: Session, how: str) -> None:
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
