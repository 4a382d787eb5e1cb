"""Debts beside notices and cuts: returned mail, late fees for billing, who has left, the agency, liens."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.test_collections import BILL, DAY, DUE, at, due, found, household, sent, why
from tests.integration.usecases.world import NOW
from workorders.ledger import balance
from workorders.problems import Problem
from workorders.queries.exports import csv_of, export_named
from workorders.queries.late_fees import late_fees_due
from workorders.queries.notice_run import NoticeDue
from workorders.queries.recovery import (
    candidates,
    liens_of_account,
    liens_on_premise,
    mail_of_account,
    mail_to_follow_up,
    placements,
)
from workorders.queries.verify import verify_ledger
from workorders.tables import (
    Account,
    AgencyEvent,
    AgencyPlacement,
    Customer,
    LateFee,
    Notice,
    Order,
    Posting,
    Premise,
    ServiceAgreement,
    ServicePoint,
)
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.collections.agency import call_back, place, tell_changes
from workorders.usecases.collections.bills import BillRequest, record_bill
from workorders.usecases.collections.door_post import post_at_door
from workorders.usecases.collections.holds import add_hold
from workorders.usecases.collections.late_fees import hand_over_late_fees
from workorders.usecases.collections.liens import note_lien, release_lien
from workorders.usecases.collections.returned_mail import (
    note_returned,
    note_scanned,
    notice_number,
    resolve_returned,
)
from workorders.usecases.district.publish_rules import publish_rules
from workorders.usecases.exchange.export_batches import is_unchanged, make_batch
from workorders.usecases.orders.assignment import assign_order

__all__ = ["household"]
LATE = {"fee_code": "late_charge", "after_due_days": 20, "minimum_cents": 1_000}


def rule(session: Session, key: str, value: dict[str, Any], since: str = "2020-01-02") -> None:
    document = {
        "note": "test",
        "effective_from": since,
        "rules": [{"kind": "setting", "key": key, "value": value}],
    }
    publish_rules(session, document, now=NOW)


def lines(session: Session, kind: str) -> list[str]:
    export = export_named(kind)
    return [line.strip() for line in csv_of(session, export, 0, 10_000)][1:]


def account_id(session: Session) -> int:
    return session.scalars(select(Account.id).where(Account.number == "N1")).one()


# --- returned mail


def test_a_scanned_letter_stops_counting_and_its_address_is_doubted(session: Session, household: str) -> None:
    day = DUE + 5 * DAY
    first = sent(session, day)
    made = note_scanned(
        session,
        f"*{notice_number(first.id)}*",
        on=day + 3 * DAY,
        reason="moved",
        new_address="7 Cedar Lane, Demo Falls 00002",
        now=at(day + 3 * DAY),
        actor="carla",
    )
    assert (made.notice_id, first.state, first.returned_on) == (first.id, "returned", day + 3 * DAY)
    assert [one.id for one in mail_to_follow_up(session)] == [made.id]
    assert why(session, day + 4 * DAY) == "notice.mail_returned"
    with pytest.raises(Problem) as again:
        note_returned(session, first, on=day + 3 * DAY, reason="moved", now=NOW, actor="carla")
    assert again.value.code == "mail_noted"
    when = at(day + 4 * DAY)
    resolve_returned(session, made.id, "new_address", note="daughter on 555-0177", now=when, actor="carla")
    assert mail_of_account(session, made.account_id) == []
    second = sent(session, day + 5 * DAY)
    assert second.kind == "past_due"
    assert (second.text or "").startswith("Nora Newcomer\n7 Cedar Lane, Demo Falls 00002\n\n")
    with pytest.raises(Problem) as settled:
        resolve_returned(session, made.id, "reached", note="x", now=when, actor="carla")
    assert settled.value.code == "mail_resolved"


def test_by_the_rule_a_returned_notice_may_count_as_served(session: Session, household: str) -> None:
    rule(session, "returned_mail", {"void_kinds": ["final"]})
    day = DUE + 5 * DAY
    first = sent(session, day)
    note_returned(session, first, on=day + 2 * DAY, reason="vacant", now=at(day + 2 * DAY), actor="carla")
    assert first.state == "sent", "the clock runs on"
    assert why(session, DUE + 20 * DAY) == "notice.address_flagged", "nothing more is mailed there"


def test_a_bill_that_comes_back_flags_the_account_too(session: Session, household: str) -> None:
    note_scanned(session, "N1", on=DUE, reason="insufficient", now=at(DUE), actor="carla")
    assert why(session, DUE + 5 * DAY) == "notice.address_flagged"
    [open_mail] = mail_to_follow_up(session)
    resolve_returned(session, open_mail.id, "address_right", note="carrier's slip", now=NOW, actor="carla")
    assert due(session, DUE + 5 * DAY) == "past_due"


def test_a_returned_notice_is_posted_at_the_door_and_counts_from_there(
    session: Session, household: str
) -> None:
    for offset in (5, 20):
        sent(session, DUE + offset * DAY)
    final = sent(session, DUE + 25 * DAY)
    back_on = date(2026, 2, 24)
    made = note_returned(session, final, on=back_on, reason="refused", now=at(back_on), actor="carla")
    order = post_at_door(session, made.id, note="", now=NOW, actor="carla")
    fresh = session.scalars(select(Notice).where(Notice.order_number == order.number)).one()
    assert (fresh.kind, fresh.state, fresh.text) == ("final", "printed", final.text)
    assert order.no_charge
    assign_order(session, order.number, "t01", route_day=world.TODAY, now=NOW, actor="dana")
    tablet = Tablet("t01")
    world.take(session, tablet.completed(session.get_one(Order, order.number), {"delivered": "posted"}))
    session.refresh(fresh)
    assert (fresh.state, fresh.sent_on) == ("sent", world.TODAY)
    assert fresh.valid_until == world.TODAY + (final.valid_until - final.sent_on)
    assert mail_to_follow_up(session) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"scanned": ""}, "scanned"),
        ({"reason": "lost"}, "reason"),
        ({"on": DUE + 400 * DAY}, "returned_on"),
        ({"on": DUE - 800 * DAY}, "returned_on"),
    ],
)
def test_bad_input_of_returned_mail_names_its_field(
    session: Session, household: str, given: dict[str, Any], field: str
) -> None:
    asked: dict[str, Any] = {"scanned": "N1", "on": DUE, "reason": "moved"} | given
    with pytest.raises(Problem) as refused:
        note_scanned(session, asked.pop("scanned"), **asked, now=NOW, actor="carla")
    assert refused.value.details["field"] == field
    assert mail_to_follow_up(session) == []


# --- late fees


def test_billing_is_handed_one_late_fee_for_a_bill_and_nothing_is_posted(
    session: Session, household: str
) -> None:
    rule(session, "late_fee", LATE)
    before = len(session.scalars(select(Posting.id)).all())
    assert late_fees_due(session, DUE + 19 * DAY, now=NOW) == ()
    day = DUE + 20 * DAY
    assert hand_over_late_fees(session, now=at(day), actor="sam") == 1
    with pytest.raises(Problem) as refused:
        hand_over_late_fees(session, now=at(day + DAY), actor="sam")
    assert refused.value.code == "late_fee_here"
    assert len(session.scalars(select(Posting.id)).all()) == before
    assert lines(session, "late_fees") == ["1,N1,B-N,2026-01-26,2026-02-15,12000,late_charge,1000"]
    batch = make_batch(session, "late_fees", now=NOW, actor="sam")
    assert batch is not None
    assert make_batch(session, "late_fees", now=NOW, actor="sam") is None, "each row is given once"
    assert is_unchanged(session, batch)


def test_where_billing_charges_no_late_charge_is_posted_with_a_notice(
    session: Session, household: str
) -> None:
    rule(session, "late_fee", LATE)
    sent(session, DUE + 5 * DAY)
    assert sent(session, DUE + 20 * DAY).kind == "second_past_due"
    assert balance(session, "AR", household) == BILL


def test_a_protected_a_small_and_a_paid_bill_get_no_late_fee(session: Session, household: str) -> None:
    rule(session, "late_fee", LATE | {"minimum_cents": BILL})
    day = DUE + 20 * DAY
    assert len(late_fees_due(session, day, now=NOW)) == 1
    record_payment(session, "P-1", household, 1, "counter", now=NOW, actor="casey")
    assert late_fees_due(session, day, now=NOW) == ()
    rule(session, "late_fee", LATE, since="2020-01-03")
    assert len(late_fees_due(session, day, now=NOW)) == 1
    add_hold(
        session,
        household,
        "dispute",
        starts_on=world.TODAY,
        ends_on=None,
        reason="bill",
        now=NOW,
        actor="carla",
    )
    assert late_fees_due(session, world.TODAY, now=NOW) == ()


def test_a_late_fee_that_was_handed_over_is_never_changed(session: Session, household: str) -> None:
    rule(session, "late_fee", LATE)
    hand_over_late_fees(session, now=at(DUE + 20 * DAY), actor="sam")
    fee = session.scalars(select(LateFee)).one()
    fee.amount_cents = 1
    with pytest.raises(DBAPIError):
        session.flush()


# --- who has left


@pytest.fixture
def gone(session: Session, household: str) -> str:
    """Nora left, and owes her closing bill of the day after she did."""
    agreement = session.scalars(
        select(ServiceAgreement).where(ServiceAgreement.account_id == account_id(session))
    ).one()
    agreement.state, agreement.end_on = "final_billed", DUE - 20 * DAY
    agreement.forwarding_address = "PO Box 9, Other Town 00003"
    session.flush()
    return household


def letters_until_collection(session: Session) -> date:
    """All letters to who has left; the day of the last."""
    for offset, kind in ((1, "closing_bill"), (20, "final_reminder"), (45, "pre_collection")):
        assert sent(session, DUE + offset * DAY).kind == kind
    return DUE + 45 * DAY


def test_who_has_left_gets_letters_of_their_own_to_where_they_went(session: Session, gone: str) -> None:
    assert due(session, DUE + 5 * DAY) == "closing_bill", "and no past-due notice of who is served"
    first = sent(session, DUE + DAY)
    assert (first.text or "").startswith("Nora Newcomer\nPO Box 9, Other Town 00003\n\n")
    assert "9 Birch Street" in (first.text or "")
    assert why(session, DUE + 10 * DAY) == "notice.later"
    assert sent(session, DUE + 20 * DAY).kind == "final_reminder"
    reminder = found(session, DUE + 45 * DAY)
    assert isinstance(reminder, NoticeDue)
    assert (reminder.step.kind, reminder.cut_on) == ("pre_collection", None)


def test_the_agency_gets_each_debt_once_and_gives_it_back(session: Session, gone: str) -> None:
    last = letters_until_collection(session)
    reasons = {one.debtor.facts.number: one.why_not for one in candidates(session, last + DAY, now=NOW)}
    assert reasons["N1"] is not None
    assert reasons["N1"].code == "agency.later"
    ready = at(last + 30 * DAY)
    with pytest.raises(Problem) as early:
        place(session, ["N1"], now=at(last + 29 * DAY), actor="sam")
    assert early.value.code == "not_placeable"
    [placement] = place(session, ["N1"], now=ready, actor="sam")
    with pytest.raises(Problem):
        place(session, ["N1"], now=ready, actor="sam")
    assert session.scalars(select(AgencyPlacement)).all() == [placement]
    assert balance(session, "AR", gone) == BILL, "the debt stays with the account"
    record_payment(session, "P-1", gone, 2_000, "counter", now=ready, actor="casey")
    assert [(one.owed_cents, one.placement.told_cents) for one in placements(session)] == [
        (BILL - 2_000, BILL)
    ]
    assert tell_changes(session, now=ready, actor="sam") == 1
    assert tell_changes(session, now=ready, actor="sam") == 0
    first = make_batch(session, "agency", now=ready, actor="sam")
    call_back(session, placement.id, reason="paid in full elsewhere", now=ready, actor="sam")
    call_back(session, placement.id, reason="again", now=ready, actor="sam")
    second = make_batch(session, "agency", now=ready, actor="sam")
    assert first is not None
    assert second is not None
    assert (first.rows, second.rows) == (2, 1)
    kinds = [one.kind for one in session.scalars(select(AgencyEvent).order_by(AgencyEvent.id))]
    assert kinds == ["placed", "changed", "recalled"]
    session.scalars(select(Customer).where(Customer.name == "Nora Newcomer")).one().name = "Nora N."
    session.flush()
    assert is_unchanged(session, first), "the file says what was known on its day"
    assert verify_ledger(session).differences == ()
    assert [one.amount_cents for one in session.scalars(select(AgencyEvent).order_by(AgencyEvent.id))] == [
        BILL,
        BILL - 2_000,
        0,
    ]


def test_nobody_who_is_served_or_protected_goes_to_the_agency(session: Session, gone: str) -> None:
    last = letters_until_collection(session)
    with pytest.raises(Problem) as served:
        place(session, ["A1"], now=at(last + 30 * DAY), actor="sam")
    assert served.value.code == "not_placeable"
    add_hold(
        session,
        gone,
        "bankruptcy",
        starts_on=world.TODAY,
        ends_on=None,
        reason="case",
        evidence="26-1",
        now=NOW,
        actor="carla",
    )
    [one] = [c for c in candidates(session, last + 30 * DAY, now=NOW) if c.debtor.facts.number == "N1"]
    assert one.why_not is not None
    assert one.why_not.code == "agency.hold"


# --- liens


def test_a_lien_rests_on_the_service_that_the_rule_names(session: Session, household: str) -> None:
    rule(session, "lien", {"minimum_cents": 10_000, "after_due_days": 90, "services": ["electric"]})
    late = at(DUE + 90 * DAY)
    asked: dict[str, Any] = {"filed_on": DUE + 80 * DAY, "reference": "R-1", "actor": "sam"}
    with pytest.raises(Problem) as water:
        note_lien(session, household, "P-N", **asked, now=late)
    assert water.value.code == "no_lien_due"
    place = session.scalars(select(ServicePoint).where(ServicePoint.number == "SP-N")).one().premise_id
    meter = ServicePoint(number="SP-E", premise_id=place, size="A", state="on", service="electric")
    session.add(meter)
    session.flush()
    served = ServiceAgreement(account_id=account_id(session), service_point_id=meter.id, start_on=DUE)
    session.add(served)
    session.flush()
    assert note_lien(session, household, "P-N", **asked, now=late).amount_cents == BILL


def test_a_lien_is_noted_by_the_rule_shown_and_released(session: Session, household: str) -> None:
    late = at(DUE + 90 * DAY)
    asked: dict[str, Any] = {"filed_on": DUE + 80 * DAY, "reference": "2026-000123", "actor": "sam"}
    with pytest.raises(Problem) as young:
        note_lien(session, household, "P-N", **(asked | {"filed_on": DUE}), now=at(DUE + 89 * DAY))
    assert young.value.code == "no_lien_due"
    lien = note_lien(session, household, "P-N", **asked, now=late)
    assert lien.amount_cents == BILL
    with pytest.raises(Problem) as twice:
        note_lien(session, household, "P-N", **asked, now=late)
    assert twice.value.code == "lien_conflict"
    with pytest.raises(Problem) as elsewhere:
        note_lien(session, household, "P-1", **(asked | {"reference": "x"}), now=late)
    assert elsewhere.value.details["field"] == "premise"
    premise = session.scalars(select(Premise.id).where(Premise.number == "P-N")).one()
    assert liens_on_premise(session, premise) == liens_of_account(session, account_id(session)) == [lien]
    with pytest.raises(Problem):
        release_lien(session, lien.id, on=DUE, reference="R-1", now=late, actor="sam")
    release_lien(session, lien.id, on=DUE + 85 * DAY, reference="R-1", now=late, actor="sam")
    release_lien(session, lien.id, on=DUE + 86 * DAY, reference="R-2", now=late, actor="sam")
    assert (lien.released_on, lien.release_reference) == (DUE + 85 * DAY, "R-1")
    bill = BillRequest(
        reference="B-2",
        account_number=household,
        service="water",
        billed_on=BILLED_LATER,
        due_on=BILLED_LATER,
        cents=100,
    )
    record_bill(session, bill, now=late, actor="billing")
    assert lien.amount_cents == BILL


BILLED_LATER = DUE + 60 * DAY
