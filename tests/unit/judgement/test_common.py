"""What every completion is checked for, whatever its type."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.unit.situations import (
    LAST,
    METER,
    NOW,
    SPARE,
    cases,
    event,
    judged,
    of,
    sample_book,
    situation,
    visit,
)
from workorders.catalogue import judge
from workorders.facts import AssignmentFacts
from workorders.judgement.consequences import (
    InstallMeter,
    Post,
    RaiseOrder,
    Recall,
    RecordRead,
    RemoveMeter,
    SetServicePoint,
)
from workorders.judgement.lifecycle import Command
from workorders.messages.message import Message
from workorders.messages.words import ENGLISH, say
from workorders.policy.rulebook import FeeRow
from workorders.problems import Problem


def test_another_meter_stops_what_rests_on_the_meter_and_raises_a_verify_order() -> None:
    judgement = judged("turn_off", {"serial_seen": "ZZ999"}, account_deposit_cents=5000)
    assert judgement.command is Command.COMPLETE_WITH_EXCEPTION
    assert not of(judgement, RecordRead)
    assert not of(judgement, Post)
    assert of(judgement, SetServicePoint)[0].state == "off"
    assert [type(c) for c in cases(judgement)["serial_mismatch"].then] == [RecordRead, Post]
    assert [f.type for f in of(judgement, RaiseOrder)] == ["verify"]


def test_an_exchange_at_another_meter_changes_no_installation() -> None:
    judgement = judged("exchange", {"old_serial": "ZZ999"})
    assert not of(judgement, RemoveMeter)
    assert not of(judgement, InstallMeter)
    assert {type(c) for c in cases(judgement)["serial_mismatch"].then} == {
        RecordRead,
        RemoveMeter,
        InstallMeter,
        Post,
    }


def test_a_meter_where_the_records_know_none_waits_too() -> None:
    judgement = judged("reread", {"serial_seen": "CB200"}, installed=None)
    assert not of(judgement, RecordRead)
    assert [type(c) for c in cases(judgement)["serial_mismatch"].then] == [RecordRead]


def test_capitals_make_no_other_meter() -> None:
    assert not cases(judged("turn_off", {"serial_seen": "cb100"}))


def test_crossed_meters_are_named() -> None:
    other = replace(METER, serial="CB500", installed_at="SP-5")
    judgement = judged("reread", {"serial_seen": "CB500"}, meters={"CB500": other})
    assert cases(judgement)["serial_mismatch"].detail["elsewhere"] == "SP-5"


@pytest.mark.parametrize(
    ("meter", "code"),
    [
        (None, "new_meter_unknown"),
        (replace(SPARE, status="installed", van_technician=None, installed_at="SP-9"), "new_meter_elsewhere"),
        (replace(SPARE, van_technician="t02"), "new_meter_not_on_van"),
        (replace(SPARE, status="in_stock", van_technician=None), "new_meter_not_on_van"),
        (replace(SPARE, service="electric"), "new_meter_wrong_service"),
        (replace(SPARE, size="1"), "new_meter_wrong_size"),
        (replace(SPARE, dials=5), "new_meter_dials"),
    ],
)
def test_a_new_meter_the_records_speak_against_waits_and_nothing_is_overwritten(
    meter: object, code: str
) -> None:
    known = {"CB100": METER} | ({} if meter is None else {"CB200": meter})
    judgement = judged("exchange", meters=known)
    assert cases(judgement)[code].blocking
    assert not of(judgement, InstallMeter)
    assert not of(judgement, Post)
    assert of(judgement, RemoveMeter)
    assert InstallMeter("CB200", 12, NOW) in cases(judgement)[code].then


@pytest.mark.parametrize(
    ("read", "code", "blocking"),
    [
        (LAST + 60_000, "read_high", False),
        (LAST + 100, "read_low", False),
        (LAST - 50_000, "read_below_previous", True),
        (1_000_000, "read_too_many_digits", True),
    ],
)
def test_an_odd_read_is_reported_or_waits(read: int, code: str, blocking: bool) -> None:
    judgement = judged("turn_off", {"read": read})
    assert cases(judgement)[code].blocking is blocking
    recorded = of(judgement, RecordRead)
    assert [("not_billable" in r.flags) for r in recorded] == ([] if read == 1_000_000 else [blocking])


def test_skill_and_place_are_reported_and_never_block() -> None:
    judgement = judged("turn_off", event_skills=(), event_position=(-98.6, 39.2))
    assert judgement.command is Command.COMPLETE
    assert cases(judgement)["skill_missing"].detail["skills"] == ["water"]
    assert cases(judgement)["outside_geofence"].detail["metres"] == pytest.approx(11_119, abs=5)
    assert "Reported away from the premise" in say(judgement.message, ENGLISH)


def test_a_poor_fix_is_given_its_own_inaccuracy() -> None:
    near = (-98.6, 39.1 + 400 / 111_195)
    assert "outside_geofence" in cases(judged("turn_off", event_position=near, event_accuracy_m=10.0))
    assert not cases(judged("turn_off", event_position=near, event_accuracy_m=300.0))


def test_a_completion_under_an_old_epoch_counts_and_recalls_who_has_it_now() -> None:
    moved = {
        "order_epoch": 2,
        "order_technician": "t02",
        "order_assignments": (AssignmentFacts(1, "t01", NOW), AssignmentFacts(2, "t02", NOW)),
    }
    judgement = judged("turn_off", **moved)
    assert judgement.command is Command.COMPLETE
    assert of(judgement, Recall) == [Recall("t02", Message.of("reason.done_by", technician="t01"))]
    progress = judge(situation("turn_off", **moved), event("en_route"))
    assert progress.command is None
    unable = judge(situation("turn_off", **moved), event("unable", {"reason": "no_access"}))
    assert (unable.command, unable.outcome) == (None, "")


def test_somebody_who_never_had_the_order_is_reviewed_and_the_facts_stay() -> None:
    judgement = judged("turn_off", event_technician="t09")
    assert cases(judgement)["not_assigned"].blocking
    assert of(judgement, SetServicePoint)


def test_a_second_visit_is_linked_and_only_its_read_counts() -> None:
    done = {
        "order_state": "completed",
        "order_outcome": "completed",
        "order_completed_by": "event:cd34:00000001",
    }
    judgement = judged("disconnect_np", **done, point_state="off_np")
    assert (judgement.outcome, judgement.command) == ("", None)
    assert [type(c).__name__ for c in judgement.consequences] == ["RecordRead", "OpenException"]
    assert not cases(judgement)["second_visit"].blocking


def test_a_second_visit_that_changed_a_meter_waits() -> None:
    done = {
        "order_state": "completed",
        "order_outcome": "completed",
        "order_completed_by": "event:cd34:00000001",
    }
    judgement = judged("exchange", **done)
    case = cases(judgement)["second_visit_changed"]
    assert case.blocking
    assert {type(c) for c in case.then} == {RemoveMeter, InstallMeter, RecordRead}
    assert not of(judgement, RecordRead)


def test_the_same_event_judged_again_is_no_second_visit() -> None:
    done = visit("turn_off")
    again = judge(situation("turn_off", order_completed_by=done.id), done)
    assert again.command is Command.COMPLETE


def newer(cents: int) -> FeeRow:
    return FeeRow("field_visit", "Field visit", date(2026, 3, 1), cents, "visit", rule_set=2)


def test_fees_are_those_in_force_and_the_difference_to_an_old_tablet_is_looked_at() -> None:
    book = sample_book(fees=(newer(5000),), version=2)
    judgement = judged("disconnect_np", book=book, event_rule_set=1)
    assert of(judgement, Post)[0].lines == (("AR", "SVC", 5000),)
    detail = cases(judgement)["repriced"].detail
    assert (detail["believed"], detail["charged"], detail["difference"]) == (4500, 5000, 500)
    assert not cases(judged("disconnect_np", book=book, event_rule_set=2))
    assert not cases(
        judged("disconnect_np", book=sample_book(fees=(newer(4500),), version=2), event_rule_set=1)
    )


def test_work_done_after_a_cancel_stands_and_its_money_waits() -> None:
    gone = {
        "order_state": "cancelled",
        "order_cancelled_at": NOW - timedelta(hours=1),
        "order_cancel_seq": 90,
    }
    judgement = judged("turn_on", **gone, point_state="off")
    assert judgement.outcome == "completed_after_cancel"
    assert of(judgement, SetServicePoint)[0].state == "on"
    assert not of(judgement, Post)
    waiting = cases(judgement)["completed_after_cancel"]
    assert not waiting.blocking
    assert {p.purpose for p in waiting.then if isinstance(p, Post)} == {"fee_connect", "deposit"}
    seen = judged("turn_on", **gone, point_state="off", event_seen_seq=90)
    assert cases(seen)["finished_after_seen_cancel"].blocking


def test_a_turn_off_done_after_its_cancel_is_restored_free() -> None:
    gone = {"order_state": "cancelled", "order_cancelled_at": NOW - timedelta(hours=1)}
    (follow,) = of(judged("turn_off", **gone), RaiseOrder)
    assert (follow.type, follow.no_charge) == ("reconnect", True)


def test_work_done_before_the_cancel_counts() -> None:
    gone = {"order_state": "cancelled", "order_cancelled_at": NOW + timedelta(hours=1)}
    judgement = judged("turn_on", **gone, point_state="off")
    assert judgement.outcome == "completed"
    assert of(judgement, Post)
    assert "done_before_cancel" in cases(judgement)


def test_unusable_and_unknown_answers_are_reported_and_the_rest_counts() -> None:
    judgement = judged("turn_off", {"read": "12a", "left_on": None, "colour": "blue"})
    opened = cases(judgement)
    assert opened["answers_unusable"].detail["fields"] == ["left_on", "read"]
    assert opened["answers_unknown"].detail["fields"] == ["colour"]
    assert of(judgement, SetServicePoint)[0].lock == "L77"


def test_common_keys_of_the_body_stand_in_for_answers() -> None:
    body = {"outcome": "completed", "serial_seen": "CB100", "read": LAST + 6000, "left": "off", "lock": "L1"}
    judgement = judge(situation("turn_off"), event("completed", body))
    assert not cases(judgement)
    assert of(judgement, RecordRead)[0].value == LAST + 6000


def test_a_body_of_another_shape_is_a_problem() -> None:
    with pytest.raises(Problem, match="answers"):
        judge(situation("turn_off"), event("completed", {"answers": [1]}))
    with pytest.raises(Problem) as unknown:
        judge(
            replace(situation("turn_off"), order=replace(situation("turn_off").order, type="dig")),
            event("unable"),
        )
    assert unknown.value.code == "unknown_order_type"


@pytest.mark.parametrize(
    ("type_", "answers", "outcome", "left"),
    [
        ("turn_on", {"left_on": False}, "completed", None),
        ("turn_on", {}, "left_off", None),
        ("reconnect", {"left_on": False}, "completed", None),
        ("disconnect_np", {"cut_made": False}, "completed", None),
        ("exchange", {}, "partial", None),
        ("turn_on", {}, "completed", "off"),
    ],
)
def test_an_outcome_that_contradicts_an_answer_is_looked_at(
    type_: str, answers: dict[str, Any], outcome: str, left: str | None
) -> None:
    given = visit(type_, answers)
    body = {**given.body, "outcome": outcome} | ({"left": left} if left else {})
    found = cases(judge(situation(type_), replace(given, body=body)))
    assert found["outcome_contradicted"].blocking
    assert "outcome_contradicted" not in cases(judged(type_, answers))
