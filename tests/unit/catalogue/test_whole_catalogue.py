"""New sets, removals, door tags, backflow surveys and special reads: plain visits and each of their turns."""

from datetime import timedelta

import pytest

from tests.unit.situations import LAST, NOW, cases, history, judged, of
from workorders.catalogue import CATALOGUE
from workorders.facts import ReadFacts
from workorders.judgement.consequences import (
    InstallMeter,
    Post,
    RaiseOrder,
    RecordRead,
    RegisterBackflow,
    RemoveMeter,
    SetServicePoint,
    TagPosted,
)
from workorders.judgement.lifecycle import Command
from workorders.judgement.traits import Meeting, meeting

NEW = {"installed": None, "point_state": "inactive", "reads": ()}
ESTIMATE = ReadFacts("CB100", NOW - timedelta(days=2), LAST + 20_000, "estimated", "cycle-e", billed=True)


def posts(judgement: object) -> dict[str, tuple[tuple[str, str, int], ...]]:
    return {p.purpose: p.lines for p in of(judgement, Post)}  # type: ignore[arg-type]  # a Judgement


def test_a_new_set_installs_the_meter_of_the_van_and_charges_the_new_service() -> None:
    judgement = judged("new_set", **NEW, order_extra={"fees_paid": True, "deposit_cents": 10_000})
    assert (judgement.outcome, judgement.command) == ("completed", Command.COMPLETE)
    assert of(judgement, InstallMeter) == [InstallMeter("CB200", 3, NOW)]
    assert of(judgement, RecordRead) == [RecordRead("CB200", 3, "start", NOW)]
    assert of(judgement, SetServicePoint) == [SetServicePoint("off", NOW, lock="L9")]
    assert posts(judgement) == {
        "plant": (("PLANT", "STOCK", 14_500),),
        "fee_new_set": (("AR", "SVC", 45_000),),
        "deposit": (("AR", "DEP", 10_000),),
    }


def test_a_new_set_that_is_left_on_is_on() -> None:
    judgement = judged("new_set", {"left_on": True, "lock": None}, **NEW)
    assert of(judgement, SetServicePoint) == [SetServicePoint("on", NOW)]


def test_a_site_that_is_not_ready_costs_a_visit_and_is_looked_at_again() -> None:
    gone = dict.fromkeys(("new_serial", "new_read", "new_dials", "photo_new", "left_on", "lock"))
    judgement = judged("new_set", gone | {"site_ready": False, "missing": "meter_box"}, **NEW)
    assert (judgement.outcome, judgement.command) == ("not_ready", Command.COMPLETE)
    assert posts(judgement) == {"fee_field_visit": (("AR", "SVC", 4_500),)}
    (again,) = of(judgement, RaiseOrder)
    assert (again.type, again.reason, again.due_hours) == ("new_set", "site_not_ready", 168)
    assert again.extra == {"application": "APP-12"}
    assert not of(judgement, SetServicePoint)


def test_a_new_set_where_the_records_have_a_meter_overwrites_nothing() -> None:
    judgement = judged("new_set", point_state="inactive")
    assert "old_not_out" in cases(judgement)
    assert not of(judgement, InstallMeter)


def test_a_removal_takes_the_final_read_and_leaves_the_service_point_out_of_use() -> None:
    judgement = judged("removal")
    assert of(judgement, RecordRead)[0].kind == "final"
    assert of(judgement, RemoveMeter) == [RemoveMeter("CB100", LAST + 6000, NOW, status="retired")]
    assert of(judgement, SetServicePoint) == [SetServicePoint("inactive", NOW)]
    assert posts(judgement) == {"fee_removal": (("AR", "SVC", 6_000),)}
    assert {code: case.blocking for code, case in cases(judgement).items()} == {"service_abandoned": False}


def test_a_removed_meter_that_goes_back_to_the_van_is_stock_again() -> None:
    judgement = judged("removal", {"meter_goes": "van"})
    assert of(judgement, RemoveMeter)[0].status == "in_van"
    assert posts(judgement)["plant_back"] == (("STOCK", "PLANT", 14_500),)


def test_a_service_that_could_not_be_closed_waits_for_somebody() -> None:
    assert cases(judged("removal", {"capped": "open"}))["left_uncapped"].blocking


def test_a_removal_takes_the_place_of_a_cut_and_a_new_set_of_nothing() -> None:
    removal, cut, stop = CATALOGUE["removal"], CATALOGUE["disconnect_np"], CATALOGUE["turn_off"]
    assert meeting(removal, cut, same_account=True) is Meeting.SUPERSEDES
    assert meeting(removal, stop, same_account=True) is Meeting.BESIDE
    assert meeting(CATALOGUE["new_set"], removal, same_account=True) is Meeting.REFUSED


def test_a_door_tag_counts_from_the_hour_it_hangs_and_costs_its_fee() -> None:
    judgement = judged("door_tag")
    assert of(judgement, TagPosted) == [TagPosted(NOW)]
    assert posts(judgement) == {"fee_door_tag": (("AR", "SVC", 1_500),)}


def test_a_tag_that_nobody_says_how_it_was_delivered_counts_not() -> None:
    judgement = judged("door_tag", {"delivered": None, "photo": None})
    assert not of(judgement, TagPosted)
    assert not of(judgement, Post)
    assert cases(judgement)["tag_not_delivered"].blocking


def test_a_survey_registers_the_assembly_where_the_tablet_is() -> None:
    judgement = judged("backflow_locate", {"place": "Left of the garage"})
    assert of(judgement, RegisterBackflow) == [
        RegisterBackflow("BF-77", "rp", "1", NOW, 365, place="Left of the garage", position=(-98.6, 39.1))
    ]


def test_a_survey_without_an_assembly_asks_for_one_only_where_it_is_needed() -> None:
    gone = dict.fromkeys(("device_serial", "kind", "size", "condition", "photo"))
    none = gone | {"found": False, "needed": False}
    assert (judged("backflow_locate", none).outcome, not cases(judged("backflow_locate", none))) == (
        "none_found",
        True,
    )
    assert set(cases(judged("backflow_locate", none | {"needed": True}))) == {"backflow_missing"}


def test_an_assembly_without_its_figures_is_not_on_record() -> None:
    judgement = judged("backflow_locate", {"kind": None})
    assert not of(judgement, RegisterBackflow)
    assert cases(judgement)["device_unread"].blocking


def test_a_leaking_assembly_is_said() -> None:
    assert "device_leaking" in cases(judged("backflow_locate", {"condition": "leaking"}))


def test_a_special_read_is_a_read_of_the_route() -> None:
    judgement = judged("special_read")
    assert of(judgement, RecordRead) == [RecordRead("CB100", LAST + 6000, "actual", NOW)]
    assert not of(judgement, Post)


def test_a_special_read_takes_the_place_of_an_estimate_and_its_bill() -> None:
    reads = (*history(), ESTIMATE)
    judgement = judged("special_read", reads=reads)
    (read,) = of(judgement, RecordRead)
    assert (read.value, read.supersedes) == (LAST + 6000, "cycle-e")
    back, again = posts(judgement)["rebill"]
    # 20,000 gal billed; 6,000 in 30 days, of which 28 were billed: 5,600.
    assert (back, again) == (("REV", "AR", 12_400), ("AR", "REV", 3_472))


def test_a_special_read_below_the_read_before_the_estimate_replaces_nothing() -> None:
    judgement = judged("special_read", {"read": LAST - 500}, reads=(*history(), ESTIMATE))
    assert "read_below_previous" in cases(judgement)
    assert of(judgement, RecordRead)[0].supersedes is None


SKIP = {"could_read": False, "skip_code": "dog", "serial_seen": None, "read": None}


@pytest.mark.parametrize(("before", "letter"), [(0, False), (1, False), (2, True), (3, False), (5, True)])
def test_every_third_skip_in_a_row_asks_for_a_letter_and_costs(before: int, letter: bool) -> None:
    judgement = judged("special_read", SKIP, point_skips=before)
    assert judgement.outcome == "skipped"
    assert ("access_letter" in cases(judgement), bool(of(judgement, Post))) == (letter, letter)
    assert not of(judgement, RecordRead)
