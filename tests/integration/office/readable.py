"""What must never reach a person's eye, and what of another language is left on a page."""

import re
import string
from collections.abc import Collection
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
ENGLISH = re.compile(
    r"\b(the|is|was|were|are|this|that|these|of|and|not|with|your|from|by|for|at|on|to|been|be|has|have|had|it|its"
    r"|will|can|nobody|orders?|stops?|read|service|account|payment|customer|technician|waiting|last|never"
    r"|today|yes|done|reason|due|left|street|closed|driving|water)\b",
    re.IGNORECASE,
)
"""Words of English sentences that are no Spanish ones."""
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
    return [text[:120] for text in read(html, SKIPPED).texts if _is_english(text, language)]


@cache
def _is_english(text: str, language: str) -> bool:
    """Whether it is an English text of the catalogue; a part that is always in it is looked for first."""
    exact, filled = _english(language)
    if text.strip(" ·,:/()–") in exact:
        return True
    return any(part in text and pattern.search(text) for part, pattern in filled)


def english_words(html: str, names: Collection[str]) -> list[str]:
    """Texts of a page in another language with a word that only English has, other than `names`."""
    own = [name for name in names if ENGLISH.search(name)]
    return [
        f"English: {text[:120]}"
        for text in read(html, SKIPPED).texts
        if ENGLISH.search(text) and not any(name in text for name in own)
    ]


@cache
def _english(language: str) -> tuple[frozenset[str], tuple[tuple[str, re.Pattern[str]], ...]]:
    """English texts as they are, and those with placeholders as patterns; none that both languages share."""
    exact, filled = set(), []
    for message in catalogue(language):
        forms = [message.id] if isinstance(message.id, str) else list(message.id)
        translated = [message.string] if isinstance(message.string, str) else list(message.string or ())
        for text in (form for form in forms if form and form not in translated):
            parts = [part for part, _, _, _ in string.Formatter().parse(text)]
            stripped = [*parts[:-1], parts[-1].rstrip()]
            stripped[0] = stripped[0].lstrip()
            if parts == [text]:
                exact.add(text)
            elif max(len(re.findall(r"[A-Za-z]{2,}", part)) for part in parts) >= 2:
                pattern = r"(?<!\w)" + ".+?".join(map(re.escape, stripped)) + r"(?!\w)"
                filled.append((max(stripped, key=len), re.compile(pattern)))
    return frozenset(exact), tuple(filled)
