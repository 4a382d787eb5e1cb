"""Every page that a person can reach, and what on it a person reads."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient

EACH = 12
"""Pages of one view that are looked at: its hundredth account is made by the same template."""
SPOKEN = ("aria-label", "title", "alt", "placeholder")
UNREAD = frozenset({"script", "style"})
VOID = frozenset({"meta", "link", "input", "br", "img", "rect", "line", "circle", "path", "hr"})


class Reader(HTMLParser):
    """Collects links, and the texts that are seen or spoken, without those in elements of a class or kind."""

    def __init__(self, skipped: frozenset[str]) -> None:
        super().__init__()
        self.links: list[str] = []
        self.texts: list[str] = []
        self._skipped = skipped
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        unread = tag in UNREAD or bool(self._skipped & {tag, *given.get("class", "").split()})
        if tag not in VOID:
            self._open.append((tag, unread))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if not self._hidden():
            self.texts += [given[name] for name in SPOKEN if given.get(name)]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden():
            self.texts.append(" ".join(data.split()))

    def _hidden(self) -> bool:
        return any(unread for _, unread in self._open)


def pages(
    app: Flask, client: FlaskClient, start: str, more: tuple[str, ...] = (), *, each: int = EACH
) -> Iterator[tuple[str, str]]:
    """(address, HTML) of every page that links lead to from `start` and `more`, `each` of one view."""
    waiting, seen, visits = [start, *more], set[str](), Counter[str]()
    adapter = app.url_map.bind("localhost")
    while waiting:
        address = waiting.pop(0)
        path = urlsplit(address).path
        if address in seen or path.startswith(("/api/", "/tablet/", "/couch/")):
            continue
        seen.add(address)
        endpoint = adapter.match(path)[0] if path != "/" else "/"
        visits[endpoint] += 1
        if visits[endpoint] > each:
            continue
        answer = client.get(address)
        if answer.status_code in {301, 302, 303, 308}:
            waiting.append(urljoin(address, answer.headers["Location"]))
            continue
        # 409: a question that cannot be answered now, such as for a way while no streets are known.
        assert answer.status_code in {200, 409}, (address, answer.status_code)
        if not answer.content_type.startswith("text/html"):
            continue
        yield address, answer.text
        reader = read(answer.text)
        found = [urljoin(address, link) for link in reader.links]
        waiting += [link for link in found if not re.match(r"[a-z]+:", link) and "#" not in link]


def read(html: str, skipped: frozenset[str] = frozenset()) -> Reader:
    """What stands on a page."""
    reader = Reader(skipped)
    reader.feed(html)
    return reader
