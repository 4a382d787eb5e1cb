"""What must never reach a person's eye, and what of another language is left on a page."""

import re
import string
from functools import cache

from tests.integration.office.reading import read
from workorders.messages.texts import catalogue

RAW = {
    "an ISO instant": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d"),
    "an ISO date": re.compile(r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])"),
    "a clock of 24 hours": re.compile(
        r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])(?!\s?[AaPp]\.?\s?[Mm])"
    ),
    "a technician's id": re.compile(r"(?<![\w-])t\d\d(?![\w-])"),
    "a code": re.compile(r"(?<![\w.@/-])[a-z]+(?:_[a-z]+)+(?![\w@-])"),
    "JSON": re.compile(r"\"\w+\":|\{['\"]|\[['\"]"),
    "cents": re.compile(r"\d+ cents\b"),
    "a placeholder": re.compile(r"\{\w*\}|‹\w+›"),
    "a Python value": re.compile(r"\b(?:None|True|False|datetime|Markup)\b"),
}
SKIPPED = frozenset({"code", "document"})
"""`code`: a command to type. `document`: a quarantined report as it came, which a supervisor judges."""


def raw(html: str) -> list[str]:
    """What on a page is not for people, each with its kind."""
    return [
        f"{kind}: {text[:120]}"
        for text in read(html, SKIPPED).texts
        for kind, pattern in RAW.items()
        if pattern.search(text)
    ]


def english_left(html: str, language: str) -> list[str]:
    """Texts of a page in `language` that are the English ones of its catalogue."""
    exact, filled = _english(language)
    left = []
    for text in read(html, SKIPPED).texts:
        shown = text.strip(" ·,:/()–")
        if shown in exact or any(pattern.search(text) for pattern in filled):
            left.append(text[:120])
    return left


@cache
def _english(language: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """English texts as they are, and those with placeholders as patterns; none that both languages share."""
    exact, filled = set(), []
    for message in catalogue(language):
        forms = [message.id] if isinstance(message.id, str) else list(message.id)
        translated = [message.string] if isinstance(message.string, str) else list(message.string)
        for text in (form for form in forms if form and form not in translated):
            parts = [part for part, _, _, _ in string.Formatter().parse(text)]
            if parts == [text]:
                exact.add(text)
            elif max(len(re.findall(r"[A-Za-z]{2,}", part)) for part in parts) >= 2:
                filled.append(re.compile(r"\b" + ".+?".join(map(re.escape, parts)).strip() + r"(?!\w)"))
    return frozenset(exact), tuple(filled)
