"""Money at the counter on both engines: split tender, change, receipts, void, a returned check, batches."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases.cash_steps import counted
from tests.integration.usecases.test_turn_ins import refused
from tests.integration.usecases.world import DEBT, LATER
from workorders.ledger import balance, trial_balance
from workorders.policy.allocation import allocated
from workorders.policy.tenders import Tender
from workorders.queries.counter import find_receipt
from workorders.queries.debts import debt_of
from workorders.queries.drawers import payments_in_drawer
from workorders.queries.verify import verify_ledger
from workorders.tables import Account, CounterReceipt, PendingPayment
from workorders.usecases.cash.approve_payment import approve_payment
from workorders.usecases.cash.counter import close_batch, keyed, open_batch, take_tenders, void_receipt
from workorders.usecases.cash.deposits import make_deposit
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer
from workorders.usecases.cash.drawers import open_drawer
from workorders.usecases.cash.payments import approval_limit
from workorders.usecases.cash.take_payment_back import take_payment_back

GIVEN: dict[str, Any] = {"channel": "counter", "now": LATER, "actor": "casey"}
SPLIT = [Tender("check", 5_000, "1042"), Tender("cash", 4_000), Tender("card", 1_000, "tok_abc")]


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()
    assert sum(trial_balance(session).values()) == 0


def test_a_split_payment_is_one_receipt_and_three_payments(session: Session) -> None:
    drawer = open_drawer(session, 0, now=LATER, actor="casey")
    receipt = take_tenders(session, "cr-1", "A1", 9_500, SPLIT, **GIVEN)
    assert (receipt.number, receipt.tendered_cents, receipt.change_cents) == ("C-000001", 10_000, 500)
    assert balance(session, "AR", "A1") == DEBT - 9_500
    lying = [(one.method, one.cents) for one in payments_in_drawer(session, drawer.id)]
    assert sorted(lying) == [("cash", 3_500), ("check", 5_000)]
    again = take_tenders(session, "cr-1", "A1", 9_500, SPLIT, **GIVEN)
    assert again.number == receipt.number
    assert balance(session, "AR", "A1") == DEBT - 9_500
    other = refused(session, lambda: take_tenders(session, "cr-1", "A1", 9_499, SPLIT, **GIVEN))
    assert other.code == "payment_conflict"


def test_a_large_payment_needs_a_second_person_however_it_is_split(session: Session) -> None:
    limit = approval_limit(session, now=LATER)
    assert limit is not None
    halves = [Tender("check", limit // 2, "1042"), Tender("check", limit - limit // 2, "1043")]
    take_tenders(session, "cr-1", "A1", limit, halves, **GIVEN)
    assert balance(session, "AR", "A1") == DEBT
    waiting = session.scalars(select(PendingPayment).order_by(PendingPayment.id)).all()
    assert [one.amount_cents for one in waiting] == [one.cents for one in halves]
    own = refused(
        session,
        lambda: approve_payment(session, waiting[0].id, approve=True, words="", now=LATER, actor="casey"),
    )
    assert own.code == "second_person_needed"
    for one in waiting:
        approve_payment(session, one.id, approve=True, words="", now=LATER, actor="sam")
    assert balance(session, "AR", "A1") == DEBT - limit
    just_less = [Tender("check", limit - 1, "1044")]
    take_tenders(session, "cr-2", "A2", limit - 1, just_less, **GIVEN)
    assert balance(session, "AR", "A2") == DEBT - limit + 1


def test_numbers_have_no_gap_after_a_refusal(session: Session) -> None:
    for place, tenders in enumerate((SPLIT, [Tender("cash", 1)], SPLIT)):
        try:
            take_tenders(session, f"cr-{place}", "A1", 9_500, tenders, **GIVEN)
            session.commit()
        except Exception:
            session.rollback()
    numbers = session.scalars(select(CounterReceipt.number).order_by(CounterReceipt.number)).all()
    assert numbers == ["C-000001", "C-000002"]


def test_a_receipt_is_void_on_its_day_with_a_reason(session: Session) -> None:
    receipt = take_tenders(session, "cr-1", "A1", 9_500, SPLIT, **GIVEN)
    bare = refused(
        session, lambda: void_receipt(session, receipt.number, reason=" ", now=LATER, actor="casey")
    )
    assert bare.details["field"] == "reason"
    void_receipt(session, receipt.number, reason="wrong account", now=LATER, actor="casey")
    assert find_receipt(session, receipt.number).is_void
    assert balance(session, "AR", "A1") == DEBT


def test_only_the_check_of_a_split_payment_comes_back(session: Session) -> None:
    drawer = open_drawer(session, 0, now=LATER, actor="casey")
    for place in range(2):
        receipt = take_tenders(session, f"cr-{place}", "A1", 9_500, SPLIT, **GIVEN)
    checks = {f"cr-{place}-1": 5_000 for place in range(2)}
    count_drawer(session, drawer.id, counted(7_000, checks), now=LATER, actor="casey")
    close_drawer(session, drawer.id, reason="", now=LATER, actor="sam")
    make_deposit(session, [drawer.id], now=LATER, actor="casey")
    before = balance(session, "AR", "A1")
    for place, check in enumerate(checks):
        take_payment_back(
            session, f"r{place}", payment=check, kind="returned", reason="no funds", now=LATER, actor="sam"
        )
    assert balance(session, "AR", "A1") == before + 2 * (5_000 + 3_000)
    states = [one.state for one in find_receipt(session, receipt.number).tenders]
    assert states == ["taken_back", "posted", "posted"]
    account = session.scalars(select(Account).where(Account.number == "A1")).one()
    assert account.check_ban
    banned = refused(session, lambda: take_tenders(session, "cr-9", "A1", 9_500, SPLIT, **GIVEN))
    assert banned.code == "check_refused"
    take_tenders(session, "cr-9", "A1", 100, [Tender("money_order", 100, "MO-1")], **GIVEN)


def test_a_card_number_reaches_no_table(session: Session) -> None:
    card = [Tender("card", 100, "4111 1111 1111 1111")]
    found = refused(session, lambda: take_tenders(session, "cr-1", "A1", 100, card, **GIVEN))
    assert found.details["field"] == "reference"
    assert session.scalars(select(CounterReceipt)).all() == []


def test_a_batch_closes_when_it_agrees_or_with_a_reason(session: Session) -> None:
    mail: dict[str, Any] = GIVEN | {"channel": "mail"}
    batch = open_batch(session, "mail", 2, 3_000, now=LATER, actor="casey")
    for place, cents in enumerate((1_000, 2_000)):
        check = [Tender("check", cents, f"10{place}")]
        take_tenders(session, f"cr-{place}", "A2", cents, check, batch_id=batch.id, **mail)
        if place == 0:
            short = refused(
                session, lambda: close_batch(session, batch.id, reason="", now=LATER, actor="casey")
            )
            assert (short.code, short.details["count"]) == ("batch_differs", 1)
    assert keyed(session, batch.id) == (2, 3_000)
    void_receipt(session, "C-000002", reason="slip", now=LATER, actor="casey")
    assert keyed(session, batch.id) == (1, 1_000)
    close_batch(session, batch.id, reason="one check was not signed", now=LATER, actor="casey")
    check = [Tender("check", 1, "1")]
    late = refused(session, lambda: take_tenders(session, "cr-7", "A2", 1, check, batch_id=batch.id, **mail))
    assert late.code == "batch_closed"
    wrong = refused(session, lambda: open_batch(session, "web", 1, 1, now=LATER, actor="casey"))
    assert wrong.details["field"] == "channel"


def test_what_is_shown_before_is_what_is_open_after(session: Session) -> None:
    account = session.scalars(select(Account).where(Account.number == "A3")).one()
    shown = allocated(debt_of(session, account, now=LATER).open, 4_321)
    take_tenders(session, "cr-1", "A3", 4_321, [Tender("cash", 5_000)], **GIVEN)
    after = debt_of(session, account, now=LATER).open
    assert [one.cents for one in after] == [one.left_cents for one in shown.settled if one.left_cents]
