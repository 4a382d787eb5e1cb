"""What the office notes about customers and moves on their accounts, with who may and what stays."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.world import DEBT, NOW, TODAY
from workorders.ledger import balance, trial_balance
from workorders.problems import Problem
from workorders.queries.worklists import worklists
from workorders.tables import Account, Adjustment, Hold, JournalEntry, Order, Outbox, RecordChange
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.customers.accounts import CustomerForm, open_account
from workorders.usecases.customers.adjust import AdjustmentRequest, decide_adjustment, request_adjustment
from workorders.usecases.customers.changes import PremiseForm, change_customer, change_premise
from workorders.usecases.customers.notes import add_note, call_back_done
from workorders.usecases.customers.programs import end_enrollment, enroll, follow_tax_exemptions

WHO: Any = {"now": NOW, "actor": "carla"}
DAY = timedelta(days=1)


def account(session: Session, number: str) -> Account:
    return session.scalars(select(Account).where(Account.number == number)).one()


def adjust(session: Session, kind: str, cents: int, number: str = "A1", **given: Any) -> Adjustment:
    roles = given.pop("roles", {"csr"})
    asked = AdjustmentRequest(
        id=given.pop("id", f"ADJ-{kind}"),
        account_number=number,
        kind=kind,
        amount_cents=cents,
        reason=given.pop("reason", "as agreed"),
        **given,
    )
    return request_adjustment(session, asked, roles=roles, **WHO)


def test_a_change_of_name_keeps_what_it_was_and_why(session: Session) -> None:
    form = CustomerForm(name="Maria Vega", phone="555-010-9999", language="es")
    made = change_customer(session, "A1", form, reason="married, certificate 12", **WHO)
    assert made is not None
    assert made.changes["name"] == ["Demo customer 1", "Maria Vega"]
    assert made.changes["language"] == [None, "es"]
    assert account(session, "A1").customer.language == "es"
    assert change_customer(session, "A1", form, reason="again", **WHO) is None
    with pytest.raises(Problem, match="reason"):
        change_customer(session, "A1", form, reason="", **WHO)
    made.reason = "no reason"
    with pytest.raises(DBAPIError, match="append_only"):
        session.flush()


def test_a_new_name_and_phone_reach_the_tablet(session: Session) -> None:
    order = world.sent(session, "reread", 1)
    before = session.scalars(select(Outbox.id).where(Outbox.key == order.number)).all()
    change_customer(session, "A1", CustomerForm(name="Maria Vega"), reason="married", **WHO)
    after = session.scalars(select(Outbox.id).where(Outbox.key == order.number)).all()
    assert len(after) == len(before) + 1


def test_what_is_known_of_a_place_reaches_the_tablet(session: Session) -> None:
    order = world.sent(session, "reread", 1)
    before = session.scalars(select(Outbox.id).where(Outbox.key == order.number)).all()
    change_premise(session, "P-1", PremiseForm(dog=True, hazard="open pit"), reason="seen by t01", **WHO)
    assert world.point(session, 1).premise.dog
    after = session.scalars(select(Outbox.id).where(Outbox.key == order.number)).all()
    assert len(after) == len(before) + 1
    assert session.scalars(select(RecordChange.subject)).one().startswith("premise:")


def test_a_call_back_is_due_until_somebody_says_what_came_of_it(session: Session) -> None:
    note = add_note(session, "A1", kind="call_in", words="asks for a plan", call_back_on=TODAY, **WHO)
    add_note(session, "A2", kind="note", words="later", call_back_on=TODAY + DAY, **WHO)
    assert [one.id for one in worklists(session, "carla", now=NOW).call_backs] == [note.id]
    for given in ({"words": " "}, {"kind": "rumor"}, {"call_back_on": TODAY - DAY}):
        asked: Any = {"kind": "note", "words": "x", "call_back_on": None} | given
        with pytest.raises(Problem) as caught:
            add_note(session, "A1", **asked, **WHO)
        assert caught.value.details["field"] == next(iter(given))
    with pytest.raises(Problem, match="outcome"):
        call_back_done(session, note.id, outcome="", **WHO)
    call_back_done(session, note.id, outcome="plan agreed", **WHO)
    with pytest.raises(Problem, match="already"):
        call_back_done(session, note.id, outcome="again", **WHO)
    assert worklists(session, "carla", now=NOW).call_backs == []


def test_a_flag_that_protects_is_a_hold_and_nothing_else(session: Session) -> None:
    cut = world.order(session, "disconnect_np", 1)
    given: Any = {"starts_on": TODAY, "ends_on": None, "reason": "court letter", "evidence": "case 9"} | WHO
    made = enroll(session, "A1", "bankruptcy", **given)
    assert isinstance(made, Hold)
    session.refresh(cut)
    assert cut.state == "cancelled"


def test_a_tax_exemption_holds_on_its_days(session: Session) -> None:
    given: Any = {"ends_on": None, "reason": "church", "evidence": "form 8", **WHO}
    made = enroll(session, "A1", "tax_exempt", starts_on=TODAY + DAY, **given)
    assert not account(session, "A1").tax_exempt
    with pytest.raises(Problem, match="on that already"):
        enroll(session, "A1", "tax_exempt", starts_on=TODAY, **given)
    assert follow_tax_exemptions(session, now=NOW + DAY) == 1
    session.expire_all()
    assert account(session, "A1").tax_exempt
    end_enrollment(session, made.id, reason="sold", now=NOW + 2 * DAY, actor="carla")
    session.expire_all()
    assert not account(session, "A1").tax_exempt
    with pytest.raises(Problem, match="ended already"):
        end_enrollment(session, made.id, reason="sold", now=NOW + 2 * DAY, actor="carla")


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("royal", {"kind": "royal"}),
        ("deceased", {"evidence": ""}),
        ("autopay", {"reason": ""}),
        ("autopay", {"ends_on": TODAY - DAY}),
        ("autopay", {"starts_on": date(1990, 1, 1)}),
    ],
)
def test_a_flag_names_what_is_wrong(session: Session, kind: str, given: dict[str, Any]) -> None:
    asked: Any = {"starts_on": TODAY, "ends_on": None, "reason": "x", "evidence": "y"} | given
    asked.pop("kind", None)
    with pytest.raises(Problem) as caught:
        enroll(session, "A1", kind, **asked, **WHO)
    assert caught.value.details["field"] == next(iter(given))


def test_within_the_limit_it_is_posted_and_once(session: Session) -> None:
    made = adjust(session, "credit", 5_000)
    assert adjust(session, "credit", 5_000).id == made.id
    assert (made.state, balance(session, "AR", "A1")) == ("posted", DEBT - 5_000)
    with pytest.raises(Problem, match="another account, kind or amount"):
        adjust(session, "debit", 5_000, id=made.id)
    assert adjust(session, "debit", 100).state == "posted"
    assert sum(trial_balance(session).values()) == 0


def test_above_the_limit_a_second_person_decides(session: Session) -> None:
    made = adjust(session, "credit", 5_001)
    assert (made.state, balance(session, "AR", "A1")) == ("pending", DEBT)
    assert [one.id for one in worklists(session, "sam", now=NOW).adjustments] == [made.id]
    with pytest.raises(Problem, match="second person"):
        decide_adjustment(session, made.id, approve=True, words="", **WHO)
    sam: Any = {"now": NOW, "actor": "sam"}
    with pytest.raises(Problem, match="refused"):
        decide_adjustment(session, made.id, approve=False, words="", **sam)
    decide_adjustment(session, made.id, approve=True, words="", **sam)
    assert balance(session, "AR", "A1") == DEBT - 5_001
    with pytest.raises(Problem, match="decided already"):
        decide_adjustment(session, made.id, approve=True, words="", **sam)
    refused = adjust(session, "credit", 6_000, id="ADJ-2")
    decide_adjustment(session, refused.id, approve=False, words="no ground", **sam)
    assert balance(session, "AR", "A1") == DEBT - 5_001
    refused.decision = "changed"
    with pytest.raises(DBAPIError, match="append_only"):
        session.flush()


def test_a_credit_that_settles_the_debt_calls_the_cut_off(session: Session) -> None:
    cut = world.order(session, "disconnect_np", 1)
    adjust(session, "credit", DEBT, roles={"supervisor"})
    session.refresh(cut)
    assert cut.state == "cancelled"


def test_a_debt_moves_only_between_accounts_of_one_customer(session: Session) -> None:
    second = open_account(session, "A1", **WHO)
    with pytest.raises(Problem, match="another customer"):
        adjust(session, "transfer", 1_000, to_account="A2")
    for number in ("", "A1"):
        with pytest.raises(Problem, match="another account of the customer"):
            adjust(session, "transfer", 1_000, to_account=number)
    with pytest.raises(Problem, match="does not owe so much"):
        adjust(session, "transfer", DEBT + 1, to_account=second.number, roles={"supervisor"})
    adjust(session, "transfer", DEBT, to_account=second.number, roles={"supervisor"})
    assert (balance(session, "AR", "A1"), balance(session, "AR", second.number)) == (0, DEBT)
    entry = session.scalars(select(JournalEntry).where(JournalEntry.purpose == "transfer")).one()
    assert sorted(one.amount_cents for one in entry.postings) == [-DEBT, DEBT]


def test_a_credit_is_refunded_and_paid_out(session: Session) -> None:
    with pytest.raises(Problem, match="credit"):
        adjust(session, "refund", 1)
    record_payment(session, "P-1", "A1", DEBT + 4_000, "counter", **WHO)
    with pytest.raises(Problem, match="credit"):
        adjust(session, "refund", 4_001)
    adjust(session, "refund", 4_000)
    assert (balance(session, "AR", "A1"), balance(session, "REFUND", "A1")) == (0, -4_000)
    adjust(session, "refund_paid", 4_000, reason="check 1201")
    assert balance(session, "REFUND", "A1") == 0
    assert sum(trial_balance(session).values()) == 0


def test_only_a_debt_that_is_over_is_written_off(session: Session) -> None:
    with pytest.raises(Problem, match="has not ended"):
        adjust(session, "write_off", DEBT, roles={"supervisor"})
    account(session, "A1").status = "final"
    adjust(session, "write_off", DEBT, roles={"supervisor"})
    assert (balance(session, "AR", "A1"), trial_balance(session)["BAD"]) == (0, DEBT)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"cents": 0}, "amount"),
        ({"cents": 10**12}, "amount"),
        ({"kind": "gift"}, "kind"),
        ({"reason": " "}, "reason"),
        ({"evidence": "x" * 201}, "evidence"),
        ({"id": ""}, "id"),
    ],
)
def test_an_adjustment_names_what_is_wrong(session: Session, given: dict[str, Any], field: str) -> None:
    asked: Any = {"kind": "credit", "cents": 100} | given
    with pytest.raises(Problem) as caught:
        adjust(session, asked.pop("kind"), asked.pop("cents"), **asked)
    assert caught.value.details["field"] == field
    assert session.scalars(select(Adjustment)).all() == []


def test_worklists_know_whose_orders_and_what_is_promised(session: Session) -> None:
    world.off(session, 1)
    waits = {"start_date": "2026-03-02", "fees_paid": False}
    mine = world.order(session, "turn_on", 1, extra=waits, due_until=NOW + timedelta(hours=2))
    other = world.order(session, "reread", 2, due_until=NOW + timedelta(hours=2))
    lists = worklists(session, "csr", now=NOW)
    assert [one.number for one in lists.mine] == [other.number, mine.number]
    assert [one.number for one in lists.promised] == [mine.number]
    assert worklists(session, "somebody", now=NOW).mine == []
    assert session.get_one(Order, mine.number).requested_by == "csr"
