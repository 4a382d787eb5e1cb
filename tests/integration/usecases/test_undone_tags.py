"""Door tags whose order ended undone: on a list until they are sent out again, delivered or dropped."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.test_collections import BILL, DUE, at, due, household, noticed, why
from tests.integration.usecases.world import LATER, NOW, TODAY
from workorders.ledger import balance
from workorders.messages.words import ENGLISH, say
from workorders.problems import Problem
from workorders.queries.order_story import order_story
from workorders.queries.undone_tags import count_undone_tags, undone_tags
from workorders.queries.verify import verify_ledger
from workorders.tables import Account, Notice, NoticeBatch, Order
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.collections.door_post import post_at_door
from workorders.usecases.collections.door_tags import send_out_tags, tags_to_post
from workorders.usecases.collections.mailing import mark_mailed
from workorders.usecases.collections.notices import issue_notices
from workorders.usecases.collections.returned_mail import note_returned
from workorders.usecases.collections.undone_tags import (
    deliver_otherwise,
    drop_notice,
    send_again,
    settle_chosen,
)
from workorders.usecases.district.publish_rules import publish_rules, sample_document
from workorders.usecases.field.decisions import decide_exception
from workorders.usecases.field.delivery import Acknowledgement
from workorders.usecases.field.events import ingest_event
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.orders import approve

__all__ = ["household"]
DAY = timedelta(days=1)
LATE = LATER + timedelta(hours=1)
WHO: Any = {"now": LATE, "actor": "carla"}


@pytest.fixture
def tag(session: Session, household: str) -> Notice:
    """N1's door tag of this morning, its order assigned to t01."""
    noticed(session)
    batch = issue_notices(session, TODAY, now=NOW, actor="sam")
    query = select(Notice).join(Account).where(Notice.batch_id == batch.id, Account.number == household)
    found = session.scalars(query.where(Notice.kind == "door_tag")).one()
    made = send_out_tags(session, batch.id, now=NOW, actor="dana")
    assert made.refused == []
    assign_order(session, str(found.order_number), "t01", route_day=TODAY, now=NOW, actor="dana")
    session.commit()
    return found


def order_of(session: Session, tag: Notice) -> Order:
    return session.get_one(Order, str(tag.order_number))


def unable(session: Session, tag: Notice, tablet: Tablet) -> None:
    event = tablet.unable(order_of(session, tag), "no_access")
    assert world.take(session, event).status == "posted"


def cancelled(session: Session, tag: Notice, _tablet: Tablet | None = None) -> None:
    cancel_order(session, str(tag.order_number), reason="storm", now=LATER, actor="dana")


def rejected(session: Session, tag: Notice, tablet: Tablet) -> None:
    """The technician does not say how it was delivered; the supervisor refuses the report."""
    event = tablet.completed(order_of(session, tag), {"remarks": "left it there"})
    assert world.take(session, event).status == "review"
    assert waiting(session) == [], "a person decides the report first"
    for case in world.cases(session, event["_id"]).values():
        decide_exception(session, case.id, accept=False, words="not there", now=LATER, actor="sam")


UNDONE = [unable, cancelled, rejected]


def waiting(session: Session) -> list[int]:
    found = [one.notice.id for one in undone_tags(session, now=LATE)]
    assert len(found) == count_undone_tags(session)
    return found


def heard(session: Session, event: dict[str, Any]) -> Acknowledgement:
    """The tablet is back, hours later."""
    return ingest_event(
        session, event, database="tech-t01", revision="1-a", received_at=LATE + timedelta(hours=2)
    )


def posts(session: Session, number: str | None, tablet: Tablet) -> None:
    assign_order(session, str(number), "t01", route_day=TODAY, now=LATE, actor="dana")
    event = tablet.completed(
        session.get_one(Order, str(number)),
        {"delivered": "posted", "photo": "photo.jpg"},
        at=LATE + timedelta(hours=1),
    )
    assert heard(session, event).status == "posted"


@pytest.mark.parametrize("ended", UNDONE)
def test_it_waits_once_its_order_has_ended_and_is_sent_out_again(
    session: Session, tag: Notice, ended: Any
) -> None:
    tablet = Tablet()
    assert waiting(session) == []
    ended(session, tag, tablet)
    assert waiting(session) == [tag.id]
    before = order_of(session, tag)
    order = send_again(session, tag.id, **WHO)
    assert waiting(session) == []
    assert (order.follows_number, order.follow_reason, tag.order_number) == (
        before.number,
        "not_posted",
        order.number,
    )
    assert (tag.state, before.state != "unable") == ("printed", True), "nobody is sent to the first order"
    posts(session, order.number, tablet)
    assert (tag.state, tag.sent_on) == ("sent", TODAY)
    assert waiting(session) == []
    assert verify_ledger(session).differences == ()


@pytest.mark.parametrize("ended", UNDONE)
@pytest.mark.parametrize("how", ["mail", "office", "email"])
def test_delivered_another_way_it_counts_from_that_day(
    session: Session, tag: Notice, ended: Any, how: str
) -> None:
    ended(session, tag, Tablet())
    valid = tag.valid_until - tag.sent_on
    done = deliver_otherwise(session, tag.id, how, on=TODAY, note="Nora herself", **WHO)
    assert (done.state, done.sent_on, done.valid_until) == ("sent", TODAY, TODAY + valid)
    assert (done.delivered_as, done.settled_by, done.settled_note) == (how, "carla", "Nora herself")
    assert waiting(session) == []
    assert order_of(session, tag).state not in {"unable", "approved"}
    assert why(session, TODAY + DAY) == "notice.all_sent"
    said = [say(line.message, ENGLISH) for line in order_story(session, order_of(session, tag))]
    assert "carla delivered the notice another way: Nora herself." in said


@pytest.mark.parametrize("ended", UNDONE)
def test_dropped_it_never_counts_and_is_written_anew_where_it_is_due(
    session: Session, tag: Notice, ended: Any
) -> None:
    ended(session, tag, Tablet())
    drop_notice(session, tag.id, reason="wrong amount", **WHO)
    assert (tag.state, waiting(session)) == ("dropped", [])
    batch = session.get_one(NoticeBatch, tag.batch_id)
    assert tags_to_post(session, batch) == []
    mark_mailed(session, batch.id, on=TODAY, now=LATE, actor="sam")
    assert tag.state == "dropped", "its batch goes out without it"
    assert due(session, TODAY + DAY) == "door_tag"


def test_a_late_charge_of_the_step_is_posted_when_it_is_mailed_and_not_when_handed_over(
    session: Session, household: str
) -> None:
    document = sample_document()
    [rule] = [one for one in document["rules"] if one["key"] == "notice_steps"]
    rule["value"]["steps"][-1]["late_charge"] = "late_charge"
    document |= {"rules": [rule], "fees": [], "effective_from": "2026-01-01"}
    publish_rules(session, document, now=NOW)
    noticed(session)
    before = balance(session, "AR", household)
    batch = issue_notices(session, TODAY, now=NOW, actor="sam")
    send_out_tags(session, batch.id, now=NOW, actor="dana")
    found = session.scalars(
        select(Notice).join(Account).where(Notice.batch_id == batch.id, Account.number == household)
    ).one()
    cancelled(session, found)
    with session.begin_nested() as handed:
        deliver_otherwise(session, found.id, "office", on=TODAY, note="at the desk", **WHO)
        assert balance(session, "AR", household) == before
        handed.rollback()
    session.expire_all()
    deliver_otherwise(session, found.id, "mail", on=TODAY, note="registered letter", **WHO)
    assert balance(session, "AR", household) == before + 1_000
    assert verify_ledger(session).differences == ()


def test_what_is_not_undone_is_left_alone(session: Session, tag: Notice) -> None:
    acts = (
        lambda: send_again(session, tag.id, **WHO),
        lambda: deliver_otherwise(session, tag.id, "mail", on=TODAY, note="x", **WHO),
        lambda: drop_notice(session, tag.id, reason="x", **WHO),
    )
    for act in acts:
        with pytest.raises(Problem) as refused:
            act()
        assert refused.value.code == "tag_settled", "its order is under way"
    cancelled(session, tag)
    drop_notice(session, tag.id, reason="paid", **WHO)
    for act in acts:
        with pytest.raises(Problem) as refused:
            act()
        assert refused.value.code == "tag_settled"


def test_an_order_that_is_sent_on_by_the_dispatcher_waits_no_more(session: Session, tag: Notice) -> None:
    unable(session, tag, Tablet())
    approve(session, str(tag.order_number), reason="try again", now=LATE, actor="dana")
    assert waiting(session) == []


def test_a_tag_that_hangs_there_all_the_same_counts_though_it_was_dropped(
    session: Session, tag: Notice
) -> None:
    """The tablet had no signal when its order was cancelled and the tag dropped."""
    tablet, number = Tablet(), str(tag.order_number)
    cancelled(session, tag)
    drop_notice(session, tag.id, reason="not sure", **WHO)
    event = tablet.completed(
        session.get_one(Order, number), {"delivered": "posted", "photo": "photo.jpg"}, at=LATER
    )
    heard(session, event)
    for case in world.cases(session, event["_id"]).values():
        if case.state == "open":
            decide_exception(session, case.id, accept=True, words="photo", now=LATE, actor="sam")
    assert tag.state == "sent"


def test_the_list_says_what_is_owed_by_now(session: Session, tag: Notice) -> None:
    cancelled(session, tag)
    [one] = undone_tags(session, now=LATE)
    assert one.past_due_cents == balance(session, "AR", "N1") > BILL
    record_payment(session, "P-1", "N1", one.past_due_cents, "counter", now=LATE, actor="casey")
    [one] = undone_tags(session, now=LATE)
    assert one.past_due_cents == 0


def test_a_notice_that_was_to_be_posted_after_its_mail_came_back_waits_too(
    session: Session, household: str
) -> None:
    batch = issue_notices(session, DUE + 5 * DAY, now=at(DUE + 5 * DAY), actor="sam")
    mark_mailed(session, batch.id, on=DUE + 5 * DAY, now=at(DUE + 5 * DAY), actor="sam")
    old = session.scalars(
        select(Notice).join(Account).where(Notice.batch_id == batch.id, Account.number == household)
    ).one()
    back = note_returned(session, old, on=TODAY, reason="moved", now=NOW, actor="carla")
    order = post_at_door(session, back.id, note="", now=NOW, actor="carla")
    cancel_order(session, order.number, reason="storm", now=LATER, actor="dana")
    [one] = undone_tags(session, now=LATE)
    assert (one.notice.batch_id, one.notice.kind) == (None, "past_due")
    assert send_again(session, one.notice.id, **WHO).no_charge, "as the first one was"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("how", {"how": "pigeon"}),
        ("note", {"note": " "}),
        ("delivered_on", {"on": TODAY - DAY}),
        ("delivered_on", {"on": TODAY + DAY}),
    ],
)
def test_what_is_wrong_with_a_delivery_is_named_and_nothing_is_done(
    session: Session, tag: Notice, field: str, given: dict[str, Any]
) -> None:
    cancelled(session, tag)
    asked: dict[str, Any] = {"how": "mail", "on": TODAY, "note": "to Nora"} | given
    with pytest.raises(Problem) as refused:
        settle_chosen(session, [tag.id], lambda number: deliver_otherwise(session, number, **asked, **WHO))
    assert refused.value.details["field"] == field
    assert waiting(session) == [tag.id]


def test_of_several_one_that_is_refused_stops_only_itself(session: Session, tag: Notice) -> None:
    cancelled(session, tag)
    other = session.scalars(
        select(Notice).where(Notice.batch_id == tag.batch_id, Notice.id != tag.id).limit(1)
    ).first()
    chosen = [tag.id, *([other.id] if other is not None else []), 10**6]
    made = settle_chosen(session, chosen, lambda number: drop_notice(session, number, reason="x", **WHO))
    assert made.done == 1
    assert [(account, why.code) for account, why in made.refused] == (
        [(session.get_one(Account, other.account_id).number, "tag_settled")] if other is not None else []
    )
    with pytest.raises(Problem) as none:
        settle_chosen(session, [], lambda number: number)
    assert none.value.details["field"] == "tag"


def test_a_month_that_has_passed_does_not_hide_it(session: Session, tag: Notice) -> None:
    cancelled(session, tag)
    later = at(date(2026, 4, 20))
    assert [one.notice.id for one in undone_tags(session, now=later)] == [tag.id]
