"""Any document is either understood or refused with a reason; its digest says what was stated."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.judgement.event_schema import KINDS, Unreadable, digest_of, understand
from workorders.messages.words import ENGLISH, say
from workorders.usecases.field.quarantine import keepable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
GOOD: dict[str, Any] = {
    "_id": "event:ab12cd34:00000007",
    "_rev": "1-x",
    "kind": "event",
    "schema": 1,
    "event": "completed",
    "order": "W000123",
    "epoch": 1,
    "seen_seq": 871,
    "rule_set": 1,
    "technician": "t01",
    "device": "ab12cd34",
    "counter": 7,
    "app_version": "0.1.0",
    "at": "2026-03-02T15:02:10.000Z",
    "clock": {"monotonic_ms": 8123456, "offset_ms": -120, "gps_time": None},
    "position": {"lon": -98.6, "lat": 39.1, "accuracy_m": 8.0},
    "body": {"remarks": "fine"},
}


def test_the_documented_event_is_understood() -> None:
    event = understand(GOOD, database="tech-t01")
    assert (event.id, event.kind, event.order, event.counter) == (GOOD["_id"], "completed", "W000123", 7)
    assert (event.position, event.accuracy_m, event.at.isoformat()) == (
        (-98.6, 39.1),
        8.0,
        "2026-03-02T15:02:10+00:00",
    )


@given(st.dictionaries(st.sampled_from([*GOOD, "extra"]), JSON))
def test_no_document_breaks_the_reader(change: dict[str, Any]) -> None:
    refused = None
    try:
        event = understand(GOOD | change, database="tech-t01")
    except Unreadable as unreadable:
        refused = unreadable
    if refused is None:
        assert event.kind in KINDS
    else:
        assert refused.code in {"malformed", "newer_schema", "foreign"}
        assert say(refused.message, ENGLISH)


@pytest.mark.parametrize("field", [name for name in GOOD if name not in {"_rev", "app_version", "schema"}])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(Unreadable) as refused:
        understand({name: value for name, value in GOOD.items() if name != field}, database="tech-t01")
    assert field.replace("_", " ").strip() in say(refused.value.message, ENGLISH).replace("_", " ")


@given(JSON)
def test_the_digest_is_the_same_however_an_engine_writes_numbers(value: Any) -> None:
    stated = {"body": value}
    try:
        digest = digest_of(stated)
    except Unreadable:
        return
    assert digest_of(_as_jsonb(stated)) == digest


def _as_jsonb(value: Any) -> Any:
    """JSON as PostgreSQL's numeric hands it back: no exponents, no negative zero, fractions as they were."""
    if isinstance(value, float):
        plain = f"{value:f}" if value.is_integer() else repr(value)
        return json.loads("0.0" if value == 0 else plain)
    if isinstance(value, dict):
        return {key: _as_jsonb(part) for key, part in reversed(value.items())}
    if isinstance(value, list):
        return [_as_jsonb(part) for part in value]
    return value


def test_the_digest_leaves_out_revision_and_files_and_sees_the_rest() -> None:
    one = understand(GOOD, database="tech-t01").digest
    assert understand(GOOD | {"_rev": "2-y", "_attachments": {}}, database="tech-t01").digest == one
    assert understand(GOOD | {"rule_set": 2}, database="tech-t01").digest != one


@given(JSON)
def test_what_is_kept_aside_can_be_stored_anywhere(value: Any) -> None:
    kept = json.dumps(keepable({"body": value}), ensure_ascii=False)
    assert "\\u0000" not in kept.replace("\\\\", "")
    kept.encode("utf-8")
