"""Each order type on a visit where nothing is odd, and the turns its own row of the catalogue names."""

import pytest

from tests.unit.situations import ANSWERS, EXTRA, LAST, NOW, cases, history, judged, of
from workorders.catalogue import CATALOGUE
from workorders.facts import ReadFacts
from workorders.judgement.answers import check_extra
from workorders.judgement.consequences import (
    InstallMeter,
    Post,
    RaiseOrder,
    RecordMeterTest,
    RecordRead,
    RemoveMeter,
    SetServicePoint,
)
from workorders.judgement.lifecycle import Command
from workorders.messages.message import Message
from workorders.messages.words import ENGLISH, say

OFF = {"point_state": "off", "point_state_source": "off-1", "point_lock": "L1"}
OFF_READ = ReadFacts("CB100", NOW - (NOW - history()[-1].at) / 2, LAST + 40, "final", "off-1")
OFF_READS = {"reads": (*history(), OFF_READ)}


def test_the_plain_visits_cover_the_catalogue() -> None:
    assert set(ANSWERS) == set(EXTRA) == set(CATALOGUE)


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_the_sample_extra_input_is_accepted(code: str) -> None:
    assert check_extra(CATALOGUE[code], EXTRA[code]) == EXTRA[code]


def posts(judgement: object) -> dict[str, tuple[tuple[str, str, int], ...]]:
    return {p.purpose: p.lines for p in of(judgement, Post)}  # type: ignore[arg-type]  # a Judgement


def test_turn_on_charges_connection_and_deposit_and_starts_the_reading() -> None:
    judgement = judged("turn_on", **OFF, **OFF_READS)
    assert (judgement.outcome, judgement.command, say(judgement.message, ENGLISH)) == (
        "completed",
        Command.COMPLETE,
        "Posted.",
    )
    assert of(judgement, SetServicePoint) == [SetServicePoint("on", NOW)]
    assert of(judgement, RecordRead) == [RecordRead("CB100", LAST + 40, "start", NOW)]
    assert posts(judgement) == {"fee_connect": (("AR", "SVC", 2500),), "deposit": (("AR", "DEP", 10_000),)}
    assert not of(judgement, RaiseOrder)


def test_turn_on_above_the_off_read_sends_somebody_to_look_for_tampering() -> None:
    judgement = judged("turn_on", {"read": LAST + 900}, **OFF, **OFF_READS)
    (follow,) = of(judgement, RaiseOrder)
    assert (follow.type, follow.reason, follow.extra["usage_while_off"]) == ("tamper", "usage_while_off", 860)


def test_turn_on_with_the_dial_moving_and_nobody_home_is_left_off() -> None:
    answers = {"dial_moving": True, "somebody_home": False, "left_on": False}
    judgement = judged("turn_on", answers, **OFF, **OFF_READS)
    assert (judgement.outcome, judgement.command) == ("left_off", Command.REPORT_UNABLE)
    assert of(judgement, SetServicePoint) == [SetServicePoint("off", NOW)]
    assert not of(judgement, Post)


def test_turn_on_left_running_with_nobody_home_is_reported() -> None:
    judgement = judged("turn_on", {"dial_moving": True, "somebody_home": False}, **OFF, **OFF_READS)
    assert not cases(judgement)["left_running"].blocking
    assert of(judgement, SetServicePoint)[0].state == "on"


def test_turn_on_of_what_is_on_by_the_records_is_reported_and_costs_nothing() -> None:
    judgement = judged("turn_on")
    assert "already_on" in cases(judgement)
    assert not of(judgement, Post)


def test_turn_off_takes_the_final_read_and_gives_the_deposit_back() -> None:
    judgement = judged("turn_off", account_balance_cents=2000, account_deposit_cents=10_000)
    assert judgement.outcome == "completed"
    assert of(judgement, RecordRead) == [RecordRead("CB100", LAST + 6000, "final", NOW)]
    assert of(judgement, SetServicePoint) == [SetServicePoint("off", NOW, lock="L77")]
    assert posts(judgement) == {"deposit_back": (("DEP", "AR", 10_000),)}
    # 6,000 gal at 620 cents per 1,000 are still to be billed: 10,000 − 2,000 − 3,720 are left.
    credit = cases(judgement)["final_credit"]
    assert credit.then == (Post("refund", Message("entry.refund"), (("AR", "REFUND", 4280),)),)
    assert not credit.blocking


def test_turn_off_without_a_read_waits_for_a_human() -> None:
    judgement = judged("turn_off", {"read": None})
    assert judgement.command is Command.COMPLETE_WITH_EXCEPTION
    assert cases(judgement)["read_missing"].blocking
    assert of(judgement, SetServicePoint)[0].state == "off"


def test_reread_confirms_a_first_read_that_the_dials_follow() -> None:
    judgement = judged("reread", order_extra={"flag_reason": "low", "requested_by_customer": True})
    assert judgement.outcome == "confirmed"
    assert of(judgement, RecordRead) == [RecordRead("CB100", LAST + 6000, "special", NOW)]
    assert posts(judgement) == {"fee_reread_request": (("AR", "SVC", 1500),)}


def test_reread_supersedes_a_wrong_billed_read_and_corrects_the_bill() -> None:
    wrong = ReadFacts("CB100", history()[-1].at, LAST + 40_000, "actual", "cycle-11", billed=True)
    reads = (*history()[:-1], wrong)
    judgement = judged(
        "reread", reads=reads, order_extra={"flag_reason": "high", "requested_by_customer": True}
    )
    assert judgement.outcome == "corrected"
    assert of(judgement, RecordRead) == [
        RecordRead("CB100", LAST + 6000, "special", NOW, supersedes="cycle-11")
    ]
    # Billed 46,000 gal; by the even pace of 12,000 gal in two months, 6,000 were right.
    assert posts(judgement) == {"rebill": (("REV", "AR", 28_520), ("AR", "REV", 3_720))}


def test_reread_finds_a_leak_and_a_damaged_meter() -> None:
    answers = {"dial_moving": True, "taps_closed": True, "meter_condition": "damaged"}
    follows = [f.type for f in of(judged("reread", answers), RaiseOrder)]
    assert follows == ["investigate", "exchange"]


def test_meter_test_passed_keeps_the_deposit() -> None:
    judgement = judged("meter_test")
    (test,) = of(judgement, RecordMeterTest)
    assert (test.verdict, test.serial, test.standard) == ("pass", "CB100", "Standard 4")
    assert posts(judgement) == {"test_deposit": (("DEP", "SVC", 7500),)}
    assert not of(judgement, RaiseOrder)


def fast(gpm: float, meter: float) -> dict[str, object]:
    return {"gpm": gpm, "as_found": {"meter": meter, "standard": 100.0}}


def test_meter_test_of_a_fast_meter_refunds_six_months_and_the_deposit() -> None:
    flows = [fast(0.25, 104.0), fast(2, 104.0), fast(15, 104.0)]
    judgement = judged("meter_test", {"flows": flows})
    (test,) = of(judgement, RecordMeterTest)
    assert test.verdict == "fast"
    assert test.accuracy_percent == pytest.approx(100 + 100 * 4 / 104, abs=1e-4)
    # Six months hold six reads a month apart: 30,000 gal, of which 4/104 were counted too much.
    assert posts(judgement) == {
        "test_deposit": (("DEP", "AR", 7500),),
        "test_refund": (("REV", "AR", round(30_000 * 4 / 104 * 620 / 1000)),),
    }
    assert [f.type for f in of(judgement, RaiseOrder)] == ["exchange"]


def test_meter_test_of_a_slow_meter_is_billed_only_by_policy() -> None:
    flows = [fast(0.25, 90.0), fast(2, 90.0), fast(15, 90.0)]
    judgement = judged("meter_test", {"flows": flows})
    assert "slow_meter" in cases(judgement)
    assert "test_backbill" not in posts(judgement)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"flows": [fast(2, 100.0)]}, "test_incomplete"),
        ({"flows": None}, "test_incomplete"),
        ({"calibrated_on": "2024-12-31"}, "calibration_expired"),
        ({"calibrated_on": "2026-03-03"}, "calibration_expired"),
        ({"calibrated_on": None}, "calibration_expired"),
    ],
)
def test_a_meter_test_that_proves_nothing_waits(answers: dict[str, object], code: str) -> None:
    judgement = judged("meter_test", answers)
    assert cases(judgement)[code].blocking
    assert not of(judgement, RecordMeterTest)
    assert not of(judgement, Post)


def test_exchange_takes_the_old_meter_out_before_the_new_one_goes_in() -> None:
    judgement = judged("exchange")
    assert judgement.consequences[:5] == (
        RecordRead("CB100", LAST + 6000, "final", NOW),
        RemoveMeter("CB100", LAST + 6000, NOW, status="retired"),
        InstallMeter("CB200", 12, NOW),
        RecordRead("CB200", 12, "start", NOW),
        Post("plant", Message.of("entry.plant", serial="CB200"), (("PLANT", "STOCK", 14_500),)),
    )
    assert not cases(judgement)


def test_exchange_of_a_doubted_meter_holds_it_for_its_test() -> None:
    judgement = judged("exchange", order_extra={"reason": "complaint"})
    assert of(judgement, RemoveMeter)[0].status == "held"
    (follow,) = of(judgement, RaiseOrder)
    assert (follow.type, follow.extra["serial"], follow.extra["place"]) == ("meter_test", "CB100", "bench")


def test_exchange_left_half_done_leaves_the_point_unmetered_and_is_finished_at_once() -> None:
    judgement = judged("exchange", {"new_in": False})
    assert judgement.outcome == "partial"
    assert [r.serial for r in of(judgement, RemoveMeter)] == ["CB100"]
    assert not of(judgement, InstallMeter)
    assert of(judgement, SetServicePoint)[-1].state == "unmetered"
    (follow,) = of(judgement, RaiseOrder)
    assert (follow.type, follow.reason, follow.priority, follow.due_hours) == (
        "exchange",
        "unmetered",
        90,
        24.0,
    )


def test_the_follow_on_of_a_half_done_exchange_sets_the_new_meter() -> None:
    answers = {"old_there": False, "old_serial": None, "old_read": None, "condition": None, "photo_old": None}
    judgement = judged(
        "exchange", answers, installed=None, point_state="unmetered", order_extra={"reason": "finish"}
    )
    assert not cases(judgement)
    assert of(judgement, InstallMeter) == [InstallMeter("CB200", 12, NOW)]
    assert of(judgement, SetServicePoint) == [SetServicePoint("on", NOW, seal="S9")]


def test_disconnect_cuts_and_charges_the_visit() -> None:
    judgement = judged("disconnect_np")
    assert (judgement.outcome, say(judgement.message, ENGLISH)) == ("completed", "Posted.")
    assert of(judgement, SetServicePoint) == [SetServicePoint("off_np", NOW, lock="L77")]
    assert posts(judgement) == {"fee_field_visit": (("AR", "SVC", 4500),)}
    assert not of(judgement, RaiseOrder)


def test_reconnect_charges_its_fee_and_a_free_one_does_not() -> None:
    off = OFF | {"point_state": "off_np"} | OFF_READS
    judgement = judged("reconnect", **off)
    assert of(judgement, SetServicePoint) == [SetServicePoint("on", NOW)]
    assert posts(judgement) == {"fee_reconnect": (("AR", "SVC", 3500),)}
    assert not posts(judged("reconnect", **off, order_no_charge=True))


def test_verify_finds_no_difference() -> None:
    judgement = judged("verify")
    assert (judgement.outcome, say(judgement.message, ENGLISH)) == ("completed", "Posted.")


def test_verify_shows_differences_and_waits_with_the_correction() -> None:
    judgement = judged("verify", {"serial_seen": "CB900", "status": "off"})
    case = cases(judgement)["record_differs"]
    assert case.blocking
    assert case.then == (SetServicePoint("off", NOW),)
    assert "CB900" in say(case.message, ENGLISH)
    assert judgement.outcome == "differs"
    assert "serial_mismatch" not in cases(judgement)


def test_verify_of_a_lock_that_was_broken_looks_for_tampering() -> None:
    judgement = judged("verify", point_state="off_np")
    assert [f.type for f in of(judgement, RaiseOrder)] == ["tamper"]


def test_investigate_proposes_a_leak_adjustment_and_posts_nothing_by_itself() -> None:
    answers = {"leak_dial_moving": True, "side": "customer", "read": LAST + 10_000, "meter_suspect": True}
    judgement = judged("investigate", answers)
    assert not of(judgement, Post)
    (post,) = cases(judgement)["leak_adjustment"].then
    # 4,000 gal above the usual 6,000 at 620 cents per 1,000, half of it.
    assert isinstance(post, Post)
    assert post.lines == (("REV", "AR", 1240),)
    assert [f.type for f in of(judgement, RaiseOrder)] == ["meter_test"]


def test_tampering_is_charged_only_when_the_office_approves() -> None:
    extra = {"reason": "usage_while_off", "usage_while_off": 2000}
    judgement = judged("tamper", {"bypass_kind": "jumper", "left_on": False}, order_extra=extra)
    assert judgement.outcome == "tampering"
    assert not of(judgement, Post)
    assert [p.purpose for p in cases(judgement)["tamper_approval"].then if isinstance(p, Post)] == [
        "fee_tamper",
        "back_bill",
    ]
    assert of(judgement, SetServicePoint)[0].state == "off"
