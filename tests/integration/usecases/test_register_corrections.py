"""Corrections by the office of a register besides the main one: compound, time-of-use and net meters."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sync.pipeline.render_order import render_orders
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.test_registers import completed, give
from tests.integration.usecases.world import DEBT, LATER, NOW
from workorders.ledger import balance
from workorders.problems import Problem
from workorders.queries.cut_evidence import cut_evidence
from workorders.queries.exports import csv_of, export_named
from workorders.queries.order_story import order_story
from workorders.queries.register_corrections import bill_of_register_correction, register_read_on_record
from workorders.queries.register_reads import registers_at, registers_of_order
from workorders.queries.verify import verify_ledger
from workorders.tables import Adjustment, Order, Read, RecordChange, RegisterRead
from workorders.usecases.meters.correct_meter import MeterForm, correct_meter
from workorders.usecases.meters.correct_register_read import RegisterCorrection, correct_register_read
from workorders.usecases.meters.enter_reads import enter_reads

COMPOUND = "low:5:1:gal:adds:Low side"
KINDS = ("adds", "part", "returned")


def read_in_the_office(session: Session, days: int, main: int, low: int) -> None:
    """What somebody read `days` before today, billed since."""
    at = NOW - timedelta(days=days)
    enter_reads(session, "M1", main, {"low": low}, at=at, reason="rang", now=NOW, actor="carla")
    session.scalars(select(Read).where(Read.taken_at == at)).one().billed = True
    session.commit()


@pytest.fixture
def compound(session: Session) -> Session:
    """Household 1 has a compound meter; its low side was read 20 and 10 days ago, and billed."""
    give(session, "M1", COMPOUND)
    read_in_the_office(session, 20, 145_500, 50_000)
    read_in_the_office(session, 10, 147_000, 58_000)
    return session


def newest(session: Session) -> RegisterRead:
    query = select(RegisterRead).order_by(RegisterRead.taken_at.desc(), RegisterRead.id.desc())
    return session.scalars(query.limit(1)).one()


def corrected(session: Session, read: RegisterRead, value: int, role: str = "csr", **given: Any) -> Any:
    asked: dict[str, Any] = {"value": value, "reason": "two digits swapped"} | given
    form = RegisterCorrection(**asked)
    made = correct_register_read(session, read.id, form, roles=[role], now=LATER, actor="sam")
    session.commit()
    return made


def lines(session: Session) -> list[tuple[int, int | None, bool]]:
    """(read, usage, replaced) as pages show them, newest first."""
    [shown] = registers_at(session, [world.point(session, 1).id])
    return [(line.read.value, line.usage, line.replaced) for line in shown.lines]


def test_the_wrong_read_stays_and_usage_follows_the_right_one(compound: Session) -> None:
    wrong, total = newest(compound), compound.scalar(select(func.count()).select_from(Read))
    made = corrected(compound, wrong, 50_800)
    assert (made.supersedes_id, made.taken_at, made.kind) == (wrong.id, wrong.taken_at, wrong.kind)
    assert made.flags[0] == "corrected"
    assert lines(compound) == [(50_800, 800, False), (58_000, None, True), (50_000, None, False)]
    assert compound.scalar(select(func.count()).select_from(Read)) == total, "the main register is as it was"
    why = compound.scalars(
        select(RecordChange).where(RecordChange.subject == f"register_read:{made.id}")
    ).one()
    assert (why.actor, why.reason, why.changes) == ("sam", "two digits swapped", {"value": [58_000, 50_800]})
    with pytest.raises(Problem) as again:
        corrected(compound, wrong, 5)
    assert again.value.code == "read_superseded"
    twice = corrected(compound, made, 50_700)
    assert (twice.supersedes_id, lines(compound)[0]) == (made.id, (50_700, 700, False))
    assert verify_ledger(compound).differences == ()


def test_what_was_billed_too_much_is_credited_as_shown(compound: Session) -> None:
    found = register_read_on_record(compound, newest(compound).id)
    bill = bill_of_register_correction(compound, found, 50_800, now=LATER)
    assert bill is not None
    assert (bill.previous.value, bill.billed, bill.right, bill.made_up) == (50_000, 8_000, 800, False)
    assert bill.cents < 0
    made = corrected(compound, newest(compound), 50_800, adjust="credit", amount_cents=-bill.cents)
    assert balance(compound, "AR", "A1") == DEBT + bill.cents
    kept = compound.get_one(Adjustment, f"register-read-{made.id}")
    assert (kept.state, kept.evidence) == ("posted", "M1/low: 58000 → 50800")
    assert verify_ledger(compound).differences == ()


def test_a_later_bill_has_made_up_for_it(compound: Session) -> None:
    wrong = newest(compound)
    read_in_the_office(compound, 0, 147_800, 51_500)
    bill = bill_of_register_correction(
        compound, register_read_on_record(compound, wrong.id), 50_800, now=LATER
    )
    assert bill is not None
    assert (bill.made_up, bill.cents) == (True, 0)


def test_above_a_limit_a_second_person_decides(compound: Session) -> None:
    made = corrected(compound, newest(compound), 50_800, adjust="debit", amount_cents=90_000)
    assert compound.get_one(Adjustment, f"register-read-{made.id}").state == "pending"
    assert balance(compound, "AR", "A1") == DEBT


@pytest.mark.parametrize("counts", KINDS)
def test_money_is_proposed_only_for_what_comes_on_top(session: Session, counts: str) -> None:
    give(session, "M1", f"low:5:1:gal:{counts}:Other")
    read_in_the_office(session, 20, 145_500, 50_000)
    read_in_the_office(session, 10, 147_000, 58_000)
    found = register_read_on_record(session, newest(session).id)
    bill = bill_of_register_correction(session, found, 50_800, now=LATER)
    assert bill is not None
    assert (bill.billed, bill.right) == (8_000, 800)
    assert (bill.cents < 0) is (counts == "adds")


def worked(session: Session, type_: str, said: dict[str, Any], **beside: Any) -> Order:
    order = world.sent(session, type_, 1)
    assert world.take(session, completed(Tablet(), order, said, **beside)).status == "posted"
    session.commit()
    return order


def test_the_order_and_its_history_show_both(session: Session) -> None:
    give(session, "M1", COMPOUND)
    order = worked(session, "reread", answers.reread(1, 148_000), registers={"low": 51_900})
    corrected(session, newest(session), 51_090)
    [shown] = registers_of_order(session, order.number, order.service_point_id)
    assert [(one.read.value, one.replaced, one.read.order_number) for one in shown.lines] == [
        (51_090, False, order.number),
        (51_900, True, order.number),
    ]
    [line] = [one for one in order_story(session, order) if one.message.code == "timeline.register_corrected"]
    said = line.message.params
    assert (said["register"], said["before"], said["after"], line.at) == ("Low side", 51_900, 51_090, LATER)


def test_the_evidence_of_a_cut_has_what_was_corrected_since(session: Session) -> None:
    give(session, "M1", COMPOUND)
    order = worked(session, "disconnect_np", answers.cut(1, 148_000), registers={"low": 51_900})
    corrected(session, newest(session), 51_090)
    codes = [line.message.code for line in cut_evidence(session, order.number).story]
    assert codes.count("timeline.register_corrected") == 1


def test_tablets_get_what_the_register_showed_in_truth(compound: Session) -> None:
    order = world.sent(compound, "reread", 1)
    compound.commit()
    before = world.last_seq(compound, order.number) or 0
    corrected(compound, newest(compound), 50_800)
    assert (world.last_seq(compound, order.number) or 0) > before
    document = render_orders(compound, "t01", {order.number: 1}, now=LATER)[f"order:{order.number}"]
    assert document["meter"]["registers"][0]["last"] == 50_800
    event = completed(Tablet(), order, answers.reread(1, 148_000), registers={"low": 51_200})
    assert world.take(compound, event).status == "posted"
    assert "register_doubted" not in world.cases(compound, event["_id"])
    assert lines(compound)[0] == (51_200, 400, False)


def test_the_export_has_the_correction_once(compound: Session) -> None:
    wrong = newest(compound)
    made = corrected(compound, wrong, 50_800)
    rows = [row.strip().split(",") for row in csv_of(compound, export_named("register_reads"), 0, 10**6)]
    head, *kept = rows
    found = [dict(zip(head, row, strict=True)) for row in kept]
    replaced = {row["register_read_id"]: row["supersedes_register_read_id"] for row in found}
    assert replaced[str(made.id)] == str(wrong.id)
    assert sorted(replaced.values()).count(str(wrong.id)) == 1
    assert [row["value"] for row in found] == ["50000", "58000", "50800"]


def test_a_final_read_of_a_register_is_corrected_where_the_meter_was(session: Session) -> None:
    give(session, "M1", COMPOUND)
    worked(session, "exchange", answers.exchange(1, "NT011"), registers={"low": 700})
    final = newest(session)
    made = corrected(session, final, 7_000)
    assert (made.kind, made.service_point_id) == ("final", world.point(session, 1).id)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("reason", {"reason": " "}),
        ("value", {"value": 100_000}),
        ("value", {"value": 58_000}),
        ("adjust", {"adjust": "refund", "amount_cents": 5}),
        ("amount", {"adjust": "credit", "amount_cents": 0}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    compound: Session, field: str, given: dict[str, Any]
) -> None:
    wrong = newest(compound)
    with pytest.raises(Problem) as refused:
        corrected(compound, wrong, **({"value": 50_800} | given))
    compound.rollback()
    assert refused.value.details["field"] == field
    assert newest(compound).id == wrong.id


def test_a_register_that_showed_it_stays_on_the_meter(compound: Session) -> None:
    """Its read and correction would be of nothing."""
    form = MeterForm(serial="M1", make="Demo", size="5/8", dials=6, registers="")
    with pytest.raises(Problem) as refused:
        correct_meter(compound, "M1", form, reason="seen", now=LATER, actor="sam")
    assert refused.value.details["field"] == "registers"
