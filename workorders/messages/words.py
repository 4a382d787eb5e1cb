"""Texts for people, by language. A code without a text is a mistake that a test finds; people see it bare."""

from collections.abc import Mapping
from typing import Any

from workorders.messages import titles_en, words_en
from workorders.messages.texts import translate


def _title(titles: Mapping[str, str], code: str, language: str) -> str:
    return translate(titles[code], language) if code in titles else code


def title(group: str, code: str, language: str = "en") -> str:
    """What people call a code of a group of `titles_en`, for example `CHANNELS`.

    A code that the district chose itself (a rate class, a skill) has no text: it is shown as a word. Raises
    KeyError for an unknown group.
    """
    titles = titles_en.GROUPS[group]
    return translate(titles[code], language) if code in titles else code.replace("_", " ").capitalize()


def state_title(code: str, language: str = "en") -> str:
    """What people call a state of an order."""
    return _title(words_en.STATES, code, language)


def outcome_title(code: str, language: str = "en") -> str:
    """What people call an order's outcome, an unable reason included."""
    if code in words_en.OUTCOMES:
        return translate(words_en.OUTCOMES[code], language)
    return unable_title(code, language)


def unable_title(code: str, language: str = "en") -> str:
    """What people call an unable reason."""
    return _title(words_en.UNABLE_REASONS, code, language)


def follow_reason_title(code: str, language: str = "en") -> str:
    """Why a follow-on order exists (`Order.follow_reason`)."""
    return _title(words_en.FOLLOW_REASONS, code, language)


def case_title(code: str, language: str = "en") -> str:
    """What people call a kind of exception."""
    return translate(words_en.CASES[code][0], language) if code in words_en.CASES else code


def case_words(code: str, detail: Mapping[str, Any], language: str = "en") -> str:
    """The sentence of a case, filled from its detail. Raises KeyError for a code without one."""
    return translate(words_en.CASES[code][1], language).format_map(_Plain(detail))


def ack_words(key: str, detail: Mapping[str, Any], language: str = "en") -> str:
    """What the technician's acknowledgement says. Raises KeyError for an unknown key."""
    return translate(words_en.ACKS[key], language).format_map(_Plain(detail))


class _Plain(dict[str, Any]):
    """Lists are spoken as lists, and what is not known is a dash."""

    def __getitem__(self, key: str) -> Any:
        value = self.get(key)
        if value is None or value == "":
            return "–"
        return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else value

    def __missing__(self, key: str) -> str:
        return "–"
