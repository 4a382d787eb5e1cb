"""A message of MultiSpeak or IEC 61968-9 as nested values, whether it came as XML or as JSON.

XML is read with defusedxml: no document type, so neither entities nor anything from elsewhere.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

Node = Any
DEEPEST = 60
"""Elements within one another; the standards need some ten."""


class NotAMessage(ValueError):  # noqa: N818 - says what it is
    """The bytes are no XML or JSON that can be read; the text says why."""


def is_message(data: bytes) -> bool:
    """Whether a file is XML or JSON rather than CSV, whose header begins with a letter."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"<", b"{")


def nodes_of(data: bytes) -> Node:
    """The message; names without their namespaces, attributes with `@`. Raises NotAMessage."""
    try:
        if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
            return json.loads(data.decode("utf-8-sig"))
        root = fromstring(data, forbid_dtd=True)
        return {_local(root.tag): _node(root, 1)}
    except DefusedXmlException as error:
        raise NotAMessage("it has a document type or entities, which are not read") from error
    except (ParseError, ValueError, RecursionError, LookupError) as error:
        raise NotAMessage(f"it is no whole XML or JSON: {error}") from error


def every(node: Node, name: str, depth: int = 0) -> Iterator[Node]:
    """Every node of that name, however deep, in the order of the message."""
    if depth > DEEPEST:
        return
    if isinstance(node, list):
        for one in node:
            yield from every(one, name, depth + 1)
    elif isinstance(node, Mapping):
        for key, one in node.items():
            if key == name:
                yield from one if isinstance(one, list) else [one]
            else:
                yield from every(one, name, depth + 1)


def text_at(node: Node, path: str) -> str | None:
    """The text at a path of names, the first where there are several; None when there is none."""
    for name in path.split("/"):
        if isinstance(node, list):
            node = node[0] if node else None
        node = node.get(name) if isinstance(node, Mapping) else None
    if isinstance(node, list):
        node = node[0] if node else None
    if isinstance(node, Mapping):
        node = node.get("#text")
    found = "" if node is None or isinstance(node, bool | list) else str(node).strip()
    return found or None


def _node(element: Element, depth: int) -> Node:
    if depth > DEEPEST:
        raise ValueError("elements lie too deep within one another")
    found: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    for child in element:
        found.setdefault(_local(child.tag), []).append(_node(child, depth + 1))
    words = (element.text or "").strip()
    if not found:
        return words
    return found | {"#text": words} if words else found


def _local(name: Any) -> str:
    return str(name).rpartition("}")[2]
