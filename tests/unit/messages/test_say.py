"""Stored messages as a viewer reads them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.judgement.verdict import case, merged
from workorders.messages.message import Message, typed
from workorders.messages.viewer import Viewer
from workorders.messages.words import ENGLISH, say

AT = datetime(2026, 3, 2, 20, 5, tzinfo=UTC)
ON_VAN = Message.of("meter.on_van", technician="t04")
NAMES = {"t04": "Tess Demo"}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            Message.of("case.receipt_large", receipt="AB-000001", cents=75_000, limit=50_000),
            "Receipt AB-000001 says $750.00; above $500.00 a second person looks.",
        ),
        (
            Message.of("case.payment_after_the_fact", at=AT),
            "A payment of Mon, Mar 2, 2026, 2:05\N{NO-BREAK SPACE}PM became known after the cut was posted.",
        ),
        (Message.of("case.not_assigned", technician="t04"), "Tess Demo was never assigned to this order but "
         "reported on it."),
        (Message.of("case.new_meter_not_on_van", serial="M1", where=ON_VAN),
         "Meter M1 is on the van of Tess Demo."),
        (Message.of("rule.holiday", day=date(2026, 7, 4)), "Jul 4, 2026 is a holiday."),
        (Message.of("rule.hour", at=AT, latest="15:30"),
         "It was 2:05\N{NO-BREAK SPACE}PM; cuts end at 3:30\N{NO-BREAK SPACE}PM."),
        (Message.of("rule.forecast", low=-5, limit=0), "The forecast low is 23°F; the limit 32°F."),
        (Message.of("ack.review", cases=["read_high", "unsafe_site"]),
         "Received. The office looks at: High read, Unsafe site."),
        (Message.of("ack.unable", reason="dog"), "Noted: Dog. The dispatcher decides what is next."),
        (Message.of("case.outside_geofence", metres=400, radius=100),
         "The position was 1,312 ft from the premise; the limit is 328 ft."),
        (Message.of("case.second_visit_of_tomorrow"), "case.second_visit_of_tomorrow"),
        (Message("case.receipt_conflict"), "Receipt – was already recorded with other contents. "
         "Its money waits for the decision."),
        (Message("case.wrongful_cut", {"text": "As written.", "reasons": "old"}), "As written."),
    ],
)  # fmt: skip
def test_a_viewer_reads_money_time_and_names(message: Message, words: str) -> None:
    assert say(message, ENGLISH, NAMES) == words


def test_units_and_zone_are_the_viewers() -> None:
    abroad = Viewer(zone="Europe/Berlin", units="metric")
    assert "400 m" in say(Message.of("case.outside_geofence", metres=400, radius=100), abroad)
    assert "9:05\N{NO-BREAK SPACE}PM" in say(Message.of("case.payment_after_the_fact", at=AT), abroad)


@given(st.text(), st.text())
def test_what_a_person_typed_is_shown_as_it_is(words: str, code: str) -> None:
    """Braces and codes in it are text, in a message of its own and inside another."""
    assert say(typed(words), ENGLISH) == words
    inside = Message.of("ack.decided", decision=typed(words + code))
    assert say(Message.from_json(inside.as_json()), ENGLISH) == f"Decided by the office: {words + code}"


def test_a_case_for_two_findings_says_both() -> None:
    first, second = case("photo_missing", fields=["photo"]), case("photo_missing", fields=["photo_after"])
    both = merged(first, second)
    assert say(both.message, ENGLISH) == "Not taken: photo. Not taken: photo after."
    assert merged(both, second).detail == both.detail or say(merged(both, second).message, ENGLISH) == (
        "Not taken: photo. Not taken: photo after."
    )
    assert merged(first, first).detail == first.detail
