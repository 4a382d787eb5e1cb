"""Texts for people, by language. A code without a text is a mistake that a test finds; people see it bare."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from workorders.messages import words_en

LANGUAGES: Mapping[str, ModuleType] = {"en": words_en}


_OUTCOMES: dict[str, str] = {}
_CASES: dict[str, tuple[str, str]] = {}
_FOLLOW_REASONS: dict[str, str] = {}


def add_texts(
    *,
    outcomes: Mapping[str, str],
    cases: Mapping[str, tuple[str, str]],
    follow_reasons: Mapping[str, str],
) -> None:
    """Add English texts that an order type brings along; a language's own text of a code comes first."""
    _OUTCOMES.update(outcomes)
    _CASES.update(cases)
    _FOLLOW_REASONS.update(follow_reasons)


def _title(group: str, code: str, language: str) -> str:
    found: str = getattr(LANGUAGES[language], group).get(code, code)
    return found


def _case(code: str, language: str) -> tuple[str, str] | None:
    cases: Mapping[str, tuple[str, str]] = LANGUAGES[language].CASES
    return cases.get(code) or _CASES.get(code)


def state_title(code: str, language: str = "en") -> str:
    """What people call a state of an order."""
    return _title("STATES", code, language)


def outcome_title(code: str, language: str = "en") -> str:
    """What people call an order's outcome, an unable reason included."""
    outcomes: Mapping[str, str] = LANGUAGES[language].OUTCOMES
    return outcomes.get(code) or _OUTCOMES.get(code) or unable_title(code, language)


def unable_title(code: str, language: str = "en") -> str:
    """What people call an unable reason."""
    return _title("UNABLE_REASONS", code, language)


def follow_reason_title(code: str, language: str = "en") -> str:
    """Why a follow-on order exists (`Order.follow_reason`)."""
    reasons: Mapping[str, str] = LANGUAGES[language].FOLLOW_REASONS
    return reasons.get(code) or _FOLLOW_REASONS.get(code, code)


def case_title(code: str, language: str = "en") -> str:
    """What people call a kind of exception."""
    found = _case(code, language)
    return found[0] if found is not None else code


def case_words(code: str, detail: Mapping[str, Any], language: str = "en") -> str:
    """The sentence of a case, filled from its detail. Raises KeyError for a code without one."""
    found = _case(code, language)
    if found is None:
        raise KeyError(code)
    return found[1].format_map(_Plain(detail))


def ack_words(key: str, detail: Mapping[str, Any], language: str = "en") -> str:
    """What the technician's acknowledgement says. Raises KeyError for an unknown key."""
    acks: Mapping[str, str] = LANGUAGES[language].ACKS
    return acks[key].format_map(_Plain(detail))


class _Plain(dict[str, Any]):
    """Lists are spoken as lists, and what is not known is a dash."""

    def __getitem__(self, key: str) -> Any:
        value = self.get(key)
        if value is None or value == "":
            return "–"
        return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else value

    def __missing__(self, key: str) -> str:
        return "–"
