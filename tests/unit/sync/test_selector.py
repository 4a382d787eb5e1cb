"""Mango selectors, operator by operator, held against CouchDB 3.5."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.collation import order, raw_order
from sync.protocol.errors import ProtocolError
from sync.protocol.selector import compile_selector, split_path

DOC: dict[str, Any] = {
    "_id": "order:1",
    "type": "order",
    "n": 5,
    "minus": -7,
    "half": 2.5,
    "name": "Ada",
    "none": None,
    "flag": True,
    "off": False,
    "tags": ["a", "b"],
    "numbers": [1, 2, 3],
    "nested": [["a"], ["b"]],
    "rows": [{"x": 1}, {"x": 7}],
    "deep": {"er": {"v": 3}},
    "a.b": "dotted",
    "$price": 12,
    "empty": [],
    "bare": {},
    "blank": "",
}

MATCHES: list[Any] = [
    # Equality, said or implied.
    {}, {"type": "order"}, {"n": 5}, {"n": 5.0}, {"none": None}, {"flag": True}, {"blank": ""},
    {"tags": ["a", "b"]}, {"empty": []}, {"bare": {}}, {"deep": {"er": {"v": 3}}}, {"n": {"$eq": 5}},
    {"deep.er": {"$eq": {"v": 3}}}, {"n": 5, "type": "order"}, {"$and": [{"n": 5}], "name": "Ada"},
    # Fields below fields.
    {"deep.er.v": 3}, {"deep": {"er.v": 3}}, {"deep.er": {"v": {"$gt": 2}}}, {"tags.1": "b"},
    {"rows.0.x": 1}, {"nested.1.0": "b"}, {"a\\.b": "dotted"}, {"\\$price": 12}, {"\\$price": {"$gt": 10}},
    # Order of types: null, booleans, numbers, strings, arrays, objects.
    {"none": {"$lt": False}}, {"none": {"$lte": None}}, {"off": {"$lt": True}}, {"flag": {"$lt": 0}},
    {"off": {"$gt": None}}, {"n": {"$gt": True}}, {"n": {"$lt": ""}}, {"minus": {"$gt": True}},
    {"name": {"$gt": 5}}, {"name": {"$gt": 10**18}}, {"name": {"$lt": []}}, {"tags": {"$gt": "z"}},
    {"tags": {"$lt": {}}}, {"bare": {"$gt": [9]}}, {"bare": {"$gte": {}}}, {"deep": {"$gt": {}}},
    # Order within a type.
    {"n": {"$gt": 4}}, {"n": {"$gte": 5}}, {"n": {"$lt": 5.5}}, {"n": {"$lte": 5}}, {"half": {"$lt": 3}},
    {"minus": {"$lt": 0}}, {"n": {"$gt": 4, "$lt": 6}}, {"tags": {"$gt": ["a"]}}, {"tags": {"$lt": ["b"]}},
    {"tags": {"$lt": ["a", "b", None]}}, {"deep": {"$gt": {"a": 9}}}, {"deep": {"$lt": {"f": 0}}},
    # Strings as people order them: small before capital, accents beside plain letters, signs before digits.
    {"name": {"$gt": "a"}}, {"name": {"$gt": "ada"}}, {"name": {"$lt": "Adb"}}, {"name": {"$lt": "b"}},
    {"name": {"$lt": "Ad\u00e4"}}, {"name": {"$gt": "9"}}, {"name": {"$gt": "~"}}, {"name": {"$gt": "_"}},
    {"blank": {"$lt": " "}}, {"name": {"$gte": "Ada"}}, {"name": {"$lt": "\ufff0"}},
    # Ids by code point, after everything else.
    {"_id": "order:1"}, {"_id": {"$gt": "Order:1"}}, {"_id": {"$gte": "order:", "$lt": "order:\ufff0"}},
    {"_id": {"$gt": {}}}, {"_id": {"$gt": None}}, {"_id": {"$lt": "order:a"}}, {"_id": {"$gt": "order:$"}},
    # Not equal, and not at all.
    {"n": {"$ne": 4}}, {"n": {"$ne": "5"}}, {"none": {"$ne": False}}, {"missing": {"$exists": False}},
    {"deep.missing": {"$exists": False}}, {"none": {"$exists": True}}, {"n": {"$exists": True}},
    {"deep.er": {"$exists": True}}, {"tags.0": {"$exists": True}},
    # Types.
    {"none": {"$type": "null"}}, {"flag": {"$type": "boolean"}}, {"n": {"$type": "number"}},
    {"half": {"$type": "number"}}, {"name": {"$type": "string"}}, {"tags": {"$type": "array"}},
    {"deep": {"$type": "object"}}, {"bare": {"$type": "object"}},
    # Among, and not among; of an array its elements count.
    {"n": {"$in": [1, 5]}}, {"n": {"$in": [5.0]}}, {"none": {"$in": [None]}}, {"tags": {"$in": ["b"]}},
    {"nested": {"$in": [["a"]]}}, {"n": {"$nin": [1]}}, {"n": {"$nin": []}}, {"tags": {"$nin": ["c"]}},
    {"tags": {"$nin": [["a", "b"]]}}, {"empty": {"$nin": ["a"]}}, {"deep": {"$nin": [{}]}},
    # Arrays.
    {"tags": {"$size": 2}}, {"empty": {"$size": 0}}, {"tags": {"$all": ["b", "a"]}},
    {"tags": {"$all": ["a"]}}, {"tags": {"$all": [["a", "b"]]}}, {"nested": {"$all": [["b"]]}},
    {"rows": {"$all": [{"x": 7}]}}, {"rows": {"$elemMatch": {"x": {"$gt": 5}}}},
    {"numbers": {"$elemMatch": {"$gt": 2}}}, {"numbers": {"$elemMatch": {"$gte": 1, "$lt": 2}}},
    {"tags": {"$elemMatch": {"$eq": "b"}}}, {"rows": {"$elemMatch": {"$not": {"x": 1}}}},
    {"rows": {"$allMatch": {"x": {"$gt": 0}}}}, {"numbers": {"$allMatch": {"$type": "number"}}},
    {"nested": {"$elemMatch": {"$elemMatch": {"$eq": "a"}}}}, {"nested": {"$elemMatch": {"0": "b"}}},
    {"deep": {"$keyMapMatch": {"$eq": "er"}}}, {"deep": {"$keyMapMatch": {"$beginsWith": "e"}}},
    # Remainders have the sign of the value.
    {"n": {"$mod": [2, 1]}}, {"n": {"$mod": [-2, 1]}}, {"minus": {"$mod": [4, -3]}}, {"n": {"$mod": [5, 0]}},
    # Texts.
    {"name": {"$regex": "^A"}}, {"name": {"$regex": "d"}}, {"name": {"$beginsWith": "Ad"}},
    {"name": {"$beginsWith": ""}}, {"blank": {"$beginsWith": ""}},
    # Joined; none at all always match.
    {"$and": [{"n": 5}, {"type": "order"}]}, {"$and": []}, {"$or": []}, {"$nor": []}, {"$not": {"$and": []}},
    {"$not": {"$or": []}}, {"n": {"$or": []}}, {"$or": [{"n": 6}, {"type": "order"}]},
    {"$or": [{"missing": 1}, {"n": 5}]}, {"$nor": [{"n": 6}, {"type": "event"}]}, {"$not": {"n": 6}},
    {"n": {"$not": {"$gt": 5}}}, {"n": {"$not": {"$eq": 4}}}, {"n": {"$or": [{"$eq": 1}, {"$eq": 5}]}},
    {"n": {"$and": [{"$gt": 1}, {"$lt": 9}]}}, {"n": {"$or": [1, 5]}},
    {"n": {"$nor": [{"$lt": 5}, {"$gt": 5}]}},
    {"deep": {"$or": [{"x": 1}, {"er.v": 3}]}}, {"deep": {"$not": {"er.v": 4}}},
    # Denied twice, and over joins.
    {"$not": {"$not": {"n": 5}}}, {"n": {"$not": {"$not": {"$gt": 4}}}},
    {"$not": {"$or": [{"n": 6}, {"name": "Bob"}]}}, {"$not": {"$and": [{"n": 5}, {"name": "Bob"}]}},
    {"$not": {"n": 5, "name": "Bob"}}, {"$not": {"$nor": [{"n": 5}]}}, {"$nor": [{"$nor": [{"n": 5}]}]},
    {"$nor": [{"$not": {"n": 5}}]}, {"$not": {"n": {"$in": [1]}}}, {"$not": {"n": {"$nin": [5]}}},
    {"$not": {"n": {"$lt": 5}}}, {"$not": {"n": {"$gte": 6}}}, {"$not": {"name": {"$regex": "^B"}}},
    {"$not": {"tags": {"$size": 3}}}, {"$not": {"tags": {"$all": ["c"]}}},
    {"$not": {"n": {"$type": "string"}}},
    {"$not": {"rows": {"$elemMatch": {"x": 9}}}}, {"$not": {"n": {"$exists": False}}},
    {"$not": {"missing": {"$exists": True}}}, {"$nor": [{"missing": {"$exists": True}}]},
    {"$or": [{"missing": {"$ne": 1}}, {"missing": {"$exists": False}}]},
    # Of elements and names a negation is plain: what has no such field is denied too.
    {"numbers": {"$elemMatch": {"$not": {"x": 1}}}}, {"rows": {"$allMatch": {"$not": {"y": 1}}}},
    {"rows": {"$elemMatch": {"$not": {"$not": {"x": 7}}}}}, {"deep": {"$keyMapMatch": {"$not": {"x": "a"}}}},
    {"rows": {"$allMatch": {"$not": {"$or": [{"y": 1}, {"x": 9}]}}}},
]  # fmt: skip

OTHERS: list[Any] = [
    {"type": "event"}, {"n": "5"}, {"n": True}, {"flag": 1}, {"none": False}, {"missing": None},
    {"tags": ["b", "a"]}, {"tags": ["a"]}, {"tags": "a"}, {"deep": {}}, {"bare": []}, {"empty": {}},
    {"n": 5, "type": "event"}, {"deep.er.w": 3}, {"tags.2": "b"}, {"tags.-1": "b"}, {"n.x": 1},
    {"a.b": "dotted"}, {"flag": {"$gt": 0}}, {"n": {"$gt": "0"}}, {"name": {"$lt": 5}},
    {"tags": {"$lt": "z"}}, {"bare": {"$lt": []}}, {"n": {"$gt": 5}}, {"n": {"$gte": 5.1}},
    {"name": {"$gt": "adb"}}, {"name": {"$lt": "A"}}, {"name": {"$lt": "ada"}}, {"_id": {"$gt": "order:a"}},
    {"_id": {"$lt": {}}}, {"n": {"$ne": 5}}, {"n": {"$ne": 5.0}},
    # Of a field that is not there nothing is true but that it is not there.
    {"missing": {"$ne": 5}}, {"missing": {"$nin": [1]}}, {"missing": {"$lt": 5}}, {"missing": {"$gt": None}},
    {"missing": {"$not": {"$eq": 5}}}, {"$not": {"missing": 5}}, {"$nor": [{"missing": 5}]},
    {"$not": {"missing": {"$gt": 5}}}, {"$not": {"missing": {"$in": [5]}}},
    {"$not": {"missing": {"$regex": "x"}}}, {"$nor": [{"missing": 5}, {"n": 6}]},
    {"$not": {"missing": {"$exists": False}}}, {"missing": {"$exists": True}}, {"n": {"$exists": False}},
    {"n.x": {"$exists": False}}, {"tags.9": {"$exists": False}}, {"tags.x": {"$exists": False}},
    {"deep.er.v.w": {"$exists": True}}, {"$not": {"n.x": 5}},
    {"flag": {"$type": "number"}}, {"n": {"$type": "integer"}}, {"missing": {"$type": "null"}},
    {"n": {"$in": []}}, {"n": {"$in": ["5"]}}, {"tags": {"$in": [["a", "b"]]}}, {"empty": {"$in": [[]]}},
    {"tags": {"$nin": ["a"]}}, {"tags": {"$size": 1}}, {"name": {"$size": 3}}, {"tags": {"$all": []}},
    {"empty": {"$all": []}}, {"tags": {"$all": ["b", "c"]}}, {"name": {"$all": ["Ada"]}},
    {"numbers": {"$all": [1.0]}}, {"rows": {"$elemMatch": {"x": 9}}},
    {"empty": {"$elemMatch": {"$exists": True}}},
    {"name": {"$elemMatch": {"$eq": "A"}}}, {"numbers": {"$elemMatch": {"x": 1}}},
    {"rows": {"$elemMatch": {}}},
    {"rows": {"$allMatch": {"x": {"$gt": 5}}}}, {"empty": {"$allMatch": {"x": 1}}},
    {"deep": {"$keyMapMatch": {"$eq": "v"}}}, {"bare": {"$keyMapMatch": {"$exists": True}}},
    {"tags": {"$keyMapMatch": {"$eq": "0"}}}, {"minus": {"$mod": [4, 1]}}, {"half": {"$mod": [2, 0]}},
    {"name": {"$mod": [2, 1]}}, {"name": {"$regex": "^d"}}, {"n": {"$regex": "5"}},
    {"name": {"$beginsWith": "da"}}, {"name": {"$beginsWith": "ad"}}, {"n": {"$beginsWith": "5"}},
    {"$and": [{"n": 5}, {"type": "event"}]}, {"$and": [{}]}, {"$and": [1]}, {"$or": [{"n": 6}]},
    {"$nor": [{"n": 6}, {"type": "order"}]}, {"$not": {"n": 5}}, {"n": {"$not": {"$gt": 4}}},
    {"n": {"$or": [{"$eq": 1}]}}, {"$not": {"$not": {"n": 6}}}, {"$not": {"$or": [{"n": 5}, {"n": 6}]}},
    {"$not": {"$and": [{"n": 5}, {"name": "Ada"}]}}, {"$not": {"n": 5, "name": "Ada"}},
    {"$not": {"tags": {"$size": 2}}}, {"$not": {"rows": {"$elemMatch": {"x": 1}}}},
]  # fmt: skip

MALFORMED: list[Any] = [
    [], "x", None, {"$foo": 1}, {"n": {"$foo": 1}}, {"$and": 1}, {"$or": {}}, {"$nor": "x"}, {"$not": 1},
    {"$not": [{}]}, {"n": {"$in": 1}}, {"n": {"$nin": {}}}, {"n": {"$all": 1}}, {"n": {"$exists": 1}},
    {"n": {"$type": 1}}, {"n": {"$size": "1"}}, {"n": {"$size": -1}}, {"n": {"$size": 1.5}},
    {"n": {"$mod": [0, 1]}}, {"n": {"$mod": 2}}, {"n": {"$mod": [2, 1.5]}}, {"n": {"$mod": [2]}},
    {"n": {"$regex": "("}}, {"n": {"$regex": 1}}, {"n": {"$beginsWith": 1}}, {"n": {"$elemMatch": 1}},
    {"n": {"$allMatch": []}}, {"n": {"$keyMapMatch": None}}, {"n": {"$where": "1"}}, {"$text": "x"},
    {"$gt": 5}, {"": 1}, {"": {"$gt": 1}}, {"a..b": 1}, {".a": 1}, {"a.": 1},
]  # fmt: skip


@pytest.mark.parametrize("selector", MATCHES, ids=repr)
def test_the_document_matches(selector: Any) -> None:
    assert compile_selector(selector, allow_regex=True)(DOC) is True


@pytest.mark.parametrize("selector", OTHERS, ids=repr)
def test_the_document_does_not_match(selector: Any) -> None:
    assert compile_selector(selector, allow_regex=True)(DOC) is False


@pytest.mark.parametrize("selector", MALFORMED, ids=repr)
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


@pytest.mark.parametrize("ordered", [order, raw_order])
@given(one=values, other=values)
def test_any_two_values_can_be_compared(ordered: Any, one: Any, other: Any) -> None:
    first, second = ordered(one), ordered(other)
    assert (first < second) + (first == second) + (first > second) == 1


def test_types_are_ordered_as_couchdb_orders_them() -> None:
    ascending: list[Any] = [
        None,
        False,
        True,
        -1,
        2.5,
        "",
        "`",
        "_",
        "~",
        "1",
        "a",
        "A",
        "\u00e4",
        "b",
        "B",
        [],
        [1],
        {},
    ]
    shuffled = ascending[7:] + ascending[:7]
    assert sorted(shuffled, key=order) == ascending


def test_paths() -> None:
    assert split_path(r"a\.b.c") == ("a.b", "c")
    assert split_path(r"\$a") == ("$a",)
