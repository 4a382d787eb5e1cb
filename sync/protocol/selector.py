"""Mango selectors: which documents a `_find` or a filtered feed means.

The operators and the order of types are those of CouchDB's documentation of `/db/_find`. Strings are
compared by code point.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sync.protocol.errors import ProtocolError

Predicate = Callable[[Any], bool]
"""Tells whether a value matches."""

_MISSING = object()
_MAX_DEPTH = 30


def _refuse(words: str) -> ProtocolError:
    return ProtocolError(400, "invalid_selector", words)


def compile_selector(selector: object, *, allow_regex: bool) -> Predicate:
    """Return a predicate of documents.

    `allow_regex` is for trusted callers: a hostile pattern can occupy a processor for hours. Raises
    ProtocolError 400 for an operator that does not exist or an argument it cannot take.
    """
    if not isinstance(selector, Mapping):
        raise ProtocolError(400, "bad_request", "Selector error: expected a JSON object")
    return _Compiler(allow_regex=allow_regex).conditions(selector, 0)


def order(value: Any) -> tuple[int, Any]:
    """Return a sort key in CouchDB's order: null, booleans, numbers, strings, arrays, objects."""
    if value is None:
        return 0, 0
    if isinstance(value, bool):
        return 1, value
    if isinstance(value, int | float):
        return 2, value
    if isinstance(value, str):
        return 3, value
    if isinstance(value, list):
        return 4, [order(item) for item in value]
    return 5, [(key, order(item)) for key, item in value.items()]


def value_at(document: Any, path: tuple[str, ...]) -> Any:
    """Return the value at a path of field names (array positions as digits), or None where there is none."""
    found = _at(document, path)
    return None if found is _MISSING else found


def split_path(field: str) -> tuple[str, ...]:
    r"""Return a dotted field name's parts; `\.` is a dot inside a name."""
    return tuple(part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", field))


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _MISSING
    return value


class _Compiler:
    """Turns selectors into predicates; a predicate may be given _MISSING."""

    def __init__(self, *, allow_regex: bool) -> None:
        self.allow_regex = allow_regex

    def conditions(self, selector: Mapping[str, Any], depth: int) -> Predicate:
        """Return a predicate that every entry of an object must meet."""
        if depth > _MAX_DEPTH:
            raise _refuse(f"selectors nest at most {_MAX_DEPTH} deep")
        parts = [self.condition(key, argument, depth) for key, argument in selector.items()]
        return lambda value: all(part(value) for part in parts)

    def condition(self, key: str, argument: Any, depth: int) -> Predicate:
        """Return the predicate of one entry: a combination, an operator, or a field."""
        if key in _COMBINATIONS:
            return self.combination(key, argument, depth)
        if key.startswith("$"):
            return self.operator(key, argument, depth)
        path = split_path(key)
        inner = self.argument(argument, depth)
        return lambda value: inner(_at(value, path))

    def argument(self, argument: Any, depth: int) -> Predicate:
        """Return what a field's argument means: operators or nested fields in an object, else equality."""
        if isinstance(argument, Mapping) and argument:
            return self.conditions(argument, depth + 1)
        return lambda value: value is not _MISSING and order(value) == order(argument)

    def combination(self, key: str, argument: Any, depth: int) -> Predicate:
        """Return the predicate of $and, $or, $nor, $not."""
        if key == "$not":
            inner = self.argument(argument, depth)
            return lambda value: not inner(value)
        if not isinstance(argument, list):
            raise _refuse(f"{key} needs an array of selectors")
        if not all(isinstance(part, Mapping) for part in argument):
            raise _refuse(f"{key} needs an array of selectors")
        parts = [self.conditions(part, depth + 1) for part in argument]
        if key == "$and":
            return lambda value: all(part(value) for part in parts)
        if key == "$or":
            return lambda value: any(part(value) for part in parts)
        return lambda value: not any(part(value) for part in parts)

    def operator(self, key: str, argument: Any, depth: int) -> Predicate:
        """Return the predicate of an operator on a value."""
        if key in _NESTED:
            if not isinstance(argument, Mapping):
                raise _refuse(f"{key} needs a selector")
            return _NESTED[key](self.conditions(argument, depth + 1))
        if key == "$regex" and not self.allow_regex:
            raise _refuse("$regex is for administrators; $beginsWith is for everybody")
        maker = _OPERATORS.get(key)
        if maker is None:
            raise _refuse(f"Invalid operator: {key}")
        return maker(argument)


_COMBINATIONS = frozenset({"$and", "$or", "$nor", "$not"})


def _present(test: Predicate) -> Predicate:
    return lambda value: value is not _MISSING and test(value)


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Any], Predicate]:
    def make(argument: Any) -> Predicate:
        bound = order(argument)
        return _present(lambda value: test(order(value), bound))

    return make


def _exists(argument: Any) -> Predicate:
    if not isinstance(argument, bool):
        raise _refuse("$exists needs true or false")
    return lambda value: (value is not _MISSING) is argument


_TYPES: dict[str, Predicate] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, Mapping),
}


def _type(argument: Any) -> Predicate:
    if argument not in _TYPES:
        raise _refuse(f"$type needs one of {', '.join(_TYPES)}")
    return _present(_TYPES[argument])


def _among(argument: Any) -> Predicate:
    if not isinstance(argument, list):
        raise _refuse("$in and $nin need an array")
    bounds = [order(item) for item in argument]

    def test(value: Any) -> bool:
        items = value if isinstance(value, list) else []
        return order(value) in bounds or any(order(item) in bounds for item in items)

    return test


def _not_among(argument: Any) -> Predicate:
    inner = _among(argument)
    return _present(lambda value: not inner(value))


def _size(argument: Any) -> Predicate:
    if type(argument) is not int:
        raise _refuse("$size needs a whole number")
    return lambda value: isinstance(value, list) and len(value) == argument


def _mod(argument: Any) -> Predicate:
    pair = isinstance(argument, list) and len(argument) == 2 and all(type(part) is int for part in argument)
    if not pair or argument[0] == 0:
        raise _refuse("$mod needs [divisor, remainder], whole numbers, the divisor not zero")
    divisor, remainder = argument
    return lambda value: type(value) is int and value % divisor == remainder


def _regex(argument: Any) -> Predicate:
    try:
        pattern = re.compile(argument)
    except (re.error, TypeError):
        raise _refuse("$regex needs a regular expression") from None
    return lambda value: isinstance(value, str) and pattern.search(value) is not None


def _begins(argument: Any) -> Predicate:
    if not isinstance(argument, str):
        raise _refuse("$beginsWith needs a string")
    return lambda value: isinstance(value, str) and value.startswith(argument)


def _all(argument: Any) -> Predicate:
    if not isinstance(argument, list):
        raise _refuse("$all needs an array")
    bounds = [order(item) for item in argument]

    def test(value: Any) -> bool:
        return isinstance(value, list) and all(bound in [order(item) for item in value] for bound in bounds)

    return test


_NESTED: dict[str, Callable[[Predicate], Predicate]] = {
    "$elemMatch": lambda inner: lambda value: isinstance(value, list) and any(map(inner, value)),
    "$allMatch": lambda inner: (
        lambda value: isinstance(value, list) and bool(value) and all(map(inner, value))
    ),
    "$keyMapMatch": lambda inner: lambda value: isinstance(value, Mapping) and any(map(inner, value)),
}

_OPERATORS: dict[str, Callable[[Any], Predicate]] = {
    "$eq": _compare(lambda value, bound: value == bound),
    "$ne": _compare(lambda value, bound: value != bound),
    "$lt": _compare(lambda value, bound: value < bound),
    "$lte": _compare(lambda value, bound: value <= bound),
    "$gt": _compare(lambda value, bound: value > bound),
    "$gte": _compare(lambda value, bound: value >= bound),
    "$exists": _exists,
    "$type": _type,
    "$in": lambda argument: _present(_among(argument)),
    "$nin": _not_among,
    "$size": _size,
    "$mod": _mod,
    "$regex": _regex,
    "$beginsWith": _begins,
    "$all": _all,
}
