"""New sets, removals, door tags, backflow surveys and special reads, from the request to what they leave."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY, cases, take
from workorders.ledger import balance, trial_balance
from workorders.policy.fees import purpose
from workorders.problems import Problem
from workorders.queries.backflow import assemblies_at, due_for_test
from workorders.queries.verify import verify_ledger
from workorders.tables import (
    Account,
    BackflowDevice,
    Installation,
    JournalEntry,
    Meter,
    Notice,
    NoticeBatch,
    Order,
    Read,
)
from workorders.usecases.collections.door_tags import send_out_tags, tags_to_post
from workorders.usecases.collections.mailing import mark_mailed
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.cancel import cancel_order

DAY = timedelta(days=1)
EXTRA: dict[str, dict[str, Any]] = {
    "new_set": {"fees_paid": True, "application": "APP-1"},
    "removal": {"reason": "demolished"},
    "backflow_locate": {},
    "special_read": {"reading_route": "R1"},
    "door_tag": {},
}
NEW_SET = {
    "site_ready": True,
    "new_serial": "NT011",
    "new_read": 4,
    "new_dials": 6,
    "photo_new": "photo_new.jpg",
    "left_on": True,
}
REMOVAL = {
    "old_there": True,
    "old_serial": "M1",
    "old_read": 149_000,
    "condition": "worn",
    "photo_old": "photo_old.jpg",
    "meter_goes": "van",
    "capped": "capped",
    "photo_capped": "photo_capped.jpg",
}
SKIPPED = {"could_read": False, "skip_code": "dog"}
ASSEMBLY = {
    "found": True,
    "device_serial": "BF-1",
    "kind": "rp",
    "size": "1 1/2",
    "place": "Behind the hedge",
    "condition": "good",
    "photo": "photo.jpg",
}


@pytest.fixture(autouse=True)
def nothing_differs(session: Session) -> Any:
    yield
    assert verify_ledger(session).differences == ()
    assert sum(trial_balance(session).values()) == 0


def sent(session: Session, type_: str, household: int = 1, **given: Any) -> Order:
    return world.sent(session, type_, household, extra=EXTRA[type_], override="by a supervisor", **given)


@pytest.fixture(autouse=True)
def known_to_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    for code, extra in EXTRA.items():
        monkeypatch.setitem(world.EXTRA, code, extra)


def unmetered(session: Session, household: int) -> None:
    """As a service point is before its first meter."""
    here = world.point(session, household)
    for one in session.scalars(select(Installation).where(Installation.service_point_id == here.id)):
        one.removed_at, one.final_read = NOW - 30 * DAY, 148_000
        session.get_one(Meter, one.meter_id).status = "retired"
    world.off(session, household, "inactive")


def test_a_new_set_puts_the_first_meter_in_and_a_removal_takes_it_out_again(session: Session) -> None:
    unmetered(session, 1)
    before = balance(session, "AR", "A1")
    order = sent(session, "new_set")
    tablet = Tablet()
    assert take(session, tablet.completed(order, NEW_SET)).status == "posted"
    here = world.point(session, 1)
    assert here.state == "on"
    assert balance(session, "AR", "A1") == before + 45_000
    meter = session.scalars(select(Meter).where(Meter.serial == "NT011")).one()
    assert (meter.status, meter.van_technician_id) == ("installed", None)
    removal = sent(session, "removal")
    gone = tablet.completed(removal, REMOVAL | {"old_serial": "NT011", "old_read": 60})
    assert take(session, gone).status == "posted"
    assert (here.state, meter.status, meter.van_technician_id) == ("inactive", "in_van", "t01")
    assert balance(session, "PLANT") == 0
    assert balance(session, "AR", "A1") == before + 51_000
    assert set(cases(session, gone["_id"])) == {"service_abandoned"}


def test_a_new_set_needs_a_place_without_a_meter_and_a_removal_one_with(session: Session) -> None:
    with pytest.raises(Problem) as there:
        sent(session, "new_set")
    assert (there.value.code, there.value.details["serial"]) == ("meter_there", "M1")
    unmetered(session, 2)
    with pytest.raises(Problem) as none:
        sent(session, "removal", 2)
    assert none.value.code == "no_meter_there"


def test_a_site_that_is_not_ready_is_looked_at_again(session: Session) -> None:
    unmetered(session, 1)
    order = sent(session, "new_set")
    take(session, Tablet().completed(order, {"site_ready": False, "missing": "meter_box"}))
    (again,) = session.scalars(select(Order).where(Order.follows_number == order.number))
    assert (order.outcome, again.type, again.state) == ("not_ready", "new_set", "approved")
    assert again.due_until is not None
    assert again.due_until > NOW + 6 * DAY


@pytest.fixture
def tag(session: Session) -> Notice:
    """A door tag of account A1, printed this morning and valid for two weeks."""
    batch = NoticeBatch(day=TODAY, made_at=NOW, made_by="dana")
    session.add(batch)
    session.flush()
    account = session.scalars(select(Account).where(Account.number == "A1")).one()
    made = Notice(
        account_id=account.id,
        kind="door_tag",
        sent_on=TODAY,
        valid_until=TODAY + 14 * DAY,
        amount_cents=12_850,
        state="printed",
        batch_id=batch.id,
    )
    session.add(made)
    session.flush()
    return made


def posted(session: Session, tag: Notice, tablet: Tablet, **given: Any) -> dict[str, Any]:
    """The tag's order, sent out from its batch and reported done."""
    assert tag.batch_id is not None
    made = send_out_tags(session, tag.batch_id, now=NOW, actor="dana")
    assert (len(made.orders), made.refused) == (1, [])
    order = session.get_one(Order, made.orders[0])
    assign_order(session, order.number, "t01", route_day=TODAY, now=NOW, actor="dana")
    return tablet.completed(order, {"delivered": "posted", "photo": "photo.jpg"}, **given)


def test_a_door_tag_counts_from_the_day_on_which_it_was_posted(session: Session, tag: Notice) -> None:
    tablet = Tablet()
    document = posted(session, tag, tablet)
    assert tag.state == "printed"
    batch = session.get_one(NoticeBatch, tag.batch_id)
    assert tags_to_post(session, batch) == []
    mark_mailed(session, batch.id, on=TODAY, now=NOW, actor="dana")
    assert tag.state == "printed", "a batch that is mailed says nothing of the door"
    before = balance(session, "AR", "A1")
    assert take(session, document).status == "posted"
    assert (tag.state, tag.sent_on, tag.valid_until) == ("sent", TODAY, TODAY + 14 * DAY)
    assert balance(session, "AR", "A1") == before + 1_500
    assert take(session, document, "2-b").duplicate
    assert balance(session, "AR", "A1") == before + 1_500


def test_a_tag_that_could_not_be_posted_is_sent_out_again(session: Session, tag: Notice) -> None:
    assert tag.batch_id is not None
    (number,) = send_out_tags(session, tag.batch_id, now=NOW, actor="dana").orders
    with pytest.raises(Problem) as twice:
        send_out_tags(session, tag.batch_id, now=NOW, actor="dana")
    assert twice.value.code == "nothing_due"
    cancel_order(session, number, reason="No time", now=NOW, actor="dana")
    assert send_out_tags(session, tag.batch_id, now=NOW, actor="dana").orders != [number]


def test_an_order_by_hand_takes_the_printed_tag_or_is_refused(session: Session, tag: Notice) -> None:
    order = sent(session, "door_tag")
    assert order.extra == {"notice_ids": [tag.id], "amount_cents": 12_850}
    with pytest.raises(Problem) as none:
        sent(session, "door_tag", 2)
    assert (none.value.code, none.value.details["account"]) == ("no_tag_printed", "A2")


def test_a_survey_puts_the_assembly_on_record_and_a_second_one_brings_it_up_to_date(session: Session) -> None:
    tablet = Tablet()
    assert take(session, tablet.completed(sent(session, "backflow_locate"), ASSEMBLY)).status == "posted"
    here = world.point(session, 1)
    (one,) = assemblies_at(session, [here.id], today=TODAY)
    assert (one.device.kind, one.device.size, one.device.place) == ("rp", "1 1/2", "Behind the hedge")
    due = one.device.test_due_on
    assert due == TODAY + 365 * DAY
    again = ASSEMBLY | {"place": "Left of the gate", "kind": "dc"}
    take(session, tablet.completed(sent(session, "backflow_locate"), again))
    (device,) = session.scalars(select(BackflowDevice))
    assert (device.kind, device.place, device.test_due_on) == ("dc", "Left of the gate", due)
    assert due_for_test(session, due - DAY, today=TODAY) == []
    (listed,) = due_for_test(session, due, today=due + DAY)
    assert (listed.premise.number, listed.overdue) == ("P-1", True)


def test_three_skips_in_a_row_ask_for_an_access_letter(session: Session) -> None:
    tablet = Tablet()
    found: list[bool] = []
    for _ in range(4):
        document = tablet.completed(sent(session, "special_read"), SKIPPED)
        assert take(session, document).status == "posted"
        found.append("access_letter" in cases(session, document["_id"]))
    assert found == [False, False, True, False]
    fees = session.scalars(select(JournalEntry).where(JournalEntry.purpose == purpose("no_access"))).all()
    assert len(fees) == 1
    read = {"could_read": True, "serial_seen": "M1", "read": 149_000}
    take(session, tablet.completed(sent(session, "special_read"), read))
    document = tablet.completed(sent(session, "special_read"), SKIPPED)
    take(session, document)
    assert not cases(session, document["_id"]), "a read begins the count anew"


def test_a_special_read_takes_the_place_of_the_estimate(session: Session) -> None:
    here = world.point(session, 1)
    meter = session.scalars(select(Meter).where(Meter.serial == "M1")).one()
    estimate = Read(
        meter_id=meter.id,
        service_point_id=here.id,
        taken_at=NOW - 2 * DAY,
        value=160_000,
        kind="estimated",
        source="cycle:e",
        billed=True,
    )
    session.add(estimate)
    session.flush()
    before = balance(session, "AR", "A1")
    read = {"could_read": True, "serial_seen": "M1", "read": 148_000}
    document = Tablet().completed(sent(session, "special_read"), read)
    assert take(session, document).status == "posted"
    made = session.scalars(select(Read).where(Read.source == document["_id"])).one()
    assert (made.kind, made.supersedes_id) == ("actual", estimate.id)
    assert balance(session, "AR", "A1") < before
    assert date.fromisoformat(document["at"][:10]) == TODAY
