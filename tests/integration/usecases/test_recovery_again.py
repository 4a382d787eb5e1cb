"""Debts beside notices and cuts, when things come twice, late, or in great number."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.test_collections import BILL, DAY, DUE, at, household, sent
from tests.integration.usecases.world import NOW
from workorders.ledger import balance
from workorders.problems import Problem
from workorders.queries.door_notices import notices_for_the_door
from workorders.queries.recovery import count_placements, placements
from workorders.tables import (
    Account,
    AgencyEvent,
    AgencyPlacement,
    Customer,
    Notice,
    Order,
    RecordChange,
    ReturnedMail,
    ServiceAgreement,
)
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.collections.agency import tell_changes
from workorders.usecases.collections.bills import BillRequest, record_bill
from workorders.usecases.collections.door_post import post_at_door
from workorders.usecases.collections.door_tags import tag_request
from workorders.usecases.collections.liens import note_lien, release_lien
from workorders.usecases.collections.returned_mail import note_returned, note_scanned, resolve_returned
from workorders.usecases.orders.orders import raise_order

__all__ = ["household"]


def account(session: Session) -> Account:
    return session.scalars(select(Account).where(Account.number == "N1")).one()


def test_two_orders_to_one_door_each_carry_their_own_notice(session: Session, household: str) -> None:
    for offset in (5, 20):
        sent(session, DUE + offset * DAY)
    final = sent(session, DUE + 25 * DAY)
    back_on = final.sent_on + 3 * DAY
    made = note_returned(session, final, on=back_on, reason="refused", now=at(back_on), actor="carla")
    tag = Notice(
        account_id=account(session).id,
        kind="door_tag",
        sent_on=world.TODAY,
        valid_until=world.TODAY + 60 * DAY,
        amount_cents=BILL,
        state="printed",
        language="en",
        text="x",
    )
    session.add(tag)
    session.flush()
    first = post_at_door(session, made.id, note="", now=NOW, actor="carla")
    fresh = session.scalars(select(Notice).where(Notice.order_number == first.number)).one()
    request = tag_request(session, account(session), world.TODAY, tag.id)
    second = raise_order(session, request, now=NOW, actor="dana")
    tag.order_number = second.number
    session.flush()
    assert (first.extra["notice_ids"], second.extra["notice_ids"]) == ([fresh.id], [tag.id])
    assert session.scalars(notices_for_the_door(account(session).id)).all() == []
    session.get_one(Order, second.number).state = "cancelled"
    session.flush()
    assert session.scalars(notices_for_the_door(account(session).id)).all() == [tag]


@pytest.mark.parametrize("scanned", ["N9999999999", "*N4294967296*"])
def test_a_number_beyond_all_notices_is_nobodys(session: Session, household: str, scanned: str) -> None:
    with pytest.raises(Problem) as refused:
        note_scanned(session, scanned, on=world.TODAY, reason="moved", now=NOW, actor="carla")
    assert refused.value.code == "not_found"


def test_a_piece_of_mail_is_noted_once_however_often_it_is_sent(session: Session, household: str) -> None:
    given: dict[str, Any] = {"on": world.TODAY, "reason": "vacant", "now": NOW, "actor": "carla"}
    first = note_scanned(session, "N1", **given)
    assert note_scanned(session, "N1", **given) is first
    assert session.scalars(select(ReturnedMail)).all() == [first]


def test_the_old_forwarding_address_stays_known(session: Session, household: str) -> None:
    mine = select(ServiceAgreement).where(ServiceAgreement.account_id == account(session).id)
    agreement = session.scalars(mine).first()
    assert agreement is not None
    agreement.forwarding_address = "PO Box 9"
    session.get_one(Customer, account(session).customer_id).mailing_address = "7 Cedar Lane"
    given: dict[str, Any] = {"on": world.TODAY, "reason": "moved", "now": NOW, "actor": "carla"}
    made = note_scanned(session, "N1", new_address="7 Cedar Lane", **given)
    resolve_returned(session, made.id, "new_address", note="called", now=NOW, actor="carla")
    [change] = session.scalars(select(RecordChange)).all()
    assert change.changes == {"forwarding_address": ["PO Box 9", "7 Cedar Lane"]}


def test_the_agency_is_told_of_every_changed_debt_however_many_it_has(session: Session) -> None:
    accounts = session.scalars(select(Account).where(Account.number != "N1").order_by(Account.id)).all()
    for one in accounts:
        owed = max(balance(session, "AR", one.number), 0)
        session.add(
            AgencyPlacement(
                account_id=one.id,
                agency="Demo",
                placed_at=NOW,
                placed_by="sam",
                placed_cents=owed,
                told_cents=owed,
            )
        )
    session.flush()
    oldest = accounts[0].number
    assert count_placements(session) == (len(accounts), 0)
    record_payment(session, "P-old", oldest, 500, "counter", now=NOW, actor="casey")
    assert count_placements(session) == (len(accounts), 1)
    [shown] = placements(session, limit=1)
    assert shown.placement.account.number == oldest, "what is to be told stands first"
    assert tell_changes(session, now=NOW, actor="sam") == 1
    assert [one.account_number for one in session.scalars(select(AgencyEvent))] == [oldest]
    assert tell_changes(session, now=NOW, actor="sam") == 0


def test_a_second_lien_claims_only_what_no_other_does(session: Session, household: str) -> None:
    late = at(DUE + 90 * DAY)
    first = note_lien(
        session, household, "P-N", filed_on=DUE + 80 * DAY, reference="L-1", now=late, actor="sam"
    )
    with pytest.raises(Problem) as claimed:
        note_lien(session, household, "P-N", filed_on=DUE + 80 * DAY, reference="L-2", now=late, actor="sam")
    assert claimed.value.code == "no_lien_due"
    bill = BillRequest(
        reference="B-2",
        account_number=household,
        service="water",
        billed_on=DUE,
        due_on=DUE + timedelta(days=1),
        cents=50_000,
    )
    record_bill(session, bill, now=late, actor="billing")
    later = at(DUE + 200 * DAY)
    second = note_lien(
        session, household, "P-N", filed_on=DUE + 190 * DAY, reference="L-2", now=later, actor="sam"
    )
    assert second.amount_cents == 50_000
    for lien in (first, second):
        release_lien(session, lien.id, on=DUE + 195 * DAY, reference=f"R-{lien.id}", now=later, actor="sam")
