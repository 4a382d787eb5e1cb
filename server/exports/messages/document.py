"""A message as plain values, and its two forms: XML and JSON say the same under the same names.

A value is a text, a number, a list of values of one name, or a dict: keys that begin with `@` are attributes,
`None` is left out.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

Value = Any
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, escaped or not."""


@dataclass(frozen=True, slots=True)
class Wrapper:
    """An element around the items: its namespace when it begins another one, and what stands before them."""

    name: str
    namespace: str | None = None
    before: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A message: wrappers from the outermost, and its items, which all have one name."""

    wrappers: tuple[Wrapper, ...]
    item: str
    items: Iterable[Mapping[str, Value]]


def xml_of(document: Document) -> Iterator[str]:
    """The message as XML, in pieces: an item at a time."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    for one in document.wrappers:
        space = f" xmlns={quoteattr(one.namespace)}" if one.namespace else ""
        yield f"<{one.name}{space}>\n"
        yield from (_element(name, value) for name, value in (one.before or {}).items())
    for item in document.items:
        yield _element(document.item, item)
    for one in reversed(document.wrappers):
        yield f"</{one.name}>\n"


def json_of(document: Document) -> Iterator[str]:
    """The message as JSON, in pieces; the items are always a list."""
    yield "{"
    for one in document.wrappers:
        yield f"{json.dumps(one.name)}: {{"
        yield "".join(f"{json.dumps(name)}: {_json(value)}, " for name, value in (one.before or {}).items())
    yield f"{json.dumps(document.item)}: ["
    between = "\n"
    for item in document.items:
        yield between + _json(item)
        between = ",\n"
    yield "\n]" + "}" * len(document.wrappers) + "}\n"


def _json(value: Value) -> str:
    return json.dumps(_kept(value), ensure_ascii=False)


def _element(name: str, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if not isinstance(value, Mapping):
        return f"<{name}>{_text(value)}</{name}>\n"
    given = {key: one for key, one in value.items() if one is not None}
    attributes = "".join(
        f" {key[1:]}={quoteattr(NOT_IN_XML.sub('', str(one)))}" for key, one in given.items() if key[0] == "@"
    )
    inside = "".join(_element(key, one) for key, one in given.items() if key[0] != "@")
    return f"<{name}{attributes}>\n{inside}</{name}>\n" if inside else f"<{name}{attributes}/>\n"


def _text(value: Value) -> str:
    return escape(NOT_IN_XML.sub("", str(value)))


def _kept(value: Value) -> Value:
    """Without what is nothing, as in XML."""
    if isinstance(value, Mapping):
        return {key: _kept(one) for key, one in value.items() if one is not None}
    return [_kept(one) for one in value] if isinstance(value, list) else value
