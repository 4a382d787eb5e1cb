"""A code that was entered on a tablet, and a cut that meets one, judged for their own instant."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.situations import NOW, cases, event, judged, of, situation
from workorders.catalogue import CATALOGUE
from workorders.facts import CodeFacts
from workorders.judgement.completion import judge_event
from workorders.judgement.consequences import Judgement, RaiseOrder, UseCode
from workorders.judgement.lifecycle import Command
from workorders.messages.words import ENGLISH, say
from workorders.policy.phone_codes import CodeName, code_of
from workorders.problems import Problem

SECRET = "ab" * 32
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
UNTIL = NOW + 2 * HOUR


def given(kind: str, counter: int = 1, **changes: Any) -> CodeFacts:
    """A code for the only assignment of W1, given a quarter of an hour ago."""
    stamped = UNTIL if kind == "release" else NOW
    code = code_of(SECRET, CodeName("W1", 1, kind, counter), stamped)
    facts = CodeFacts(7, code, kind, 1, "t01", NOW - 15 * MINUTE, "carla", UNTIL)
    return replace(facts, **changes)


RECALL, RELEASE = given("recall"), given("release")
OTHER = given("release", 2)


def entered(code: str, codes: tuple[CodeFacts, ...] = (RECALL, RELEASE), **changes: Any) -> Judgement:
    """Judge the entry of a code; `event_…` keys change the event, the others the situation."""
    on_event = {k.removeprefix("event_"): v for k, v in changes.items() if k.startswith("event_")}
    others = {k: v for k, v in changes.items() if not k.startswith("event_")}
    of_order = situation("disconnect_np", order_codes=codes, **others)
    return judge_event(CATALOGUE["disconnect_np"], of_order, event("office_code", {"code": code}, **on_event))


@pytest.mark.parametrize("code", [RECALL, RELEASE])
def test_a_code_that_was_given_is_spent_and_moves_nothing(code: CodeFacts) -> None:
    found = entered(code.code)
    assert of(found, UseCode) == [UseCode(7, NOW)]
    assert (found.outcome, found.command, found.exceptions) == ("", None, ())
    assert entered(code.code.lower()).consequences == found.consequences


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        (OTHER.code, {}, "code_unknown"),
        ("not a code at all", {}, "code_unknown"),
        (RELEASE.code, {"codes": ()}, "code_unknown"),
        (RELEASE.code, {"codes": (replace(RELEASE, used_by="event:x", used_at=NOW),)}, "code_repeated"),
        (RELEASE.code, {"event_epoch": 2}, "code_misplaced"),
        (RELEASE.code, {"event_technician": "t02"}, "code_misplaced"),
        (RELEASE.code, {"codes": (replace(RELEASE, given_at=NOW + 6 * MINUTE),)}, "code_untimely"),
        (RELEASE.code, {"event_occurred_at": UNTIL}, "code_untimely"),
        (RECALL.code, {"order_completed_by": "event:x", "order_finished_at": NOW}, "code_untimely"),
    ],
)
def test_any_other_code_is_a_case_of_its_own(code: str, changes: dict[str, Any], expected: str) -> None:
    found = entered(code, **changes)
    assert set(cases(found)) == {expected}
    assert cases(found)[expected].blocking
    assert of(found, UseCode) == []
    assert found.command is None
    assert "{" not in say(cases(found)[expected].message, ENGLISH)


def test_the_same_event_again_and_a_clock_that_is_a_little_off_are_no_case() -> None:
    mine = replace(RELEASE, used_by=event("office_code").id, used_at=NOW)
    assert entered(RELEASE.code, (mine,)).exceptions == ()
    early = replace(RELEASE, given_at=NOW + 4 * MINUTE)
    assert entered(RELEASE.code, (early,)).exceptions == ()


def test_a_recall_code_counts_however_late_it_is_entered() -> None:
    assert entered(RECALL.code, event_occurred_at=UNTIL + 40 * HOUR).exceptions == ()


@pytest.mark.parametrize("body", [{}, {"code": None}, {"code": 7}, {"code": ""}, {"code": "A" * 81}])
def test_an_event_without_a_code_is_not_of_the_documented_shape(body: dict[str, Any]) -> None:
    of_order = situation("disconnect_np", order_codes=(RELEASE,))
    with pytest.raises(Problem) as found:
        judge_event(CATALOGUE["disconnect_np"], of_order, event("office_code", body))
    assert found.value.details["field"] == "code"


ENDED = NOW - HOUR
"""The authority that was given at dispatch is over."""


def cut(codes: tuple[CodeFacts, ...], **changes: Any) -> Judgement:
    return judged("disconnect_np", order_codes=codes, **changes)


def test_a_release_that_was_entered_renews_the_authority_until_its_end() -> None:
    used = replace(RELEASE, used_at=NOW - MINUTE, used_by="event:x")
    late = cut((used,), order_authority_expires_at=ENDED)
    assert (late.outcome, cases(late)) == ("completed", {})
    over = cut((used,), order_authority_expires_at=ENDED, event_occurred_at=UNTIL)
    assert over.outcome == "wrongful_cut"
    assert {"cut_authority_expired", "wrongful_cut"} <= set(cases(over))


@pytest.mark.parametrize(
    "code",
    [
        RELEASE,
        replace(RELEASE, used_at=NOW + MINUTE, used_by="event:x"),
        replace(RELEASE, used_at=NOW - MINUTE, used_by="event:x", epoch=2),
        replace(RELEASE, used_at=NOW - MINUTE, used_by="event:x", technician="t02"),
    ],
)
def test_a_release_counts_only_from_its_entry_and_for_its_assignment(code: CodeFacts) -> None:
    found = cut((code,), order_authority_expires_at=ENDED)
    assert "cut_authority_expired" in cases(found)
    assert found.outcome == "wrongful_cut"


def test_a_release_never_outlives_the_rules_of_the_instant() -> None:
    used = replace(RELEASE, used_at=NOW - MINUTE, used_by="event:x", expires_at=NOW + 12 * HOUR)
    found = cut((used,), order_authority_expires_at=ENDED, event_occurred_at=NOW + 6 * HOUR)
    assert "cut_past_latest_hour" in cases(found)
    paid = cut((used,), order_authority_expires_at=ENDED, account_balance_cents=0)
    assert paid.outcome == "wrongful_cut"


@pytest.mark.parametrize("was_entered", [True, False])
def test_a_cut_after_a_recall_code_is_wrongful_whether_it_was_entered_or_not(was_entered: bool) -> None:
    code = replace(RECALL, used_at=NOW - MINUTE, used_by="event:x") if was_entered else RECALL
    found = cut((code,))
    assert found.outcome == "wrongful_cut"
    assert found.command is Command.COMPLETE_WITH_EXCEPTION
    opened = cases(found)["cut_although_recalled"]
    assert opened.blocking
    words = say(opened.message, ENGLISH)
    assert ("The code was entered" in words) is was_entered
    [restored] = of(found, RaiseOrder)
    assert (restored.type, restored.no_charge) == ("reconnect", True)


def test_a_cut_before_the_recall_code_was_given_stands() -> None:
    found = cut((replace(RECALL, given_at=NOW + MINUTE),))
    assert (found.outcome, cases(found)) == ("completed", {})


def test_a_recall_code_of_another_assignment_says_nothing_of_this_cut() -> None:
    found = cut((replace(RECALL, epoch=2),))
    assert (found.outcome, cases(found)) == ("completed", {})


def test_whoever_backs_out_under_an_older_assignment_takes_nothing_from_who_has_it_now() -> None:
    now = situation("disconnect_np", order_epoch=2, order_technician="t02")
    found = judge_event(CATALOGUE["disconnect_np"], now, event("backed_out", epoch=1))
    assert (found.outcome, found.command) == ("", None)
    mine = judge_event(CATALOGUE["disconnect_np"], now, event("backed_out", epoch=2))
    assert (mine.outcome, mine.command) == ("backed_out", Command.REPORT_UNABLE)
