"""Events of the field through the whole service, on both engines: what they post, and never do twice."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, LATER, NOW, cases, take
from workorders.ledger import balance, custody, post, trial_balance
from workorders.messages.message import typed
from workorders.queries.verify import verify_ledger
from workorders.tables import (
    FieldEvent,
    Installation,
    Meter,
    Order,
    OrderEvent,
    Outbox,
    Quarantine,
    Read,
    Receipt,
)
from workorders.usecases.field.decisions import decide_exception
from workorders.usecases.field.events import ingest_event
from workorders.usecases.orders.assignment import assign_order

FEE = 4_500


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()
    assert sum(trial_balance(session).values()) == 0


def test_a_cut_is_posted_once_with_its_fee_and_state(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    done = Tablet().completed(cut, answers.cut(1))
    first, again = take(session, done), take(session, done, "2-b")
    assert (first.status, again.status, again.duplicate) == ("posted", "posted", True)
    assert (first.message, first.codes) == (again.message, again.codes)
    assert world.point(session, 1).state == "off_np"
    assert balance(session, "AR", "A1") == DEBT + FEE
    assert cut.state == "completed"


def test_progress_moves_the_order_and_late_progress_does_not(session: Session) -> None:
    order = world.sent(session, "reread", 1)
    tablet = Tablet()
    events = [tablet.event(kind, order) for kind in ("acknowledged", "en_route", "on_site", "started")]
    for event in (events[0], events[1]):
        take(session, event)
    assert order.state == "en_route"
    assert take(session, tablet.completed(order, answers.reread(1))).status == "posted"
    for event in (events[3], events[2]):
        assert take(session, event).status == "posted"
    assert order.state == "completed"
    kinds = session.scalars(select(OrderEvent.kind).where(OrderEvent.order_number == order.number))
    assert {"acknowledged", "started", "on_site", "completed"} <= set(kinds)


def test_an_exchange_moves_both_meters_and_empties_the_van(session: Session) -> None:
    order = world.sent(session, "exchange", 2)
    assert take(session, Tablet().completed(order, answers.exchange(2, "NT011"))).status == "posted"
    old, new = (session.scalars(select(Meter).where(Meter.serial == s)).one() for s in ("M2", "NT011"))
    assert (old.status, new.status, new.van_technician_id) == ("retired", "installed", None)
    kept = session.scalars(
        select(Installation).where(Installation.service_point_id == order.service_point_id)
    )
    assert [(i.meter_id, i.removed_at is None) for i in kept] == [(old.id, False), (new.id, True)]
    enqueued = session.scalars(select(Outbox.key).where(Outbox.topic == "ref"))
    assert "technician" in set(enqueued)


def test_a_meter_that_is_installed_elsewhere_overwrites_nothing(session: Session) -> None:
    order = world.sent(session, "exchange", 2)
    verdict = take(session, Tablet().completed(order, answers.exchange(2, "M3")))
    assert (verdict.status, order.state) == ("review", "exception")
    installed = session.scalars(
        select(Installation).join(Meter).where(Meter.serial == "M3", Installation.removed_at.is_(None))
    ).one()
    assert installed.service_point.number == "SP-3"


def test_what_the_database_refuses_leaves_nothing_half_written(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    done = Tablet().completed(cut, answers.cut(1))
    post(
        session,
        source=done["_id"],
        purpose="fee_field_visit",
        message=typed("posted by somebody else"),
        lines=[("AR", "SVC", 1)],
        parties={"account": "A1"},
        effective_at=NOW,
        now=NOW,
    )
    verdict = take(session, done)
    assert (verdict.status, verdict.codes) == ("review", ("consequence_refused",))
    assert (world.point(session, 1).state, cut.state) == ("on", "exception")
    assert session.scalars(select(Read).where(Read.source == done["_id"])).all() == []
    waiting = cases(session, done["_id"])["consequence_refused"].detail["then"]
    assert {"SetServicePoint", "RecordRead", "Post"} <= {part["do"] for part in waiting}


def test_cash_is_custody_and_a_repeated_number_is_a_case(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 4)
    tablet = Tablet()
    paid = tablet.payment(cut, 5_000)
    assert take(session, paid).status == "posted"
    assert (custody(session)["t01"], balance(session, "AR", "A4")) == (5_000, DEBT - 5_000)
    forged = Tablet(counter=10).payment(cut, 7_000)
    verdict = take(session, forged)
    assert (verdict.status, verdict.codes) == ("review", ("receipt_conflict",))
    assert custody(session)["t01"] == 5_000
    same = Tablet(counter=20).payment(cut, 5_000)
    assert take(session, same).codes == ("receipt_repeated",)
    assert custody(session)["t01"] == 5_000
    case = cases(session, forged["_id"])["receipt_conflict"]
    decide_exception(session, case.id, accept=True, words="two blocks were mixed up", now=LATER, actor="s")
    session.commit()
    assert custody(session)["t01"] == 12_000
    assert session.get_one(FieldEvent, forged["_id"]).status == "posted"
    numbers = session.scalars(select(Receipt.number).order_by(Receipt.number)).all()
    assert numbers == ["T01-000001", "T01-000001~11"]


def test_a_receipt_that_came_before_its_predecessor_is_compared_when_that_comes(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 4)
    tablet = Tablet()
    first, second = tablet.payment(cut, 1_000), tablet.payment(cut, 2_000)
    assert take(session, second).codes == ()
    assert take(session, first).codes == ()
    other = Tablet(counter=50, receipt=4, chain="f" * 64)
    fifth = other.payment(cut, 3_000)
    take(session, fifth)
    fourth = Tablet(counter=60, receipt=3, chain="e" * 64).payment(cut, 4_000)
    assert take(session, fourth).codes == ("receipt_chain_broken",)
    assert custody(session)["t01"] == 10_000


def test_two_statements_under_one_id_are_both_kept_and_the_first_counts(session: Session) -> None:
    order = world.sent(session, "reread", 5)
    document = Tablet().completed(order, answers.reread(5))
    take(session, document)
    other = document | {"body": document["body"] | {"remarks": "changed my mind"}}
    verdict = take(session, other, "2-b")
    assert (verdict.status, verdict.codes) == ("quarantined", ("event_conflict",))
    assert take(session, other, "2-b").duplicate
    assert "event_conflict" in cases(session, document["_id"])
    assert session.scalars(select(Quarantine.revision)).all() == ["2-b"]
    assert session.get_one(FieldEvent, document["_id"]).status == "posted"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"event": "danced"}, "malformed"),
        ({"counter": "seven"}, "malformed"),
        ({"body": []}, "malformed"),
        ({"body": {"answers": 5}}, "malformed"),
        ({"body": {"remarks": "zero \x00 character"}}, "malformed"),
        ({"at": "yesterday"}, "malformed"),
        ({"schema": 99}, "newer_schema"),
        ({"counter": 8}, "foreign"),
        ({"device": "stolen01"}, "foreign"),
    ],
)
def test_what_cannot_be_understood_is_kept_and_answered(
    session: Session, change: dict[str, Any], code: str
) -> None:
    order = world.sent(session, "reread", 5)
    document = Tablet().completed(order, answers.reread(5)) | change
    verdict = take(session, document)
    assert (verdict.status, verdict.codes) == ("quarantined", (code,))
    row = session.scalars(select(Quarantine)).one()
    assert (row.document_id, row.code) == (document["_id"], code)
    assert row.body["order"] == order.number
    assert session.scalars(select(Outbox.key).where(Outbox.topic == "ack")).all() == [document["_id"]]
    assert order.state == "dispatched"
    assert take(session, document).duplicate


def test_an_event_in_somebody_elses_database_is_foreign(session: Session) -> None:
    order = world.sent(session, "reread", 5)
    document = Tablet("t02").event("started", order)
    verdict = ingest_event(session, document, database="tech-t01", revision="1-a", received_at=LATER)
    assert verdict.codes == ("foreign",)


def test_a_trial_tablets_event_without_schema_is_brought_up_to_it(session: Session) -> None:
    order = world.sent(session, "reread", 5)
    document = Tablet().event("started", order)
    old = {
        k: v for k, v in document.items() if k not in {"schema", "clock", "seen_seq", "rule_set", "position"}
    }
    assert take(session, old).status == "posted"
    assert order.state == "started"


def test_an_unknown_order_waits_for_a_human(session: Session) -> None:
    order = world.sent(session, "reread", 5)
    document = Tablet().event("started", order) | {"order": "W999999"}
    assert take(session, document).codes == ("unknown_order",)


def test_a_wrong_clock_is_clamped_and_flagged(session: Session) -> None:
    order = world.sent(session, "reread", 5)
    tablet = Tablet()
    ahead = tablet.event("started", order, at=LATER + timedelta(days=400))
    behind = tablet.event(
        "suspended", order, at=NOW - timedelta(days=9), seen=world.last_seq(session, order.number)
    )
    assert take(session, ahead).codes == ("clock_ahead",)
    assert take(session, behind).codes == ("clock_behind",)
    kept = [session.get_one(FieldEvent, event["_id"]) for event in (ahead, behind)]
    assert [event.occurred_at for event in kept] == [LATER, NOW]
    assert [event.device_at for event in kept] == [LATER + timedelta(days=400), NOW - timedelta(days=9)]


def test_a_completion_under_an_old_epoch_counts_and_recalls_the_new_assignee(session: Session) -> None:
    order = world.sent(session, "reread", 6)
    done = Tablet().completed(order, answers.reread(6))
    assign_order(session, order.number, "t02", route_day=world.TODAY, now=NOW + timedelta(hours=1), actor="d")
    assert (order.epoch, order.technician_id) == (2, "t02")
    assert take(session, done).status == "posted"
    assert (order.state, order.technician_id) == ("completed", None)
    enqueued = session.scalars(
        select(Outbox.technician_id).where(Outbox.topic == "order", Outbox.key == order.number)
    ).all()
    assert enqueued[-1] == "t02"
    second = Tablet("t02").completed(order, answers.reread(6), epoch=2)
    assert take(session, second).codes == ("second_visit",)


def test_a_photo_that_comes_later_releases_the_fee_that_waited(session: Session) -> None:
    cut = world.sent(session, "disconnect_np", 1)
    document = Tablet().completed(cut, answers.cut(1), photos=())
    assert "evidence_pending" in take(session, document).codes
    assert balance(session, "AR", "A1") == DEBT
    stub = {"photo.jpg": {"content_type": "image/jpeg", "digest": "md5-x", "length": 3, "stub": True}}
    verdict = take(session, document | {"_attachments": stub}, "2-b")
    assert not verdict.duplicate
    assert balance(session, "AR", "A1") == DEBT + FEE
    assert cases(session, document["_id"])["evidence_pending"].state == "accepted"
    changed = {"photo.jpg": stub["photo.jpg"] | {"digest": "md5-y"}}
    assert "evidence_changed" in take(session, document | {"_attachments": changed}, "3-c").codes


def test_a_rejected_case_leaves_the_facts_and_closes_the_order(session: Session) -> None:
    order = world.sent(session, "exchange", 2)
    done = Tablet().completed(order, answers.exchange(2, "M3"))
    take(session, done)
    for case in cases(session, done["_id"]).values():
        decide_exception(session, case.id, accept=False, words="the serial was misread", now=LATER, actor="s")
    assert session.get_one(Order, order.number).state == "rejected"
    assert session.get_one(FieldEvent, done["_id"]).status == "posted"
