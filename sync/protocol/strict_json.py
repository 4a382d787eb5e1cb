"""JSON as two databases can agree on it.

SQLite, PostgreSQL, CouchDB and a browser disagree about NaN, repeated keys, lone surrogates and integers
beyond 64 bits, so a document that holds one would replicate into different documents. orjson refuses most;
repeated keys and big integers are found here by counting, and the slow standard parser is asked only in
doubt.
"""

import json
from typing import Any

import orjson

_INT64 = 2**63


class BadJson(ValueError):  # noqa: N818  # named for what is wrong
    """The text is not JSON that every party reads alike; the message says why."""


class TooManyValues(ValueError):  # noqa: N818  # named for what is wrong
    """The text is short and would become very much in memory."""


_COSTS = ((b"{", 240), (b"[", 100), (b'"', 40), (b",", 40))
"""Bytes that a value takes in memory besides its text: an object or array when it opens, a string for each of
its two marks, a number or other value for the comma before it."""


def loads(raw: bytes, *, max_depth: int, max_overhead: int) -> Any:
    """Return the parsed value.

    Raises TooManyValues, before anything is parsed, when the values would take more than `max_overhead`
    bytes besides their text; BadJson for malformed text, NaN, infinite numbers, repeated keys, nesting beyond
    `max_depth`, lone surrogates and integers beyond 64 bits.
    """
    # Marks within strings are counted as well; what people write has few of them.
    if (
        len(raw) * _COSTS[0][1] > max_overhead
        and sum(raw.count(mark) * cost for mark, cost in _COSTS) > max_overhead
    ):
        raise TooManyValues(f"the values would take more than {max_overhead} bytes")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadJson(f"invalid JSON: {error}") from None
    strings, wide_number = _survey(value, max_depth)
    if wide_number or strings * 2 != _quotes(raw):
        _loads_carefully(raw)
    return value


def _quotes(raw: bytes) -> int:
    """Count the quotation marks that begin or end a string."""
    if b"\\" not in raw:
        return raw.count(b'"')
    # With pairs of backslashes gone, a backslash before a quotation mark always escapes it.
    unpaired = raw.replace(b"\\\\", b"")
    return unpaired.count(b'"') - unpaired.count(b'\\"')


def _survey(value: Any, max_depth: int) -> tuple[int, bool]:
    """Count strings (keys too) that survived parsing, and return whether an integer may have been rounded."""
    strings = 0
    wide = False
    level: list[Any] = [value]
    depth = 0
    while level:
        if depth > max_depth:
            raise BadJson(f"nested deeper than {max_depth} levels")
        below: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is str:
                strings += 1
            elif kind is dict:
                strings += len(item)
                below.extend(item.values())
            elif kind is list:
                below.extend(item)
            elif kind is float and (item >= _INT64 or item <= -_INT64):
                wide = True
        level = below
        depth += 1
    return strings, wide


def _loads_carefully(raw: bytes) -> None:
    json.loads(raw, object_pairs_hook=_unrepeated, parse_int=_int64)


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        repeated = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add returns None on purpose
        raise BadJson(f"the key {repeated!r} is repeated in one object")
    return found


def _int64(digits: str) -> int:
    # Long digit strings are refused before int() spends quadratic time on them.
    if len(digits) > 20 or not -_INT64 <= int(digits) < 2 * _INT64:
        raise BadJson("an integer needs more than 64 bits")
    return int(digits)
