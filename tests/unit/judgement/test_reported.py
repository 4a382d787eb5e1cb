"""Whatever a technician recorded can be read in the office, whichever form asked for it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.situations import ANSWERS
from workorders.catalogue import CATALOGUE
from workorders.judgement.reported import Recorded, recorded

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def by_title(kind: str, code: str, body: dict[str, Any]) -> dict[str, Recorded]:
    return {one.title: one for one in recorded(CATALOGUE.get(code), kind, body)}


@pytest.mark.parametrize("code", sorted(ANSWERS))
def test_every_answer_of_every_form_is_reported_under_its_question(code: str) -> None:
    entries = by_title("completed", code, {"answers": ANSWERS[code]})
    titles = {
        field.title for field in CATALOGUE[code].fields if ANSWERS[code].get(field.name) not in (None, "")
    }
    assert titles
    assert titles == entries.keys()


def test_values_are_said_in_the_words_of_the_form() -> None:
    answers = {"contact": "nobody", "cut_made": True, "read": 42, "photo": "photo.jpg", "lock": "L77"}
    entries = by_title("completed", "disconnect_np", {"answers": answers, "remarks": "Dog in the yard"})
    contact = CATALOGUE["disconnect_np"].field("contact")
    nobody = next(choice.title for choice in contact.choices if choice.value == "nobody")
    assert entries[contact.title].value == nobody
    assert entries["Remarks"].value == "Dog in the yard"
    assert entries[CATALOGUE["disconnect_np"].field("photo").title].kind == "photo"


def test_what_is_kept_beside_the_answers_and_what_no_form_asks_is_reported_too() -> None:
    body = {
        "reason": "no_access",
        "read": 7,
        "serial_seen": "M1",
        "remarks": "Gate",
        "arrived_at": "2026-03-02T15:00:00+00:00",
        "answers": {"asked_by_a_later_form": "yes, twice"},
    }
    entries = by_title("unable", "reconnect", body)
    assert entries["Arrived"].kind == "instant"
    assert {"Gate", "M1", 7, "yes, twice"} <= {one.value for one in entries.values()}
    assert entries["asked by a later form"].value == "yes, twice"


def test_photos_beside_the_asked_ones_are_shown_by_their_captions() -> None:
    photos = [
        {"name": "extra_1.jpg", "caption": " Lid is cracked "},
        {"name": "extra_2.jpg", "caption": None},
    ]
    entries = by_title("completed", "reread", {"answers": {}, "photos": [*photos, 7, {"name": 3}]})
    assert {title: (one.kind, one.value) for title, one in entries.items()} == {
        "Lid is cracked": ("photo", "extra_1.jpg")
    }


def test_a_meter_test_shows_its_volumes() -> None:
    entries = by_title("completed", "meter_test", {"answers": ANSWERS["meter_test"]})
    flows = entries[CATALOGUE["meter_test"].field("flows").title].value
    run = ANSWERS["meter_test"]["flows"][0]
    assert f"{run['gpm']} gpm, as found: meter {run['as_found']['meter']}" in flows


def test_a_receipt_shows_check_and_account() -> None:
    receipt = {
        "number": "T01-1",
        "amount_cents": 5000,
        "method": "check",
        "check_number": "1044",
        "account": "A1",
    }
    entries = by_title("payment", "reconnect", {"receipt": receipt})
    assert (entries["Amount"].kind, entries["Amount"].value, entries["Check number"].value) == (
        "cents",
        5000,
        "1044",
    )


@given(st.sampled_from(sorted(CATALOGUE)), st.dictionaries(st.text(max_size=8), JSON, max_size=4), JSON, JSON)
def test_no_body_breaks_the_page(code: str, answers: dict[str, Any], common: Any, receipt: Any) -> None:
    fields = CATALOGUE[code].fields
    odd = {field.name: common for field in fields} | answers
    body = {
        "answers": odd,
        "read": common,
        "left": receipt,
        "cut": receipt,
        "photos": [receipt, {"name": common, "caption": common}],
        "receipt": receipt,
        "reason": common,
    }
    for kind in ("completed", "unable", "payment", "receipt_void"):
        for one in recorded(CATALOGUE[code], kind, body):
            assert one.kind in {"text", "choice", "yes_no", "read", "cents", "instant", "date", "photo"}
            assert one.kind != "text" or isinstance(one.value, str)
