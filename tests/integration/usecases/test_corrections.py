"""Corrections by the office: a mistyped read, a read of a neighbor's meter, a meter recorded wrongly."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, moving, world
from tests.integration.usecases.moving import WHO
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, LATER, TODAY, take
from workorders.judgement.consequences import RecordRead
from workorders.ledger import balance
from workorders.problems import Problem
from workorders.queries.agreements import final_bills
from workorders.queries.exports import csv_of, export_named
from workorders.queries.newest_reads import newest_reads
from workorders.queries.read_corrections import bill_of_correction, read_on_record
from workorders.queries.verify import verify_ledger
from workorders.tables import Adjustment, Installation, Meter, Read, RecordChange
from workorders.usecases.customers.daily import hand_off_final_bills
from workorders.usecases.customers.stop_service import StopRequest, stop_service
from workorders.usecases.field.cause import Cause
from workorders.usecases.field.meter_effects import record_read
from workorders.usecases.meters.correct_meter import MeterForm, correct_meter
from workorders.usecases.meters.correct_read import ReadCorrection, correct_read
from workorders.usecases.orders.cancel import cancel_order


def newest(session: Session, household: int) -> Read:
    query = select(Read).join(Meter).where(Meter.serial == f"M{household}")
    return session.scalars(query.order_by(Read.taken_at.desc(), Read.id.desc()).limit(1)).one()


def corrected(session: Session, read: Read, *, role: str = "supervisor", **given: Any) -> Read:
    form: dict[str, Any] = {
        "value": read.value + 1,
        "serial": read.meter.serial,
        "reason": "the photo shows it",
    }
    form |= given
    made = correct_read(session, read.id, ReadCorrection(**form), roles=[role], now=LATER, actor="sam")
    session.commit()
    return made


def stands(session: Session, household: int) -> list[int]:
    point = world.point(session, household)
    return [read.value for read, _ in newest_reads(session, [point.id], most=60).get(point.id, [])]


def changes(session: Session) -> list[str]:
    """The export of meters set and removed."""
    return list(csv_of(session, export_named("meter_changes"), 0, 10**6))


def test_the_wrong_read_stays_and_the_right_one_counts(session: Session) -> None:
    wrong = newest(session, 1)
    before, total = stands(session, 1), session.scalar(select(func.count()).select_from(Read)) or 0
    made = corrected(session, wrong, value=wrong.value - 900)
    assert (made.supersedes_id, made.taken_at, made.kind) == (wrong.id, wrong.taken_at, wrong.kind)
    assert stands(session, 1) == [*before[:-1], wrong.value - 900]
    assert session.scalar(select(func.count()).select_from(Read)) == total + 1
    assert "corrected" in made.flags
    why = session.scalars(select(RecordChange).where(RecordChange.subject == f"read:{made.id}")).one()
    assert (why.actor, why.reason) == ("sam", "the photo shows it")
    with pytest.raises(Problem) as again:
        corrected(session, wrong, value=5)
    assert again.value.code == "read_superseded"
    assert verify_ledger(session).differences == ()


def test_what_was_billed_too_much_is_credited_as_shown(session: Session) -> None:
    wrong = newest(session, 1)
    wrong.billed = True
    session.commit()
    bill = bill_of_correction(session, read_on_record(session, wrong.id), wrong.value - 3_000, now=LATER)
    assert bill is not None
    assert (bill.billed - bill.right, bill.cents < 0) == (3_000, True)
    made = corrected(session, wrong, value=wrong.value - 3_000, adjust="credit", amount_cents=-bill.cents)
    assert made.billed
    assert balance(session, "AR", "A1") == DEBT + bill.cents
    assert verify_ledger(session).differences == ()


def test_above_a_limit_a_second_person_decides(session: Session) -> None:
    made = corrected(session, newest(session, 1), role="csr", adjust="debit", amount_cents=90_000)
    waiting = session.get_one(Adjustment, f"read-{made.id}")
    assert (waiting.state, waiting.requested_by) == ("pending", "sam")
    assert balance(session, "AR", "A1") == DEBT


def test_a_read_of_the_neighbors_meter_is_moved_to_it(session: Session) -> None:
    wrong = newest(session, 1)
    here, there = stands(session, 1), stands(session, 2)
    made = corrected(session, wrong, value=wrong.value, serial="m2")
    assert (made.meter.serial, made.service_point_id) == ("M2", world.point(session, 2).id)
    assert stands(session, 1) == here[:-1]
    assert sorted(stands(session, 2)) == sorted([*there, wrong.value])


def stopped_at(session: Session, value: int) -> Read:
    """Service of household 2 was stopped by a visit that wrote `value` down; its final read."""
    stop_service(session, StopRequest(account_number="A2", points=("SP-2",), stop_on=TODAY), **WHO)
    moving.worked(session, moving.agreement(session, "A2").stop_order, moving.final(2, value), Tablet())
    session.commit()
    return session.get_one(Read, moving.agreement(session, "A2").final_read_id)


def test_the_final_bill_follows_a_corrected_read_until_billing_has_it(session: Session) -> None:
    wrong = stopped_at(session, 149_000)
    right = corrected(session, wrong, value=148_200)
    [bill] = final_bills(session)
    assert bill.final_read is not None
    assert (bill.final_read.id, bill.final_read.value) == (right.id, 148_200)
    hand_off_final_bills(session, **WHO)
    session.commit()
    later = corrected(session, right, value=148_100)
    assert moving.agreement(session, "A2").final_read_id == right.id != later.id


def test_a_read_that_ends_a_service_is_not_moved_to_another_meter(session: Session) -> None:
    wrong = stopped_at(session, 149_000)
    with pytest.raises(Problem) as refused:
        corrected(session, wrong, serial="M3")
    assert refused.value.details["field"] == "serial"


def test_a_reread_of_a_final_read_reaches_the_final_bill(session: Session) -> None:
    """The sibling from the field: a read that a technician's supersedes."""
    wrong = stopped_at(session, 149_000)
    order = world.order(session, "reread", 2)
    fact = RecordRead("M2", 148_500, "special", LATER, supersedes=wrong.source)
    record_read(session, fact, Cause("event:t01tablet:00000900", "t01", LATER, order, LATER))
    assert moving.agreement(session, "A2").final_read_id != wrong.id


def test_a_meter_that_an_order_takes_along_keeps_its_serial(session: Session) -> None:
    order = world.order(session, "exchange", 1, extra={"reason": "age", "van_stock": "NT011"})
    form = MeterForm(serial="NT01X", make="Demo", size="5/8", dials=6)
    with pytest.raises(Problem, match=order.number) as refused:
        correct_meter(session, "NT011", form, reason="read off it", now=LATER, actor="sam")
    assert refused.value.details["field"] == "serial"
    cancel_order(session, order.number, reason="later", now=LATER, actor="dana")
    assert correct_meter(session, "NT011", form, reason="read off it", now=LATER, actor="sam") is not None


def test_a_start_read_is_corrected_with_its_installation(session: Session) -> None:
    order, tablet = world.sent(session, "exchange", 1), Tablet()
    take(session, tablet.completed(order, answers.exchange(1, "NT011", 150_000)))
    start = session.scalars(select(Read).where(Read.kind == "start", Read.order_number == order.number)).one()
    before = changes(session)
    corrected(session, start, value=17)
    there = select(Installation).join(Meter).where(Meter.serial == "NT011", Installation.removed_at.is_(None))
    assert session.scalars(there).one().start_read == 17
    assert changes(session) == before
    assert verify_ledger(session).differences == ()


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("reason", {"reason": " "}),
        ("value", {"value": 1_000_000}),
        ("value", {"value": None}),
        ("serial", {"serial": "NOBODY"}),
        ("serial", {"serial": "NT011"}),
        ("adjust", {"adjust": "refund", "amount_cents": 5}),
        ("amount", {"adjust": "credit", "amount_cents": 0}),
    ],
)
def test_what_is_wrong_with_a_correction_is_named_and_nothing_is_written(
    session: Session, field: str, given: dict[str, Any]
) -> None:
    wrong = newest(session, 1)
    if given.get("value", 0) is None:
        given = {"value": wrong.value}
    with pytest.raises(Problem) as refused:
        corrected(session, wrong, **given)
    session.rollback()
    assert refused.value.details["field"] == field
    assert newest(session, 1).id == wrong.id


def test_a_meter_recorded_wrongly_is_corrected_where_tablets_show_it(session: Session) -> None:
    order = world.sent(session, "reread", 1)
    before = world.last_seq(session, order.number) or 0
    form = MeterForm(serial="m1b", make="Demo", size="3/4", dials=6)
    made = correct_meter(session, "M1", form, reason="read off the meter", now=LATER, actor="sam")
    assert made is not None
    assert made.changes == {"serial": ["M1", "M1B"], "size": ["5/8", "3/4"]}
    assert (world.last_seq(session, order.number) or 0) > before
    same = MeterForm(serial="M1B", make="Demo", size="3/4", dials=6)
    assert correct_meter(session, "M1B", same, reason="again", now=LATER, actor="sam") is None


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("serial", {"serial": "M2"}),
        ("serial", {"serial": ""}),
        ("dials", {"dials": 4}),
        ("dials", {"dials": 12}),
        ("make", {"make": "x" * 61}),
    ],
)
def test_what_is_wrong_with_a_meters_record_is_named(
    session: Session, field: str, given: dict[str, Any]
) -> None:
    right: dict[str, Any] = {"serial": "M1", "make": "Demo", "size": "5/8", "dials": 6}
    form = MeterForm(**(right | given))
    with pytest.raises(Problem) as refused:
        correct_meter(session, "M1", form, reason="seen", now=LATER, actor="sam")
    assert (refused.value.code, refused.value.details["field"]) == ("bad_input", field)
