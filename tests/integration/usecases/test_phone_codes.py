"""The office gives a technician a code by telephone: what it leads to, in every order of events."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, NOW, TODAY, cases
from workorders.messages.words import ENGLISH, say
from workorders.policy.phone_codes import CodeName, code_of
from workorders.problems import Problem
from workorders.queries.code_desk import code_desk
from workorders.queries.order_story import order_story
from workorders.queries.phone_codes import secrets_of
from workorders.queries.verify import verify_ledger
from workorders.tables import CodeSecret, ExceptionCase, FieldEvent, Order, PhoneCode
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.collections.phone_codes import GivenCode, give_recall_code, give_release_code
from workorders.usecases.field.delivery import Acknowledgement
from workorders.usecases.field.events import ingest_event
from workorders.usecases.orders.assignment import assign_order, recall_order
from workorders.usecases.orders.cancel import cancel_order

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
THURSDAY = NOW + timedelta(days=3)
"""Eight in the morning, three days on: the authority of Monday has ended."""


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()


def take(session: Session, document: dict[str, Any], at: datetime, revision: str = "1-a") -> Acknowledgement:
    """The tablet is heard of."""
    database = f"tech-{document['technician']}"
    verdict = ingest_event(session, document, database=database, revision=revision, received_at=at)
    session.commit()
    return verdict


def typed(tablet: Tablet, order: Order, given: GivenCode, at: datetime, **more: Any) -> dict[str, Any]:
    """The event of a code that was entered."""
    until = given.until.isoformat() if given.until else None
    body = {"code": given.letters, "kind": given.kind, "until": until, "wrong": 0}
    return tablet.event("office_code", order, body, at=at, **more)


def recall(session: Session, order: Order, at: datetime, **more: Any) -> GivenCode:
    found = give_recall_code(session, order.number, reason="Paid at the bank", now=at, actor="carla", **more)
    session.commit()
    return found


def release(session: Session, order: Order, at: datetime = THURSDAY) -> GivenCode:
    found = give_release_code(session, order.number, reason="Nothing was paid", now=at, actor="carla")
    session.commit()
    return found


def rows(session: Session) -> list[PhoneCode]:
    return list(session.scalars(select(PhoneCode).order_by(PhoneCode.id)))


def refusal(session: Session, order: Order, at: datetime) -> str:
    with pytest.raises(Problem) as found:
        release(session, order, at)
    assert found.value.code == "no_code"
    return str(found.value.details["reasons"])


def test_a_recall_code_takes_the_order_back_and_is_a_fact_when_it_arrives(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    tablet = Tablet()
    given = recall(session, order, NOW + HOUR)
    assert (order.state, order.technician_id) == ("recalled", None)
    entered = typed(tablet, order, given, NOW + HOUR + MINUTE)
    assert take(session, entered, NOW + 2 * HOUR).status == "posted"
    [row] = rows(session)
    assert (row.used_at, row.used_by) == (NOW + HOUR + MINUTE, entered["_id"])
    with pytest.raises(Problem, match="the tablet knows"):
        recall(session, order, NOW + 2 * HOUR)
    assert given.letters.replace("-", "") not in str(vars(row))
    seen = tablet.event("cancel_seen", order, {"choice": "back_out"}, at=NOW + HOUR + 2 * MINUTE)
    out = tablet.event("backed_out", order, at=NOW + HOUR + 3 * MINUTE)
    for document in (seen, out):
        take(session, document, NOW + 2 * HOUR)
    assert (order.state, order.outcome) == ("unable", "backed_out")
    told = [say(line.message, ENGLISH) for line in order_story(session, order)]
    assert "carla gave t01 a recall code by telephone: Paid at the bank." in told
    assert "t01 entered a recall code from the office." in told
    assert not list(session.scalars(select(ExceptionCase)))


def test_a_release_lets_the_cut_be_made_after_its_authority_had_ended(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    tablet = Tablet()
    given = release(session, order, THURSDAY + 5 * MINUTE)
    assert given.until == THURSDAY + 2 * HOUR
    entered = typed(tablet, order, given, THURSDAY + 10 * MINUTE)
    cut = tablet.completed(order, answers.cut(1), at=THURSDAY + HOUR)
    for document in (entered, cut):
        assert take(session, document, THURSDAY + 3 * HOUR).status == "posted"
    assert (order.state, order.outcome) == ("completed", "completed")
    assert cases(session, cut["_id"]) == {}
    assert rows(session)[0].evidence["allowed"] is True


@pytest.mark.parametrize(
    ("entered_at", "cut_at"),
    [(None, HOUR), (10 * MINUTE, 2 * HOUR), (HOUR, 30 * MINUTE)],
    ids=["never entered", "cut when it was over", "entered after the cut"],
)
def test_a_release_counts_from_its_entry_until_its_end(
    session: Session, entered_at: timedelta | None, cut_at: timedelta
) -> None:
    order = world.sent(session, "disconnect_np", 1)
    tablet = Tablet()
    given = release(session, order)
    cut = tablet.completed(order, answers.cut(1), at=THURSDAY + cut_at)
    documents = [cut] if entered_at is None else [typed(tablet, order, given, THURSDAY + entered_at), cut]
    for document in sorted(documents, key=lambda one: one["at"]):
        take(session, document, THURSDAY + 3 * HOUR)
    assert {"cut_authority_expired", "wrongful_cut"} <= set(cases(session, cut["_id"]))
    assert order.outcome == "wrongful_cut"


def test_the_rules_are_asked_as_of_now_and_every_reason_is_said(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    friday = THURSDAY + timedelta(days=1)
    assert "There are no cuts on a Friday." in refusal(session, order, friday)
    assert "cuts end at" in refusal(session, order, NOW + 7 * HOUR)
    # Ten minutes to three: a whole quarter ends at three. At three all is over.
    assert release(session, order, NOW + 7 * HOUR - 10 * MINUTE).until == NOW + 7 * HOUR
    world.point(session, 1).premise.medical = True
    session.flush()
    assert "someone depends on the service" in refusal(session, order, NOW + HOUR)
    desk = code_desk(session, order, now=NOW + HOUR)
    assert desk is not None
    assert desk.release_against
    assert not desk.recall_against
    assert (desk.owed_cents, desk.avoids_cents) == (DEBT, DEBT)


def test_what_was_paid_a_minute_ago_forbids_a_release_and_still_allows_a_recall(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    record_payment(session, "web-1", "A1", DEBT, "web", now=NOW + HOUR, actor="web shop")
    session.commit()
    assert order.state == "cancelled"
    assert "No tablet has the order" in refusal(session, order, NOW + HOUR)
    given = recall(session, order, NOW + HOUR + MINUTE)
    assert order.state == "cancelled"
    tablet = Tablet()
    entered = typed(tablet, order, given, NOW + HOUR + 2 * MINUTE)
    out = tablet.event("backed_out", order, at=NOW + HOUR + 3 * MINUTE)
    for document in (entered, out):
        assert take(session, document, NOW + 2 * HOUR).status == "posted"
    assert order.state == "cancelled"
    [ready] = session.scalars(select(Order).where(Order.follows_number == order.number))
    assert ready.state == "cancelled", "it was not cut, so nothing needs to be restored"


def test_a_cut_made_after_a_recall_code_that_was_not_entered_is_a_case(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    recall(session, order, NOW + HOUR)
    cut = Tablet().completed(order, answers.cut(1), at=NOW + HOUR + 20 * MINUTE)
    assert take(session, cut, NOW + 2 * HOUR).status == "review"
    found = cases(session, cut["_id"])
    assert {"cut_although_recalled", "wrongful_cut"} <= set(found)
    assert "The code was not entered on the tablet." in say(found["cut_although_recalled"].message, ENGLISH)
    assert (order.state, order.outcome) == ("exception", "wrongful_cut")
    [restored] = session.scalars(select(Order).where(Order.follows_number == order.number))
    assert (restored.type, restored.no_charge) == ("reconnect", True)


def test_a_cut_made_before_the_recall_code_was_given_stands(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    recall(session, order, NOW + HOUR)
    cut = Tablet().completed(order, answers.cut(1), at=NOW + HOUR - MINUTE)
    assert take(session, cut, NOW + 2 * HOUR).status == "posted"
    assert order.outcome == "completed"


def test_a_recall_entered_offline_takes_nothing_from_who_has_the_order_since(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    tablet = Tablet()
    given = recall(session, order, NOW + HOUR)
    entered = typed(tablet, order, given, NOW + HOUR + MINUTE)
    out = tablet.event("backed_out", order, at=NOW + HOUR + 2 * MINUTE)
    assign_order(session, order.number, "t02", route_day=TODAY, now=NOW + HOUR + 3 * MINUTE, actor="dana")
    session.commit()
    for document in (entered, out):
        assert take(session, document, NOW + 2 * HOUR).status == "posted"
    assert (order.state, order.technician_id, order.epoch) == ("dispatched", "t02", 2)
    assert rows(session)[0].used_by == entered["_id"]


@pytest.mark.parametrize("how", ["cancelled", "recalled", "reassigned"])
def test_a_release_used_offline_while_the_order_was_changed(session: Session, how: str) -> None:
    order = world.sent(session, "disconnect_np", 1)
    tablet = Tablet()
    given = release(session, order)
    entered = typed(tablet, order, given, THURSDAY + MINUTE)
    cut = tablet.completed(order, answers.cut(1), at=THURSDAY + HOUR)
    meanwhile: dict[str, Any] = {"now": THURSDAY + 30 * MINUTE, "actor": "dana"}
    if how == "cancelled":
        cancel_order(session, order.number, reason="Paid", **meanwhile)
    elif how == "recalled":
        recall_order(session, order.number, reason="Another day", **meanwhile)
    else:
        assign_order(session, order.number, "t02", route_day=THURSDAY.date(), **meanwhile)
    session.commit()
    assert take(session, entered, THURSDAY + 3 * HOUR).status == "posted"
    take(session, cut, THURSDAY + 3 * HOUR)
    found = set(cases(session, cut["_id"]))
    if how == "cancelled":
        assert (order.outcome, "wrongful_cut" in found) == ("completed_after_cancel", True)
    else:
        # It was only taken back by sync, which the tablet had not heard: what it did under its code counts.
        assert (order.state, order.outcome) == ("completed", "completed")
        assert "cut_authority_expired" not in found
    assert world.point(session, 1).state == "off_np"


def test_a_code_is_entered_once(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    tablet = Tablet()
    given = release(session, order)
    first = typed(tablet, order, given, THURSDAY + MINUTE)
    again = typed(tablet, order, given, THURSDAY + 2 * MINUTE)
    assert take(session, first, THURSDAY + HOUR).status == "posted"
    assert take(session, first, THURSDAY + HOUR).duplicate
    assert take(session, again, THURSDAY + HOUR).status == "review"
    assert set(cases(session, again["_id"])) == {"code_repeated"}
    assert rows(session)[0].used_by == first["_id"]


def test_a_crash_while_a_code_is_taken_in_leaves_it_unspent(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    given = release(session, order)
    entered = typed(Tablet(), order, given, THURSDAY + MINUTE)
    with session.begin_nested() as part:
        ingest_event(session, entered, database="tech-t01", revision="1-a", received_at=THURSDAY + HOUR)
        part.rollback()
    session.expire_all()
    assert rows(session)[0].used_by is None
    assert session.get(FieldEvent, entered["_id"]) is None
    assert take(session, entered, THURSDAY + HOUR).status == "posted"
    assert rows(session)[0].used_by == entered["_id"]


def test_a_code_that_was_not_given_here_counts_nowhere(session: Session) -> None:
    order, other = world.sent(session, "disconnect_np", 1), world.sent(session, "disconnect_np", 2)
    tablet = Tablet()
    given = release(session, other)
    elsewhere = typed(tablet, order, given, THURSDAY + MINUTE)
    take(session, elsewhere, THURSDAY + HOUR)
    found = cases(session, elsewhere["_id"])
    assert set(found) == {"code_misplaced"}
    assert found["code_misplaced"].detail["order"] == other.number
    secret = secrets_of(session, [order.number])[order.number, order.epoch]
    prepared = code_of(secret, CodeName(order.number, 1, "release", 1), THURSDAY + 2 * HOUR)
    guessed = tablet.event("office_code", order, {"code": prepared, "kind": "release"}, at=THURSDAY + MINUTE)
    assert take(session, guessed, THURSDAY + HOUR).status == "review"
    assert set(cases(session, guessed["_id"])) == {"code_unknown"}
    cut = tablet.completed(order, answers.cut(1), at=THURSDAY + 2 * MINUTE)
    take(session, cut, THURSDAY + HOUR)
    assert "cut_authority_expired" in cases(session, cut["_id"])
    assert [row.used_by for row in rows(session)] == [None]


def test_a_release_whose_end_was_changed_on_the_way_is_none_that_was_given(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    given = release(session, order)
    secret = secrets_of(session, [order.number])[order.number, order.epoch]
    longer = code_of(secret, CodeName(order.number, 1, "release", 1), THURSDAY + 8 * HOUR)
    assert longer[2:-1] == given.letters.replace("-", "")[2:-1], "the same proof, another end"
    document = Tablet().event("office_code", order, {"code": longer, "kind": "release"}, at=THURSDAY + HOUR)
    take(session, document, THURSDAY + 2 * HOUR)
    assert set(cases(session, document["_id"])) == {"code_unknown"}


def test_a_code_entered_before_it_was_given_or_after_the_work_is_a_case(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    tablet = Tablet()
    early = typed(tablet, order, release(session, order), THURSDAY - 10 * MINUTE)
    take(session, early, THURSDAY + HOUR)
    assert set(cases(session, early["_id"])) == {"code_untimely"}
    second = release(session, order, THURSDAY + MINUTE)
    take(session, tablet.completed(order, answers.cut(1), at=THURSDAY + 2 * MINUTE), THURSDAY + HOUR)
    late = typed(tablet, order, second, THURSDAY + 3 * MINUTE)
    take(session, late, THURSDAY + HOUR)
    assert set(cases(session, late["_id"])) == {"code_untimely"}


def test_an_assignment_has_a_few_codes_and_the_next_has_others(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    codes = {release(session, order, THURSDAY + step * MINUTE).letters for step in range(3)}
    assert len(codes) == 3
    assert "All 3 codes" in refusal(session, order, THURSDAY + 5 * MINUTE)
    recall_order(session, order.number, reason="Once more", now=THURSDAY + HOUR, actor="dana")
    assert "No tablet has the order" in refusal(session, order, THURSDAY + HOUR)
    assign_order(session, order.number, "t01", route_day=THURSDAY.date(), now=THURSDAY + HOUR, actor="dana")
    assert release(session, order, THURSDAY + HOUR).letters not in codes


def test_who_had_the_order_before_is_reached_too(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    assign_order(session, order.number, "t02", route_day=TODAY, now=NOW + MINUTE, actor="dana")
    desk = code_desk(session, order, now=NOW + HOUR)
    assert desk is not None
    assert [(one.technician.id, one.epoch, one.has_it) for one in desk.holders] == [
        ("t02", 2, True),
        ("t01", 1, False),
    ]
    given = recall(session, order, NOW + HOUR, epoch=1)
    assert given.technician.id == "t01"
    assert (order.state, order.technician_id) == ("dispatched", "t02")
    first = Tablet("t01")
    take(session, typed(first, order, given, NOW + HOUR + MINUTE, epoch=1), NOW + 2 * HOUR)
    cut = first.completed(order, answers.cut(1), at=NOW + HOUR + 5 * MINUTE, epoch=1)
    take(session, cut, NOW + 2 * HOUR)
    assert "cut_although_recalled" in cases(session, cut["_id"])


def test_a_code_needs_a_reason_somebody_to_give_it_to_and_is_given_once_for_a_form(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    reread = world.sent(session, "reread", 2)
    for name, number, given in (
        ("reason", order.number, {"reason": "  "}),
        ("epoch", order.number, {"epoch": 9}),
    ):
        with pytest.raises(Problem) as found:
            give_recall_code(session, number, **({"reason": "Paid"} | given), now=NOW, actor="carla")
        assert (found.value.code, found.value.details["field"]) == ("bad_input", name)
    with pytest.raises(Problem, match="No code can be given"):
        give_recall_code(session, reread.number, reason="Paid", now=NOW, actor="carla")
    give_release_code(session, order.number, reason="Ok", now=NOW + HOUR, actor="carla", seen=0)
    with pytest.raises(Problem) as found:
        give_release_code(session, order.number, reason="Ok", now=NOW + HOUR, actor="carla", seen=0)
    assert found.value.code == "stale_order"
    assert len(rows(session)) == 1


def test_an_order_that_was_sent_out_before_there_were_codes_says_so(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    session.execute(delete(CodeSecret))
    desk = code_desk(session, order, now=NOW + HOUR)
    assert desk is not None
    for against in (desk.recall_against, desk.release_against):
        assert [one.code for one in against] == ["code.no_secret"]
    with pytest.raises(Problem, match="a code could be held against"):
        recall(session, order, NOW + HOUR)
    assert "a code could be held against" in refusal(session, order, NOW + HOUR)


def test_once_the_visit_was_reported_no_code_is_given(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    take(session, Tablet().completed(order, answers.cut(1), at=NOW + HOUR), NOW + 2 * HOUR)
    with pytest.raises(Problem, match="reported already"):
        recall(session, order, NOW + 3 * HOUR)
    assert "No tablet has the order" in refusal(session, order, NOW + 3 * HOUR)
