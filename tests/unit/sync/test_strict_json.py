"""JSON that every party reads alike, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.strict_json import BadJson, TooManyValues, loads

ROOM = 100_000_000

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values, st.booleans())
def test_good_json_is_read_as_it_is(value: Any, ascii_only: bool) -> None:
    try:
        raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:
        return
    if "\\ud" in raw.decode() and ascii_only:
        return  # a lone surrogate, which the next test is about
    assert loads(raw, max_depth=200, max_overhead=ROOM) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nan",
        b"NaN",
        b"[Infinity]",
        b"[1e999]",
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"\\u0061":1,"a":2}',
        b'{"a\\\\":1,"a\\\\":2}',
        b'{"a":"x","b":"\\"","a":"y"}',
        b'["\\ud800"]',
        b'{"\\udc00":1}',
        b'"\xed\xa0\x80"',
        b"[18446744073709551616]",
        b"[-9223372036854775809]",
        b"[" + b"9" * 5_000 + b"]",
        b'{"a":1}x',
    ],
)
def test_bad_json_is_refused(raw: bytes) -> None:
    with pytest.raises(BadJson):
        loads(raw, max_depth=50, max_overhead=ROOM)


def test_depth_is_bounded() -> None:
    assert loads(b"[" * 10 + b"]" * 10, max_depth=10, max_overhead=ROOM) == [[[[[[[[[[]]]]]]]]]]
    with pytest.raises(BadJson, match="deeper than 10"):
        loads(b"[" * 12 + b"]" * 12, max_depth=10, max_overhead=ROOM)
    with pytest.raises(BadJson):
        loads(b'{"a":' * 100_000, max_depth=10, max_overhead=ROOM)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a":"\\"\\\\"}', {"a": '"\\'}),
        (b'{"a\\"":1,"a":2}', {'a"': 1, "a": 2}),
        (b"[1e30,-1e30]", [1e30, -1e30]),
        (b"[18446744073709551615]", [2**64 - 1]),
        (b'["\\ud83d\\ude00"]', ["😀"]),
    ],
)
def test_what_looks_suspicious_and_is_good(raw: bytes, value: Any) -> None:
    assert loads(raw, max_depth=50, max_overhead=ROOM) == value


def test_short_text_that_becomes_much_is_refused_before_it_is_parsed() -> None:
    raw = b"[" + b"{}," * 1_000_000 + b"0]"
    with pytest.raises(TooManyValues):
        loads(raw, max_depth=10, max_overhead=48_000_000)
    assert loads(b'{"photo":"' + b"A" * 3_000_000 + b'"}', max_depth=10, max_overhead=1_000)
