"""Another system's reader of the messages: the standard library alone, by the tables of docs/messages.md."""

import json
from typing import Any
from xml.dom.minidom import Document, Element

from defusedxml.minidom import parseString

IEC = "http://iec.ch/TC57/2011/schema/message"
Found = dict[str, str]


def iec_xml(text: str) -> tuple[dict[str, str], list[Element]]:
    """The header of an IEC message, and its items as elements."""
    document: Document = parseString(text.encode())
    root = document.documentElement
    assert root is not None
    assert (root.namespaceURI, root.localName) == (IEC, "Message")
    header, payload = elements(root)
    [nouns] = elements(payload)
    said = {str(one.localName): inner(one) for one in elements(header)}
    assert said["Noun"] == nouns.localName
    assert nouns.namespaceURI == f"http://iec.ch/TC57/2011/{said['Noun']}#"
    return said, elements(nouns)


def multispeak_xml(text: str) -> tuple[str, list[Element]]:
    """The name of a MultiSpeak notification, and its items as elements."""
    root = parseString(text.encode()).documentElement
    assert root is not None
    assert root.namespaceURI == "http://www.multispeak.org/V5.0"
    header, around = elements(root)
    assert [inner(one) for one in elements(elements(header)[0])] == ["5", "0"]
    return str(root.localName), elements(around)


def elements(of: Any) -> list[Any]:
    """The elements directly within one."""
    return [one for one in of.childNodes if one.nodeType == one.ELEMENT_NODE]


def inner(of: Any) -> str:
    """The text within an element."""
    return "".join(one.data for one in of.childNodes if one.nodeType == one.TEXT_NODE)


def at(of: Any, path: str) -> str:
    """The text, or with @ the attribute, at a path of names; empty when it is not there."""
    for name in path.split("/"):
        if name[0] == "@":
            return str(of.getAttribute(name[1:]))
        found = [one for one in elements(of) if one.localName == name]
        if not found:
            return ""
        of = found[0]
    return inner(of)


def same_as_json(items: list[Any], text: str, *path: str) -> None:
    """The JSON form says what the XML form says, under the same names."""
    node: Any = json.loads(text)
    for name in path:
        node = node[name]
    assert isinstance(node, list)
    assert [plain(one) for one in items] == [texts(one) for one in node]


def plain(of: Any) -> Any:
    """An element as JSON would say it."""
    inside = elements(of)
    attributes = {f"@{name}": value for name, value in of.attributes.items() if not name.startswith("xmlns")}
    if not inside and not attributes:
        return inner(of)
    return attributes | {str(one.localName): plain(one) for one in inside}


def texts(value: Any) -> Any:
    """JSON's numbers as XML writes them."""
    return {key: texts(one) for key, one in value.items()} if isinstance(value, dict) else str(value)
