"""All cuts of an account, payments taken back, and the second person for large ones."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.money_day import check_invariant, past_due
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, LATER, NOW, cases, take
from workorders.ledger import balance
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger
from workorders.tables import (
    Account,
    ExceptionCase,
    Notice,
    Order,
    PendingPayment,
    Receipt,
    ServiceAgreement,
    ServicePointEvent,
)
from workorders.usecases.cash.approve_payment import approve_payment
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.take_payment_back import take_payment_back
from workorders.usecases.collections import reconsider
from workorders.usecases.field.decisions import decide_exception

FEE = 4_500
NSF = 3_000
LARGE = 600_000


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()


def pay(session: Session, id_: str, account: str, cents: int, **given: Any) -> Any:
    merged: dict[str, Any] = {"now": LATER, "actor": "casey"} | given
    return record_payment(session, id_, account, cents, "web", **merged)


def back(session: Session, id_: str, payment: str | None, kind: str = "returned", **given: Any) -> Any:
    merged: dict[str, Any] = {"now": LATER, "actor": "sam", "reason": "no funds", "payment": payment} | given
    return take_payment_back(session, id_, kind=kind, **merged)


def share_accounts(session: Session) -> None:
    """SP-2 answers to A1 as SP-1 does, and SP-3 was cut before the records begin."""
    first = session.scalars(select(Account.id).where(Account.number == "A1")).one()
    second = world.point(session, 2)
    agreement = session.scalars(
        select(ServiceAgreement).where(ServiceAgreement.service_point_id == second.id)
    ).one()
    agreement.account_id = first
    session.flush()


def reconnects(session: Session, household: int) -> list[Order]:
    point = world.point(session, household)
    query = select(Order).where(Order.service_point_id == point.id, Order.type == "reconnect")
    return list(session.scalars(query.order_by(Order.number)))


def code_of(act: Any) -> str:
    with pytest.raises(Problem) as refusal:
        act()
    return refusal.value.code


def test_one_payment_settles_every_open_cut_and_restores_every_point(session: Session) -> None:
    share_accounts(session)
    cut, open_one = world.sent(session, "disconnect_np", 1), world.sent(session, "disconnect_np", 2)
    take(session, Tablet().completed(cut, answers.cut(1)))
    pay(session, "p1", "A1", 1)
    assert open_one.state == "dispatched"
    pay(session, "p2", "A1", DEBT + FEE - 1)
    assert open_one.state == "cancelled"
    assert [(one.follow_reason, one.state) for one in reconnects(session, 1)] == [("paid", "approved")]
    pay(session, "p3", "A1", 500)
    assert len(reconnects(session, 1)) == 1


def test_a_late_payment_turns_two_posted_cuts_wrongful(session: Session) -> None:
    share_accounts(session)
    tablet = Tablet()
    cuts = [world.sent(session, "disconnect_np", n) for n in (1, 2)]
    for number, cut in enumerate(cuts, start=1):
        take(session, tablet.completed(cut, answers.cut(number)))
    assert balance(session, "AR", "A1") == DEBT + 2 * FEE
    pay(session, "p1", "A1", DEBT, received_at=NOW)
    assert [cut.outcome for cut in cuts] == ["wrongful_cut", "wrongful_cut"]
    assert balance(session, "AR", "A1") == 0
    for number in (1, 2):
        assert [one.no_charge for one in reconnects(session, number)] == [True]


def test_a_point_cut_before_the_records_begin_is_restored_once(session: Session) -> None:
    off = world.point(session, 3)
    off.state = "off_np"
    at = NOW - timedelta(days=9)
    session.add(ServicePointEvent(service_point_id=off.id, state="off_np", at=at, source="import:cut"))
    session.flush()
    pay(session, "p1", "A3", DEBT)
    pay(session, "p2", "A3", 100)
    [made] = reconnects(session, 3)
    assert (made.follow_reason, made.follows_number, made.state) == ("paid", None, "approved")


def test_a_fee_that_waits_for_its_photo_is_not_charged_for_a_wrongful_cut(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    done = Tablet().completed(cut, answers.cut(1), photos=())
    take(session, done)
    assert "evidence_pending" in cases(session, done["_id"])
    pay(session, "p1", "A1", DEBT, received_at=NOW)
    assert cut.outcome == "wrongful_cut"
    pending = cases(session, done["_id"])["evidence_pending"]
    decide_exception(session, pending.id, accept=True, words="seen", now=LATER, actor="sam")
    assert balance(session, "AR", "A1") == 0


def test_a_typed_amount_is_no_input(session: Session) -> None:
    assert code_of(lambda: world.order(session, "disconnect_np", 1, extra={"avoid_cents": 1})) == "bad_input"
    cut = world.sent(session, "disconnect_np", 1)
    cut.extra = cut.extra | {"avoid_cents": 1}
    session.flush()
    pay(session, "p1", "A1", 1)
    assert cut.state == "dispatched"


def test_the_payment_at_the_door_calls_off_the_other_cut_too(session: Session) -> None:
    share_accounts(session)
    cut, other = world.sent(session, "disconnect_np", 1), world.sent(session, "disconnect_np", 2, "t02")
    tablet = Tablet()
    take(session, tablet.payment(cut, DEBT))
    assert (cut.state, other.state) == ("cancelled", "cancelled")
    left_on = {"contact": "customer", "proof_shown": False, "cut_made": False}
    take(session, tablet.completed(cut, left_on, outcome="collected"))
    assert (cut.state, cut.outcome, balance(session, "AR", "A1")) == ("completed", "collected", FEE)
    assert reconnects(session, 1) == [], "its own tablet took the money: nothing is unknown"


def test_a_returned_payment_is_reversed_charged_and_reported_and_needs_new_notices(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    take(session, Tablet().completed(cut, answers.cut(1)))
    open_one = pay(session, "p1", "A1", DEBT + FEE)
    [reconnect] = reconnects(session, 1)
    row = back(session, "r1", open_one.id)
    assert (row.reopened, balance(session, "AR", "A1"), balance(session, "UNDEP")) == (
        True,
        DEBT + FEE + NSF,
        0,
    )
    assert reconnect.state == "approved", "what was promised stays until a person decides"
    opened = cases(session, "reversal:r1")["payment_taken_back"]
    assert (opened.order_number, opened.detail["orders"]) == (reconnect.number, [reconnect.number])
    assert back(session, "r1", "p1") is row
    assert code_of(lambda: back(session, "r2", "p1")) == "payment_taken_back"
    assert code_of(lambda: back(session, "r1", "p1", "void")) == "reversal_conflict"


def test_no_new_cut_rests_on_a_notice_older_than_the_payment_taken_back(session: Session) -> None:
    cut = world.order(session, "disconnect_np", 1)
    pay(session, "p1", "A1", DEBT)
    assert cut.state == "cancelled"
    back(session, "r1", "p1")
    assert cut.state == "cancelled"
    with pytest.raises(Problem) as refusal:
        world.order(session, "disconnect_np", 1, now=LATER)
    assert "A payment was taken back Mar 2, 2026; a later final notice is needed." in refusal.value.words
    account = session.scalars(select(Account).where(Account.number == "A1")).one()
    later = LATER + timedelta(days=10)
    for kind in ("past_due", "final"):
        sent = (LATER + timedelta(days=1)).date()
        session.add(
            Notice(
                account_id=account.id,
                kind=kind,
                sent_on=sent,
                valid_until=sent + timedelta(days=60),
                amount_cents=DEBT,
            )
        )
    session.flush()
    assert world.order(session, "disconnect_np", 1, now=later).state == "approved"


def test_a_void_is_for_its_own_day_and_two_returned_items_end_the_taking_of_checks(session: Session) -> None:
    pay(session, "p1", "A1", DEBT)
    row = back(session, "v1", "p1", "void")
    assert (row.kind, balance(session, "AR", "A1")) == ("void", DEBT)
    pay(session, "p2", "A1", DEBT)
    tomorrow = LATER + timedelta(days=1)
    assert code_of(lambda: back(session, "v2", "p2", "void", now=tomorrow)) == "void_too_late"
    account = session.scalars(select(Account).where(Account.number == "A1")).one()
    back(session, "r2", "p2", now=tomorrow)
    banned = [account.check_ban]
    pay(session, "p3", "A1", 500)
    back(session, "r3", "p3", now=tomorrow)
    assert [*banned, account.check_ban] == [False, True]
    wrong: list[dict[str, Any]] = [{"kind": "lost"}, {"reason": " "}, {"payment": None}]
    for bad in wrong:
        assert code_of(lambda bad=bad: back(session, "x", **({"payment": "p1"} | bad))) == "bad_input"
    assert code_of(lambda: back(session, "x", "p99")) == "not_found"


def test_a_check_from_the_door_can_be_returned_and_cash_cannot(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    take(session, Tablet().payment(cut, DEBT))
    receipt = session.scalars(select(Receipt)).one()
    given: dict[str, Any] = {"payment": None, "receipt": receipt.number}
    assert code_of(lambda: back(session, "r1", **given)) == "bad_input"


def test_money_for_another_account_reaches_it_when_the_case_is_accepted(session: Session) -> None:
    cut, named = world.sent(session, "disconnect_np", 1), world.sent(session, "disconnect_np", 2)
    paid = Tablet().payment(cut, DEBT, account="A2")
    take(session, paid)
    assert (balance(session, "SUSP"), named.state) == (-DEBT, "dispatched")
    case = cases(session, paid["_id"])["receipt_other_account"]
    decide_exception(session, case.id, accept=True, words="moved", now=LATER, actor="sam")
    assert (balance(session, "SUSP"), balance(session, "AR", "A2")) == (0, 0)
    assert (cut.state, named.state) == ("dispatched", "cancelled")


def test_a_receipt_for_an_account_that_does_not_exist_stays_provable(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    paid = Tablet().payment(cut, DEBT, account="A999")
    take(session, paid)
    assert verify_ledger(session).differences == ()
    case = cases(session, paid["_id"])["receipt_other_account"]
    decide_exception(session, case.id, accept=True, words="the customer's", now=LATER, actor="sam")
    assert (past_due(session, "A1"), cut.state) == (0, "cancelled")


def test_a_large_payment_waits_for_a_second_person(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    waits = pay(session, "big", "A1", LARGE)
    assert isinstance(waits, PendingPayment)
    assert pay(session, "big", "A1", LARGE) is waits
    assert code_of(lambda: pay(session, "big", "A2", LARGE)) == "payment_conflict"
    assert (balance(session, "AR", "A1"), cut.state) == (DEBT, "dispatched")

    def decide(actor: str, approve: bool = True, words: str = "") -> Any:
        return approve_payment(session, "big", approve=approve, words=words, now=LATER, actor=actor)

    assert code_of(lambda: decide("casey")) == "second_person_needed"
    assert code_of(lambda: decide("sam", approve=False)) == "bad_input"
    decide("sam")
    assert (balance(session, "AR", "A1"), cut.state) == (DEBT - LARGE, "cancelled")
    assert code_of(lambda: decide("sam")) == "payment_decided"
    assert code_of(lambda: back(session, "r", "big", actor="casey")) == "second_person_needed"
    pay(session, "no", "A2", LARGE)
    approve_payment(session, "no", approve=False, words="typed twice", now=LATER, actor="sam")
    assert balance(session, "AR", "A2") == DEBT


def test_the_open_case_of_a_payment_taken_back_is_on_nobodys_order(session: Session) -> None:
    pay(session, "p1", "A1", DEBT)
    back(session, "r1", "p1")
    [case] = session.scalars(select(ExceptionCase)).all()
    assert (case.code, case.order_number) == ("payment_taken_back", None)
    decide_exception(session, case.id, accept=True, words="notices sent", now=LATER, actor="sam")
    assert case.state == "accepted"


@pytest.mark.parametrize("without_loop", [False, True])
def test_every_point_of_an_account_is_restored_and_the_invariant_notices_one_left_off(
    session: Session, monkeypatch: pytest.MonkeyPatch, without_loop: bool
) -> None:
    share_accounts(session)
    tablet = Tablet()
    for number in (1, 2):
        take(session, tablet.completed(world.sent(session, "disconnect_np", number), answers.cut(number)))
    if without_loop:
        every = reconsider._cut_points
        monkeypatch.setattr(reconsider, "_cut_points", lambda *given: every(*given)[:1])
    pay(session, "p1", "A1", DEBT + 2 * FEE)
    if without_loop:
        with pytest.raises(AssertionError, match="is off and nobody is sent"):
            check_invariant(session)
    else:
        check_invariant(session)
