"""Web, telephone and card money leaves UNDEP when its processor pays it out, on both engines."""

import importlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.integration.usecases.test_turn_ins import refused
from tests.integration.usecases.world import DEBT, LATER, TODAY
from workorders.ledger import balance, trial_balance
from workorders.ledger.guards import drop_statements
from workorders.policy.tenders import Tender
from workorders.queries.deposits import find_deposit
from workorders.queries.settlements import find_settlement, unsettled, unsettled_totals
from workorders.queries.verify import verify_ledger
from workorders.tables import BankLine, PaymentReversal, UnsettledPayment
from workorders.usecases.cash.approve_payment import approve_payment
from workorders.usecases.cash.bank_statement import StatementLine, take_statement
from workorders.usecases.cash.counter import take_tenders
from workorders.usecases.cash.deposits import correct_deposit
from workorders.usecases.cash.drawers import open_drawer
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.settlements import Batch, settle
from workorders.usecases.cash.take_payment_back import take_payment_back


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()
    assert sum(trial_balance(session).values()) == 0


def pays(session: Session, id_: str, cents: int, channel: str = "web", account: str = "A1") -> None:
    record_payment(session, id_, account, cents, channel, now=LATER, actor="api:portal")


def waiting(session: Session) -> set[str]:
    return {one.id for one in unsettled(session)}


def batch(*payments: str, name: str = "B-1", back: tuple[str, ...] = (), fee: int = 0) -> Batch:
    return Batch("Demo Pay", name, TODAY, payments, back, fee)


def test_who_waits_for_a_processor(session: Session) -> None:
    open_drawer(session, 0, now=LATER, actor="casey")
    pays(session, "w1", 5_000)
    pays(session, "t1", 700, "phone")
    pays(session, "b1", 900, "bank")
    pays(session, "m1", 800, "mail")
    tenders = [Tender("cash", 1_000), Tender("card", 2_000, "tok_4f2a")]
    take_tenders(session, "CR-1", "A2", 3_000, tenders, channel="counter", now=LATER, actor="casey")
    pays(session, "w2", 100)
    take_payment_back(session, "v1", payment="w2", kind="void", reason="twice", now=LATER, actor="sam")
    assert waiting(session) == {"w1", "t1", "CR-1-2"}
    assert unsettled_totals(session) == (3, 7_700)
    # What the migration finds in a district that took such payments before.
    kept = waiting(session)
    session.execute(delete(UnsettledPayment))
    session.execute(importlib.import_module("server.migrations.versions.0033_settlements").WAITING)
    assert set(session.scalars(select(UnsettledPayment.payment_id))) == kept


def test_a_payment_above_the_limit_waits_once_it_is_approved(session: Session) -> None:
    pays(session, "large", 600_000)
    assert waiting(session) == set()
    approve_payment(session, "large", approve=True, words="", now=LATER, actor="sam")
    assert waiting(session) == {"large"}


def test_a_batch_goes_to_the_bank_less_fee_and_chargebacks(session: Session) -> None:
    pays(session, "w1", 5_000)
    pays(session, "w2", 3_000, account="A2")
    settle(session, batch("w1", "w2", fee=240), now=LATER, actor="casey")
    assert (balance(session, "UNDEP"), balance(session, "BANK"), balance(session, "PFEE")) == (0, 7_760, 240)
    pays(session, "w3", 4_000)
    owed = balance(session, "AR", "A2")
    made = settle(session, batch("w3", name="B-2", back=("w2",), fee=100), now=LATER, actor="casey")
    assert (made.gross_cents, made.chargeback_cents, made.fee_cents, made.net_cents) == (
        4_000,
        3_000,
        100,
        900,
    )
    assert (balance(session, "UNDEP"), balance(session, "BANK"), balance(session, "PFEE")) == (0, 8_660, 340)
    assert balance(session, "AR", "A2") >= owed + 3_000
    row = session.scalars(select(PaymentReversal)).one()
    assert (row.source, row.kind, row.id) == ("payment:w2", "returned", "ST-000002-chargeback-1")
    view = find_settlement(session, "ST-000002")
    assert [one.id for one in view.payments] == ["w3"]
    assert view.chargebacks == [("w2", 3_000)]
    deposit = find_deposit(session, view.deposit)
    (bag,) = deposit.bags
    assert (bag.kind, bag.whose, bag.cents, bag.items) == (
        "settlement",
        "Demo Pay",
        900,
        (("Demo Pay · B-2", 900),),
    )
    assert waiting(session) == set()


def test_a_payment_and_its_chargeback_in_one_batch(session: Session) -> None:
    pays(session, "w1", 5_000)
    pays(session, "w2", 3_000)
    settle(session, batch("w1", "w2", back=("w2",)), now=LATER, actor="casey")
    assert (balance(session, "UNDEP"), balance(session, "BANK")) == (0, 5_000)


def test_the_same_batch_again_changes_nothing_and_other_figures_are_refused(session: Session) -> None:
    pays(session, "w1", 5_000)
    pays(session, "w2", 3_000)
    made = settle(session, batch("w1", fee=100), now=LATER, actor="casey")
    later = LATER + timedelta(minutes=5)
    assert settle(session, batch("w1", fee=100), now=later, actor="sam") is made
    assert balance(session, "BANK") == 4_900
    other = refused(session, lambda: settle(session, batch("w2"), now=LATER, actor="casey"))
    assert other.code == "settlement_conflict"
    again = refused(session, lambda: settle(session, batch("w1", name="B-2"), now=LATER, actor="casey"))
    assert again.code == "not_awaited"
    assert waiting(session) == {"w2"}


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Batch("", "B-1", TODAY, ("w1",)), "processor"),
        (Batch("Demo Pay", " ", TODAY, ("w1",)), "batch"),
        (Batch("Demo Pay", "B-1", TODAY + timedelta(days=9), ("w1",)), "settled_on"),
        (Batch("Demo Pay", "B-1", TODAY, ()), "payments"),
        (Batch("Demo Pay", "B-1", TODAY, ("w1", "w1")), "payments"),
        (Batch("Demo Pay", "B-1", TODAY, ("w1",), fee_cents=5_000), "payments"),
        (Batch("Demo Pay", "B-1", TODAY, ("w1",), fee_cents=-1), "payments"),
        (Batch("Demo Pay", "B-1", TODAY, ("w1",), ("w1",)), "payments"),
    ],
)
def test_a_batch_that_cannot_be_is_refused_by_field(session: Session, wanted: Batch, field: str) -> None:
    pays(session, "w1", 5_000)
    problem = refused(session, lambda: settle(session, wanted, now=LATER, actor="casey"))
    assert problem.details["field"] == field
    assert waiting(session) == {"w1"}
    assert balance(session, "UNDEP") == 5_000


def test_what_does_not_wait_is_in_no_batch(session: Session) -> None:
    pays(session, "w1", 5_000)
    pays(session, "m1", 800, "mail")
    for wanted in (batch("w1", "m1"), batch("w1", back=("m1",))):
        problem = refused(session, lambda one=wanted: settle(session, one, now=LATER, actor="casey"))
        assert (problem.code, problem.details["payment"]) == ("not_awaited", "m1")
    unknown = refused(session, lambda: settle(session, batch("nothing"), now=LATER, actor="casey"))
    assert unknown.code == "not_found"


def test_a_settled_payment_comes_back_from_the_bank_and_is_never_void(session: Session) -> None:
    pays(session, "w1", 5_000)
    settle(session, batch("w1"), now=LATER, actor="casey")

    def take(kind: str) -> PaymentReversal:
        return take_payment_back(
            session, "r1", payment="w1", kind=kind, reason="charged back", now=LATER, actor="sam"
        )

    assert refused(session, lambda: take("void")).code == "money_counted"
    take("returned")
    assert (balance(session, "UNDEP"), balance(session, "BANK")) == (0, 0)
    assert balance(session, "AR", "A1") >= DEBT


def test_the_banks_line_finds_the_batch_and_its_figure_is_corrected(session: Session) -> None:
    pays(session, "w1", 5_000)
    settle(session, batch("w1", fee=150), now=LATER, actor="casey")
    line = StatementLine(TODAY + timedelta(days=2), "deposit", 4_850, description="DEMO PAY PAYOUT")
    take_statement(session, "import:bank-statement:9", [line], now=LATER, actor="sam")
    assert session.scalars(select(BankLine.state)).all() == ["matched"]
    own = refused(
        session, lambda: correct_deposit(session, "DP-000001", 4_800, "short", now=LATER, actor="casey")
    )
    assert own.code == "other_person_needed"
    correct_deposit(session, "DP-000001", 4_800, "short", now=LATER, actor="sam")
    assert (balance(session, "BANK"), balance(session, "OS")) == (4_800, 50)


def test_a_changed_cent_is_found_and_nothing_is_changed_while_it_is_guarded(session: Session) -> None:
    pays(session, "w1", 5_000)
    pays(session, "w2", 700)
    settle(session, batch("w1", fee=150), now=LATER, actor="casey")
    edits: list[tuple[str, str]] = [
        ("UPDATE settlement SET fee_cents = fee_cents + 1", "settlement"),
        ("DELETE FROM settled_payment", "settlement"),
    ]
    for statement, _check in edits:
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(statement))
    edits.append(("DELETE FROM unsettled_payment", "unsettled_payment"))
    session.commit()
    kept = session.begin_nested()
    for statement in drop_statements(session.get_bind().dialect.name):
        session.execute(text(statement))
    for statement, check in edits:
        edit = session.begin_nested()
        session.execute(text(statement))
        session.expire_all()
        assert check in {one.check for one in verify_ledger(session).differences}, statement
        edit.rollback()
    kept.rollback()
    session.expire_all()
