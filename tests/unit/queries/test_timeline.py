"""Sentences of the timeline: what a CSR reads aloud to a customer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.messages.message import Message, typed
from workorders.messages.words import ENGLISH
from workorders.queries.timeline import (
    KINDS,
    LATE,
    HistoryLine,
    Line,
    case_lines,
    entry_line,
    follow_on_line,
    history_line,
    in_order,
    payment_line,
)
from workorders.tables import ExceptionCase

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
NAMES = {"dana": "Dana Demo", "t01": "Tess Demo", "t02": "Tom Demo"}


def words(line: Line) -> str:
    return line.words(ENGLISH, NAMES)


def said(
    kind: str,
    actor: str = "dana",
    detail: dict[str, object] | None = None,
    body: dict[str, object] | None = None,
) -> str:
    row = HistoryLine(AT, AT, kind, actor, None, detail or {}, body or {})
    return words(history_line(row, "t01"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (said("requested"), "Requested by Dana Demo."),
        (said("requested", "curbstop"), "Requested by the system."),
        (said("held", detail={"reason": "Fees paid"}), "On hold: Fees paid."),
        (said("assigned", detail={"technician": "t01", "from": None}), "Assigned to Tess Demo."),
        (said("assigned", detail={"technician": "t02", "from": "t01"}), "Moved from Tess Demo to Tom Demo."),
        (said("dispatched"), "Sent to Tess Demo’s tablet."),
        (said("cancelled", detail={"reason": "paid."}), "Cancelled by Dana Demo: paid."),
        (said("acknowledged", "t01"), "Tess Demo has seen it on the tablet."),
        (said("completed", "t01", {"outcome": "completed"}), "Tess Demo reported: done."),
        (said("unable", "t01", {}, {"reason": "locked_gate"}), "Tess Demo could not do it: gate locked."),
        (
            said("payment", "t01", {}, {"receipt": {"number": "AB-000003", "amount_cents": 5000}}),
            "Tess Demo took $50.00 at the door, receipt AB-000003.",
        ),
        (
            said("cancel_seen", "t01", {}, {"choice": "back_out"}),
            "Tess Demo saw the cancel and chose to back out.",
        ),
        (said("approved"), "Ready for the dispatcher."),
        (said("approved", detail={"reason": "fees are in"}), "Ready for the dispatcher: fees are in."),
        (said("something_new"), "Something new by Dana Demo."),
    ],
)
def test_sentences(line: str, words: str) -> None:
    assert line == words


@given(
    kind=st.sampled_from([*KINDS, "never_heard_of"]),
    actor=st.text(max_size=10),
    detail=st.dictionaries(
        st.sampled_from(["reason", "technician", "from", "outcome", "words"]), st.text() | st.none()
    ),
    body=st.dictionaries(
        st.sampled_from(["receipt", "reason", "choice", "outcome"]),
        st.text() | st.none() | st.integers() | st.just({}),
    ),
)
def test_any_history_can_be_shown(
    kind: str, actor: str, detail: dict[str, object], body: dict[str, object]
) -> None:
    """Field bodies come as a tablet wrote them; a strange one must not hide the rest of the story."""
    line = history_line(HistoryLine(AT, AT, kind, actor, None, detail, body), None)
    assert words(line)


def test_what_went_wrong_is_marked() -> None:
    row = HistoryLine(AT, AT, "completed", "t01", None, {"outcome": "completed_after_cancel"}, {})
    assert history_line(row, "t01").alert
    assert not history_line(
        HistoryLine(AT, AT, "completed", "t01", None, {"outcome": "completed"}, {}), "t01"
    ).alert


def test_a_line_heard_of_later_says_so() -> None:
    assert Line(AT, AT + LATE + timedelta(seconds=1), typed("x"), "field").late
    assert not Line(AT, AT + LATE, typed("x"), "field").late


def test_money_is_reported_with_what_it_did_to_the_customer() -> None:
    fee = Message.of("entry.fee", fee="field_visit", title="Field visit")
    assert words(entry_line(AT, AT, fee, 4500)) == "Field visit: $45.00 charged to the account."
    back = Message("entry.not_charged")
    assert words(entry_line(AT, AT, back, -4500)).endswith("$45.00 credited to the account.")
    assert words(entry_line(AT, AT, typed("Cash handed in."), 0)) == "Cash handed in."
    assert words(payment_line(AT, 12850, "counter")) == "Payment of $128.50 received (counter)."
    assert words(follow_on_line(AT, "W000009", "Reconnect")) == (
        "Order W000009 (Reconnect) was raised because of this one."
    )


def test_reviews_are_reported_with_their_decision() -> None:
    detail = {"usage": 900, "low": 10, "high": 20}
    case = ExceptionCase(code="read_high", detail=detail, opened_at=AT, state="open")
    assert [words(line) for line in case_lines(case)] == [
        "To be reviewed: Usage of 900 is above the expected 10 to 20."
    ]
    case.state, case.decided_at, case.decided_by, case.decision = "accepted", AT, "dana", "Pool filled."
    assert words(case_lines(case)[1]) == "Review of “High read” accepted by Dana Demo: Pool filled."


def test_facts_stand_where_they_happened() -> None:
    heard_late = Line(AT, AT + timedelta(hours=3), typed("cut"), "field")
    paid = Line(AT + timedelta(hours=1), AT + timedelta(hours=1), typed("paid"), "money")
    assert in_order([paid, heard_late]) == [heard_late, paid]
