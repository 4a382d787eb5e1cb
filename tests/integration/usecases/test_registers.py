"""Compound, time-of-use and net meters: each register read, judged, moved and shown."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.pipeline.render_order import render_orders
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER, NOW
from workorders.metering.register_definitions import registers_from_text
from workorders.problems import Problem
from workorders.queries.register_reads import registers_at
from workorders.tables import Meter, Read, RegisterRead
from workorders.usecases.field.decisions import decide_exception
from workorders.usecases.meters.enter_reads import enter_reads

COMPOUND = "low:5:1:gal:adds:Low side"
TIME_OF_USE = "peak:5:10:kWh:part:On peak; net:5:1:kWh:returned:Returned"


def give(session: Session, serial: str, text: str) -> Meter:
    meter = session.scalars(select(Meter).where(Meter.serial == serial)).one()
    meter.registers = registers_from_text(text)
    session.flush()
    return meter


def history(session: Session, meter: Meter, register: str, *values: int) -> None:
    """Monthly reads up to a month ago."""
    point = world.point(session, int(meter.serial[1:]))
    months = len(values)
    session.add_all(
        RegisterRead(
            meter_id=meter.id,
            service_point_id=point.id,
            register=register,
            taken_at=NOW - timedelta(days=30) * (months - place),
            value=value,
            kind="actual",
            source=f"import:{register}:{place}",
        )
        for place, value in enumerate(values)
    )
    session.flush()


def completed(tablet: Tablet, order: Any, said: dict[str, Any], **beside: Any) -> dict[str, Any]:
    event = tablet.completed(order, said)
    event["body"] |= beside
    return event


def kept(session: Session, source: str) -> list[tuple[str, str, int, str, list[str]]]:
    rows = session.execute(
        select(Meter.serial, RegisterRead.register, RegisterRead.value, RegisterRead.kind, RegisterRead.flags)
        .join(Meter)
        .where(RegisterRead.source == source)
        .order_by(RegisterRead.id)
    )
    return [(s, r, v, k, list(f)) for s, r, v, k, f in rows]


def test_a_document_names_each_register_with_what_it_should_show(session: Session) -> None:
    meter = give(session, "M1", COMPOUND)
    history(session, meter, "low", 98_000, 98_500, 99_000, 99_500)
    order = world.sent(session, "reread", 1)
    session.commit()
    document = render_orders(session, "t01", {order.number: 1}, now=NOW)[f"order:{order.number}"]
    [register] = document["meter"]["registers"]
    assert register["code"] == "low"
    assert (register["dials"], register["last"]) == (5, 99_500)
    # 500 a month: the register is expected near its end or past it.
    assert register["expected"]["low"] > 99_500
    assert register["expected"]["high"] < 99_500


def test_a_register_rolls_over_and_its_usage_is_shown(session: Session) -> None:
    meter = give(session, "M1", COMPOUND)
    history(session, meter, "low", 98_000, 98_500, 99_000, 99_500)
    order = world.sent(session, "reread", 1)
    event = completed(Tablet(), order, answers.reread(1, 148_000), registers={"low": 20})
    assert world.take(session, event).status == "posted"
    assert kept(session, event["_id"]) == [("M1", "low", 20, "special", ["wrap"])]
    [shown] = registers_at(session, [world.point(session, 1).id])
    assert (shown.lines[0].read.value, shown.lines[0].usage) == (20, 520)
    assert world.take(session, event).status == "posted"
    assert len(kept(session, event["_id"])) == 1


@pytest.mark.parametrize(
    ("value", "finding", "recorded"),
    [
        (60_000, "high", True),
        (51_501, "low", True),
        (51_400, "below_misread", True),
        (123_456, "too_many_digits", False),
    ],
)
def test_a_register_is_judged_by_its_own_history(
    session: Session, value: int, finding: str, recorded: bool
) -> None:
    meter = give(session, "M1", COMPOUND)
    history(session, meter, "low", 50_000, 50_500, 51_000, 51_500)
    order = world.sent(session, "reread", 1)
    event = completed(Tablet(), order, answers.reread(1, 148_000), registers={"low": value})
    assert world.take(session, event).status == "posted"
    case = world.cases(session, event["_id"])["register_doubted"]
    assert case.detail["finding"].startswith(finding[:5])
    assert bool(kept(session, event["_id"])) is recorded


@pytest.mark.parametrize("given", [None, {}, {"low": "12"}, {"low": True}, [1], {"high": 3}])
def test_a_register_left_out_is_named_and_nothing_is_lost(session: Session, given: Any) -> None:
    give(session, "M1", COMPOUND)
    order = world.sent(session, "reread", 1)
    event = completed(Tablet(), order, answers.reread(1, 148_000), registers=given)
    assert world.take(session, event).status == "posted"
    assert world.cases(session, event["_id"])["register_unread"].detail["registers"] == ["Low side"]
    assert session.scalars(select(Read).where(Read.source == event["_id"])).one().value == 148_000


def test_an_exchange_takes_every_register_out_and_in(session: Session) -> None:
    give(session, "M1", TIME_OF_USE)
    give(session, "NT011", COMPOUND)
    order = world.sent(session, "exchange", 1)
    said = answers.exchange(1, "NT011")
    event = completed(Tablet(), order, said, registers={"peak": 700, "net": 12}, new_registers={"low": 3})
    assert world.take(session, event).status == "posted"
    assert kept(session, event["_id"]) == [
        ("M1", "peak", 700, "final", ["no_previous"]),
        ("M1", "net", 12, "final", ["no_previous"]),
        ("NT011", "low", 3, "start", ["no_previous"]),
    ]


def test_a_final_read_without_a_register_waits_for_a_person(session: Session) -> None:
    give(session, "M1", TIME_OF_USE)
    order = world.sent(session, "exchange", 1)
    event = completed(Tablet(), order, answers.exchange(1, "NT011"), registers={"peak": 700})
    assert world.take(session, event).status == "review"
    assert world.cases(session, event["_id"])["register_unread"].detail["registers"] == ["Returned"]
    assert kept(session, event["_id"]) == [("M1", "peak", 700, "final", ["no_previous"])]


def test_registers_wait_with_the_meter_that_waits(session: Session) -> None:
    give(session, "NT021", COMPOUND)
    order = world.sent(session, "exchange", 1)
    event = completed(Tablet(), order, answers.exchange(1, "NT021"), new_registers={"low": 3})
    assert world.take(session, event).status == "review"
    assert kept(session, event["_id"]) == []
    case = world.cases(session, event["_id"])["new_meter_not_on_van"]
    decide_exception(session, case.id, accept=True, words="lent", now=LATER, actor="sam")
    assert kept(session, event["_id"]) == [("NT021", "low", 3, "start", ["no_previous"])]


def test_the_office_enters_each_register(session: Session) -> None:
    meter = give(session, "M1", COMPOUND)
    history(session, meter, "low", 50_000, 50_500, 51_000, 51_500)
    by: dict[str, Any] = {"at": NOW, "reason": "rang", "now": NOW, "actor": "carla"}
    for value, registers, field in (
        (148_000, {}, "register.low"),
        (148_000, {"low": 123_456}, "register.low"),
        (1_480_000, {"low": 52_000}, "read"),
    ):
        with pytest.raises(Problem) as refused:
            enter_reads(session, "M1", value, registers, **by)
        assert refused.value.details["field"] == field
    found = enter_reads(session, "M1", 148_000, {"low": 60_000}, **by)
    assert [(one.register, one.finding) for one in found] == [("M1", None), ("Low side", "high")]
    with pytest.raises(Problem) as again:
        enter_reads(session, "M1", 148_000, {"low": 60_000}, **by)
    assert again.value.details["field"] == "read_on"


@pytest.mark.parametrize(
    "text",
    [
        "LOW:5",
        "low",
        "low:2",
        "low:5:0",
        "main:5",
        "low:5;low:6",
        "low:5:1:gal:more",
        "a:5:1:gal:adds:t:x",
    ],
)
def test_what_is_no_register_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        registers_from_text(text)
    assert refused.value.details["field"] == "registers"
