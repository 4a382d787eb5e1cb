"""Mango selectors, operator by operator, as CouchDB documents them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.errors import ProtocolError
from sync.protocol.selector import compile_selector, order, split_path, value_at

DOC = {
    "_id": "order:1",
    "type": "order",
    "n": 5,
    "name": "Ada",
    "none": None,
    "flag": True,
    "tags": ["a", "b"],
    "rows": [{"x": 1}, {"x": 7}],
    "deep": {"er": {"v": 3}},
    "a.b": "dotted",
    "empty": [],
}


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ({}, True),
        ({"type": "order"}, True),
        ({"type": "event"}, False),
        ({"missing": None}, False),
        ({"none": None}, True),
        ({"n": {"$eq": 5}}, True),
        ({"n": {"$ne": 5}}, False),
        ({"missing": {"$ne": 5}}, False),
        ({"n": {"$gt": 4, "$lt": 6}}, True),
        ({"n": {"$gte": 5, "$lte": 5}}, True),
        ({"n": {"$gt": 5}}, False),
        ({"name": {"$gt": 5}}, True),
        ({"flag": {"$lt": 0}}, True),
        ({"n": True}, False),
        ({"flag": 1}, False),
        ({"deep.er.v": 3}, True),
        ({"deep": {"er": {"v": {"$gt": 2}}}}, True),
        ({"a\\.b": "dotted"}, True),
        ({"tags.1": "b"}, True),
        ({"missing": {"$exists": False}}, True),
        ({"none": {"$exists": True}}, True),
        ({"n": {"$type": "number"}}, True),
        ({"flag": {"$type": "number"}}, False),
        ({"deep": {"$type": "object"}}, True),
        ({"none": {"$type": "null"}}, True),
        ({"n": {"$in": [1, 5]}}, True),
        ({"tags": {"$in": ["b"]}}, True),
        ({"n": {"$nin": [1]}}, True),
        ({"missing": {"$nin": [1]}}, False),
        ({"tags": {"$size": 2}}, True),
        ({"n": {"$mod": [2, 1]}}, True),
        ({"name": {"$regex": "^A"}}, True),
        ({"name": {"$beginsWith": "Ad"}}, True),
        ({"name": {"$beginsWith": "da"}}, False),
        ({"tags": {"$all": ["b", "a"]}}, True),
        ({"tags": {"$all": ["b", "c"]}}, False),
        ({"rows": {"$elemMatch": {"x": {"$gt": 5}}}}, True),
        ({"rows": {"$allMatch": {"x": {"$gt": 5}}}}, False),
        ({"empty": {"$allMatch": {"x": 1}}}, False),
        ({"deep": {"$keyMapMatch": {"$eq": "er"}}}, True),
        ({"$and": [{"n": 5}, {"type": "order"}]}, True),
        ({"$or": [{"n": 6}, {"type": "order"}]}, True),
        ({"$nor": [{"n": 6}, {"type": "order"}]}, False),
        ({"$not": {"n": 6}}, True),
        ({"n": {"$not": {"$gt": 4}}}, False),
        ({"n": {"$or": [{"$eq": 1}, {"$eq": 5}]}}, True),
    ],
)
def test_selectors(selector: Any, matches: bool) -> None:
    assert compile_selector(selector, allow_regex=True)(DOC) is matches


@pytest.mark.parametrize(
    "selector",
    [
        [],
        "x",
        {"$foo": 1},
        {"n": {"$foo": 1}},
        {"$and": 1},
        {"$or": [1]},
        {"n": {"$in": 1}},
        {"n": {"$all": 1}},
        {"n": {"$exists": 1}},
        {"n": {"$type": "int"}},
        {"n": {"$size": "1"}},
        {"n": {"$mod": [0, 1]}},
        {"n": {"$mod": 2}},
        {"n": {"$regex": "("}},
        {"n": {"$regex": 1}},
        {"n": {"$beginsWith": 1}},
        {"n": {"$elemMatch": 1}},
    ],
)
def test_malformed_selectors_are_refused(selector: Any) -> None:
    with pytest.raises(ProtocolError) as caught:
        compile_selector(selector, allow_regex=True)
    assert caught.value.status == 400


def test_patterns_are_for_administrators() -> None:
    with pytest.raises(ProtocolError):
        compile_selector({"name": {"$regex": "(a+)+$"}}, allow_regex=False)


def test_nesting_is_bounded() -> None:
    selector: Any = {"a": 1}
    for _ in range(50):
        selector = {"$and": [selector]}
    with pytest.raises(ProtocolError):
        compile_selector(selector, allow_regex=False)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(values, values)
def test_any_two_values_can_be_compared(one: Any, other: Any) -> None:
    assert (order(one) < order(other)) + (order(one) == order(other)) + (order(one) > order(other)) == 1


def test_types_are_ordered_as_couchdb_orders_them() -> None:
    told = [None, False, True, -1, 2.5, "", "a", [], [1], {}, {"a": 1}]
    backwards = told[::-1]
    assert sorted(backwards, key=order) == told


def test_paths() -> None:
    assert split_path(r"a\.b.c") == ("a.b", "c")
    assert value_at(DOC, ("rows", "1", "x")) == 7
    assert value_at(DOC, ("rows", "9", "x")) is None
