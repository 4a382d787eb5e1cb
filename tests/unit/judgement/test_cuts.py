"""Cuts that meet a payment, a cancel, a protection or another premise, judged for their own instant."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.unit.situations import (
    LAST,
    METER,
    NOW,
    cases,
    event,
    history,
    judged,
    of,
    rule,
    sample_book,
    situation,
    visit,
)
from workorders.catalogue import CATALOGUE, judge
from workorders.facts import EntryFacts, HoldFacts, OtherOrder, PaymentFacts
from workorders.judgement.consequences import (
    Judgement,
    OpenException,
    Post,
    RaiseOrder,
    Reverse,
    SetServicePoint,
)
from workorders.judgement.late_payment import reconsider_cut
from workorders.judgement.lifecycle import Command
from workorders.messages.words import ENGLISH, say

HOUR = timedelta(hours=1)
PAID = 12_850


def paid(hours: float, cents: int = PAID) -> dict[str, object]:
    """The amount was paid so many hours after the cut (negative: before)."""
    return {
        "account_payments": (PaymentFacts("P1", NOW + hours * HOUR, cents, "web"),),
        "account_balance_cents": PAID - cents,
    }


def cancelled(hours: float, seq: int = 90) -> dict[str, object]:
    """The order was called off so many hours after the cut."""
    return {
        "order_state": "cancelled",
        "order_cancelled_at": NOW + hours * HOUR,
        "order_cancel_reason": "paid",
        "order_cancel_seq": seq,
    }


def reconnect(judgement: Judgement) -> RaiseOrder:
    """The one reconnect that follows."""
    (found,) = of(judgement, RaiseOrder)
    assert found.type == "reconnect"
    return found  # type: ignore[no-any-return]  # of() answers that kind


def test_cut_before_the_payment_is_valid_and_restored_at_the_normal_fees() -> None:
    judgement = judged("disconnect_np", **paid(1), **cancelled(1.1))
    assert judgement.outcome == "completed"
    assert judgement.command is Command.COMPLETE
    follow = reconnect(judgement)
    assert (follow.reason, follow.no_charge, follow.priority) == ("paid", False, 90)
    assert [p.purpose for p in of(judgement, Post)] == ["fee_field_visit"]
    assert "wrongful_cut" not in cases(judgement)


def test_cut_after_the_payment_is_restored_at_once_and_free_and_charges_nothing() -> None:
    charged = EntryFacts("dispatch:W1", "fee_dispatch")
    judgement = judged("disconnect_np", **paid(-1), **cancelled(-0.9), order_entries=(charged,))
    assert judgement.outcome == "completed_after_cancel"
    assert judgement.command is Command.COMPLETE
    assert of(judgement, SetServicePoint)[0].state == "off_np"
    assert not of(judgement, Post)
    assert [(r.source, r.purpose) for r in of(judgement, Reverse)] == [("dispatch:W1", "fee_dispatch")]
    follow = reconnect(judgement)
    assert (follow.no_charge, follow.priority, follow.due_hours) == (True, 100, 2.0)
    assert not cases(judgement)["wrongful_cut"].blocking


def test_cut_after_the_payment_but_before_the_clerk_cancelled_is_wrongful_all_the_same() -> None:
    assert judged("disconnect_np", **paid(-0.5), **cancelled(0.5)).outcome == "completed_after_cancel"
    assert judged("disconnect_np", **paid(-0.5)).outcome == "wrongful_cut"


def test_cut_although_the_tablet_had_the_cancel_is_for_the_supervisor() -> None:
    unseen = judged("disconnect_np", **paid(-1), **cancelled(-0.9, seq=90), event_seen_seq=89)
    seen = judged("disconnect_np", **paid(-1), **cancelled(-0.9, seq=90), event_seen_seq=90)
    assert "cut_after_seen_cancel" not in cases(unseen)
    assert cases(seen)["cut_after_seen_cancel"].blocking
    assert seen.command is Command.COMPLETE_WITH_EXCEPTION
    assert reconnect(seen).no_charge


def test_an_order_called_off_without_payment_counts_by_when_it_was_called_off() -> None:
    assert judged("disconnect_np", **cancelled(-1)).outcome == "completed_after_cancel"
    after = judged("disconnect_np", **cancelled(1))
    assert (after.outcome, reconnect(after).reason) == ("completed", "released")


def test_a_part_payment_does_not_make_the_cut_wrongful() -> None:
    judgement = judged("disconnect_np", **paid(-1, cents=5_000))
    assert judgement.outcome == "completed"
    assert not of(judgement, RaiseOrder)


def test_the_next_customers_turn_on_restores_instead_of_a_reconnect() -> None:
    turn_on = OtherOrder("W9", "start", "dispatched", "A2", NOW.date())
    judgement = judged("disconnect_np", **cancelled(-1), point_other_orders=(turn_on,))
    assert judgement.outcome == "completed_after_cancel"
    assert not of(judgement, RaiseOrder)


@pytest.mark.parametrize(
    ("changes", "rule_code"),
    [
        ({"event_occurred_at": NOW + timedelta(days=4)}, "weekday"),
        ({"event_occurred_at": NOW + 6 * HOUR}, "latest_hour"),
        (
            {"account_holds": (HoldFacts("medical", date(2026, 3, 1), date(2026, 3, 20), True),)},
            "hold_medical",
        ),
        ({"account_notices": ()}, "notice_final"),
        ({"point_medical": True}, "medical_flag"),
        (
            {"order_authority_expires_at": NOW - HOUR},
            "authority",
        ),
    ],
)
def test_a_cut_against_the_rules_is_off_restored_free_and_for_a_human(
    changes: dict[str, object], rule_code: str
) -> None:
    judgement = judged("disconnect_np", **changes)
    assert (judgement.outcome, judgement.command) == ("wrongful_cut", Command.COMPLETE_WITH_EXCEPTION)
    case = cases(judgement)["wrongful_cut"]
    assert case.blocking
    blocked = {v["rule"] for v in case.detail["evidence"]["verdicts"] if not v["allowed"]}
    assert rule_code in blocked
    assert of(judgement, SetServicePoint)[0].state == "off_np"
    assert reconnect(judgement).no_charge
    assert not of(judgement, Post)


def warned(cut: object, **changes: Any) -> Judgement:
    """A cut whose tablet wrote `cut` into its completion; keys as of `judged`."""
    at = changes.pop("event_occurred_at", NOW)
    made = visit("disconnect_np", occurred_at=at)
    return judge(situation("disconnect_np", **changes), replace(made, body={**made.body, "cut": cut}))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"order_authority_expires_at": NOW}, "cut_authority_expired"),
        ({"event_occurred_at": NOW + 6 * HOUR}, "cut_past_latest_hour"),
        ({"event_occurred_at": NOW + timedelta(days=4)}, "cut_on_forbidden_day"),
        ({"order_authority_expires_at": NOW, **cancelled(-1)}, "cut_authority_expired"),
    ],
)
def test_a_cut_out_of_time_is_a_case_of_its_own_with_what_the_tablet_had_said(
    changes: dict[str, object], code: str
) -> None:
    warning = {"told": ["authority_expired", "nonsense"], "reason": " Already under way. "}
    case = cases(warned(warning, **changes))[code]
    assert case.blocking
    assert case.detail["warnings"] == ["authority_expired"]
    assert case.detail["reason"] == "Already under way."
    assert "cut nevertheless: “Already under way.”" in say(case.message, ENGLISH)
    unwarned = cases(judged("disconnect_np", **changes))[code]
    assert (unwarned.detail["warnings"], unwarned.detail["reason"]) == ([], None)
    assert "had not warned" in say(unwarned.message, ENGLISH)
    assert code not in cases(warned(warning))


@pytest.mark.parametrize(
    "written",
    [
        None,
        7,
        "late",
        [],
        {},
        {"told": None},
        {"told": {"a": 1}, "reason": []},
        {"told": [[], 1], "reason": "\x00"},
    ],
)
def test_whatever_a_tablet_wrote_about_its_warning_is_taken(written: object) -> None:
    late = warned(written, order_authority_expires_at=NOW)
    case = cases(late)["cut_authority_expired"]
    assert (case.detail["warnings"], case.detail["reason"]) == ([], None)


def test_the_wrong_premise_is_restored_free_and_the_order_stays_open() -> None:
    other = replace(METER, serial="CB500", installed_at="SP-5")
    judgement = judged("disconnect_np", {"serial_seen": "CB500"}, meters={"CB100": METER, "CB500": other})
    assert (judgement.outcome, judgement.command) == ("wrong_premise", Command.REPORT_UNABLE)
    assert of(judgement, SetServicePoint) == [
        SetServicePoint("off_np", NOW, lock="L77", service_point="SP-5")
    ]
    follow = reconnect(judgement)
    assert (follow.service_point, follow.no_charge, follow.reason) == ("SP-5", True, "wrong_premise")
    assert "serial_mismatch" not in cases(judgement)


def test_a_cut_at_a_meter_nobody_knows_is_off_and_waits_for_a_verify_order() -> None:
    judgement = judged("disconnect_np", {"serial_seen": "ZZ999"})
    assert of(judgement, SetServicePoint)[0].state == "off_np"
    assert not of(judgement, Post)
    mismatch = cases(judgement)["serial_mismatch"]
    assert mismatch.blocking
    assert [p.purpose for p in mismatch.then if isinstance(p, Post)] == ["fee_field_visit"]
    assert [f.type for f in of(judgement, RaiseOrder)] == ["verify"]


def test_the_visit_fee_waits_for_the_photo() -> None:
    pending = judged("disconnect_np", event_attachments=frozenset())
    assert not of(pending, Post)
    case = cases(pending)["evidence_pending"]
    assert not case.blocking
    assert [p.purpose for p in case.then if isinstance(p, Post)] == ["fee_field_visit"]
    untaken = judged("disconnect_np", {"photo": None})
    assert [p.purpose for p in cases(untaken)["photo_missing"].then if isinstance(p, Post)] == [
        "fee_field_visit"
    ]


def test_paid_at_the_door_is_left_on() -> None:
    answers = {
        "cut_made": False,
        "read": None,
        "lock": None,
        "cut_method": None,
        "photo": None,
        "tag_left": None,
    }
    at_the_door = (PaymentFacts("AB-000001", NOW - 0.1 * HOUR, PAID, "field", "W1"),)
    judgement = judged("disconnect_np", answers, account_payments=at_the_door, account_balance_cents=0)
    assert judgement.outcome == "collected"
    assert not of(judgement, SetServicePoint)
    assert [p.purpose for p in of(judgement, Post)] == ["fee_field_visit"]
    assert not cases(judgement)
    beforehand = judged("disconnect_np", answers, **paid(-3))
    assert beforehand.outcome == "collected"
    assert not of(beforehand, Post)


@pytest.mark.parametrize(
    ("floor", "code", "blocking"), [(0, "left_on_underpaid", True), (5000, "partial_payment", False)]
)
def test_left_on_for_a_part_payment_follows_the_policys_floor(floor: int, code: str, blocking: bool) -> None:
    policy = rule(
        "payment_policy", "default", {"policy": "optional", "methods": ["cash"], "floor_cents": floor}
    )
    judgement = judged(
        "disconnect_np", {"cut_made": False}, book=sample_book(policy), **paid(-0.1, cents=6_000)
    )
    assert cases(judgement)[code].blocking is blocking


def test_a_payment_that_becomes_known_later_turns_a_posted_cut_wrongful() -> None:
    cut = visit("disconnect_np")
    posted = situation(
        "disconnect_np",
        order_outcome="completed",
        order_completed_by=cut.id,
        order_state="completed",
        order_entries=(EntryFacts(cut.id, "fee_field_visit"), EntryFacts("x", "plant")),
        point_state="off_np",
        **paid(-1),
    )
    late = reconsider_cut(CATALOGUE["disconnect_np"], posted, cut)
    assert late is not None
    assert late.outcome == "wrongful_cut"
    assert [(r.source, r.purpose) for r in of(late, Reverse)] == [(cut.id, "fee_field_visit")]
    assert reconnect(late).no_charge
    assert {c.code for c in late.consequences if isinstance(c, OpenException)} == {
        "payment_after_the_fact",
        "wrongful_cut",
    }
    assert posted.account is not None
    after = replace(posted.account, payments=(PaymentFacts("P1", NOW + HOUR, PAID, "web"),))
    assert reconsider_cut(CATALOGUE["disconnect_np"], replace(posted, account=after), cut) is None


def test_a_lock_check_follows_when_the_rules_set_its_days() -> None:
    judgement = judged("disconnect_np", book=sample_book(rule("setting", "lock_check", {"days": 10})))
    (follow,) = of(judgement, RaiseOrder)
    assert (follow.type, follow.reason, follow.due_hours) == ("verify", "lock_check", 240.0)


def test_a_read_reported_with_the_cut_is_checked_like_any_other() -> None:
    judgement = judged("disconnect_np", {"read": LAST - 9000})
    assert cases(judgement)["read_below_previous"].blocking
    assert history()[-1].value == LAST


def test_judging_again_gives_the_same() -> None:
    world, cut = situation("disconnect_np", **paid(-1)), visit("disconnect_np")
    assert judge(world, cut) == judge(world, cut)
    assert judge(world, event("on_site")).consequences == ()
