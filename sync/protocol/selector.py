r"""Mango selectors: which documents a filtered feed means, as CouchDB 3.5 reads them.

A negation is carried down to the operators, as CouchDB does. So a document without the field matches nothing
that is said of the field, denied or not, except `{"$exists": false}`. `\.` is a dot inside a name and `\$`
begins a name that starts with a dollar sign. Within `$elemMatch` and its like a negation is carried nowhere.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sync.protocol.collation import order, raw_order
from sync.protocol.errors import ProtocolError

Predicate = Callable[[Any], bool]
"""Whether a value matches."""
_Order = Callable[[Any], tuple[int, Any]]

_NOT_FOUND = object()
_BAD_PATH = object()
"""The way to the field leads through a value that has no fields."""
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
    if not selector:
        return lambda _document: True
    compiler = _Compiler(allow_regex=allow_regex)
    if len(selector) == 1 and compiler.is_test(*next(iter(selector.items()))):
        raise _refuse("a selector needs the name of a field")
    return compiler.condition(selector, "", negated=False, depth=0)


def split_path(field: str) -> tuple[str, ...]:
    """Return the parts of a field's dotted name; raise ProtocolError 400 for an empty one."""
    parts = re.split(r"(?<!\\)\.", field)
    if "" in parts:
        raise _refuse(f"Invalid field name: {field[:80]}")
    return tuple(part.replace("\\", "") for part in parts)


def _at(value: Any, path: Sequence[str]) -> Any:
    for part in path:
        if isinstance(value, Mapping):
            if part not in value:
                return _NOT_FOUND
            value = value[part]
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _BAD_PATH
    return value


class _Compiler:
    """Turns conditions into predicates."""

    def __init__(self, *, allow_regex: bool, within: bool = False) -> None:
        self.allow_regex = allow_regex
        self.within = within
        """What is said of the elements of an array or the names in an object: there `$not` is plain."""

    def is_test(self, key: str, argument: Any) -> bool:
        """Return whether an entry says something of the value it stands at, without naming a field."""
        if key == "":
            named = isinstance(argument, Mapping) and len(argument) == 1
            return not named or self.is_test(*next(iter(argument.items())))
        return key.startswith("$") and key not in _COMBINATIONS

    def condition(self, given: Any, path: str, *, negated: bool, depth: int) -> Predicate:
        """Return the condition given for the value at a path, or its contrary."""
        if depth > _MAX_DEPTH:
            raise _refuse(f"selectors nest at most {_MAX_DEPTH} deep")
        if not isinstance(given, Mapping) or not given:
            return self.test("$eq", given, path, negated, depth)
        parts = [self.entry(key, argument, path, negated, depth) for key, argument in given.items()]
        return parts[0] if len(parts) == 1 else _joined(parts, any_of=negated)

    def entry(self, key: str, argument: Any, path: str, negated: bool, depth: int) -> Predicate:
        """Return the predicate of one entry of an object."""
        if key == "$not":
            if not isinstance(argument, Mapping):
                raise _refuse("$not needs a selector")
            if self.within and not negated:
                denied_whole = self.condition(argument, path, negated=False, depth=depth + 1)
                return lambda value: not denied_whole(value)
            return self.condition(argument, path, negated=not negated, depth=depth + 1)
        if key in _COMBINATIONS:
            if not isinstance(argument, list):
                raise _refuse(f"{key} needs an array of selectors")
            denied = negated != (key == "$nor")
            parts = [self.condition(one, path, negated=denied, depth=depth + 1) for one in argument]
            return _joined(parts, any_of=negated != (key == "$or"))
        if key.startswith("$"):
            return self.test(key, argument, path, negated, depth)
        below = f"{path}.{key}" if path else key
        return self.condition(argument, below, negated=negated, depth=depth + 1)

    def test(self, key: str, argument: Any, path: str, negated: bool, depth: int) -> Predicate:
        """Return the predicate of an operator on the value at a path."""
        if negated and key in _CONTRARY:
            key, negated = _CONTRARY[key], False
        inside = self.operator(key, argument, raw_order if path == "_id" else order, depth)
        parts = split_path(path) if path else ()
        if key == "$exists":
            return _exists(argument != negated, parts)

        def matches(document: Any) -> bool:
            value = _at(document, parts)
            return value is not _NOT_FOUND and value is not _BAD_PATH and inside(value) != negated

        return matches

    def operator(self, key: str, argument: Any, ordered: _Order, depth: int) -> Predicate:
        """Return the predicate of an operator on a value that is there."""
        if key in _NESTED:
            if not isinstance(argument, Mapping):
                raise _refuse(f"{key} needs a selector")
            inner = _Compiler(allow_regex=self.allow_regex, within=True)
            return _NESTED[key](inner.condition(argument, "", negated=False, depth=depth + 1))
        if key == "$regex" and not self.allow_regex:
            raise _refuse("$regex is for administrators; $beginsWith is for everybody")
        if key in _COMPARISONS:
            test, bound = _COMPARISONS[key], ordered(argument)
            return lambda value: test(ordered(value), bound)
        maker = _OPERATORS.get(key)
        if maker is None:
            raise _refuse(f"Invalid operator: {key[:80]}")
        return maker(argument)


def _joined(parts: Sequence[Predicate], *, any_of: bool) -> Predicate:
    """All parts, or any; none at all always match, whichever way they are joined."""
    if any_of and parts:
        return lambda value: any(part(value) for part in parts)
    return lambda value: all(part(value) for part in parts)


_COMBINATIONS = frozenset({"$and", "$or", "$nor", "$not"})
_CONTRARY = {
    "$lt": "$gte", "$gte": "$lt", "$lte": "$gt", "$gt": "$lte", "$eq": "$ne", "$ne": "$eq",
    "$in": "$nin", "$nin": "$in",
}  # fmt: skip
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, bound: value == bound,
    "$ne": lambda value, bound: value != bound,
    "$lt": lambda value, bound: value < bound,
    "$lte": lambda value, bound: value <= bound,
    "$gt": lambda value, bound: value > bound,
    "$gte": lambda value, bound: value >= bound,
}


def _exists(argument: bool, path: Sequence[str]) -> Predicate:
    def matches(document: Any) -> bool:
        value = _at(document, path)
        return value is _NOT_FOUND if not argument else value is not _NOT_FOUND and value is not _BAD_PATH

    return matches


def _flag(argument: Any) -> Predicate:
    if not isinstance(argument, bool):
        raise _refuse("$exists needs true or false")
    return lambda _value: argument


_TYPES: dict[str, Predicate] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, Mapping),
}


def _type(argument: Any) -> Predicate:
    if not isinstance(argument, str):
        raise _refuse("$type needs the name of a type")
    return _TYPES.get(argument, lambda _value: False)


def _among(argument: Any) -> Predicate:
    if not isinstance(argument, list):
        raise _refuse("$in and $nin need an array")
    bounds = [order(item) for item in argument]
    # Of an array its elements are looked at, and never the array itself.
    return lambda value: any(
        order(item) in bounds for item in (value if isinstance(value, list) else [value])
    )


def _not_among(argument: Any) -> Predicate:
    inner = _among(argument)
    return lambda value: not inner(value)


def _size(argument: Any) -> Predicate:
    if type(argument) is not int or argument < 0:
        raise _refuse("$size needs a whole number")
    return lambda value: isinstance(value, list) and len(value) == argument


def _mod(argument: Any) -> Predicate:
    pair = isinstance(argument, list) and len(argument) == 2 and all(type(part) is int for part in argument)
    if not pair or argument[0] == 0:
        raise _refuse("$mod needs [divisor, remainder], whole numbers, the divisor not zero")
    divisor, remainder = argument

    def matches(value: Any) -> bool:
        if type(value) is not int:
            return False
        # The remainder has the sign of the value.
        left: int = abs(value) % abs(divisor)
        return bool((left if value >= 0 else -left) == remainder)

    return matches


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


def _same(one: Any, other: Any) -> bool:
    """Equal in type and value: 1 is not 1.0 here."""
    return type(one) is type(other) and order(one) == order(other)


def _all(argument: Any) -> Predicate:
    if not isinstance(argument, list):
        raise _refuse("$all needs an array")

    def matches(value: Any) -> bool:
        if not isinstance(value, list) or not argument:
            return False
        if len(argument) == 1 and _same(argument[0], value):
            return True
        return all(any(_same(wanted, item) for item in value) for wanted in argument)

    return matches


_NESTED: dict[str, Callable[[Predicate], Predicate]] = {
    "$elemMatch": lambda inner: lambda value: isinstance(value, list) and any(map(inner, value)),
    "$allMatch": lambda inner: (
        lambda value: isinstance(value, list) and bool(value) and all(map(inner, value))
    ),
    "$keyMapMatch": lambda inner: lambda value: isinstance(value, Mapping) and any(map(inner, value)),
}

_OPERATORS: dict[str, Callable[[Any], Predicate]] = {
    "$exists": _flag,
    "$type": _type,
    "$in": _among,
    "$nin": _not_among,
    "$size": _size,
    "$mod": _mod,
    "$regex": _regex,
    "$beginsWith": _begins,
    "$all": _all,
}
