"""Texts for people, by language. A code without a text is a mistake that a test finds; people see it bare."""

import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from types import MappingProxyType, ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from workorders.messages import formats, sentences_en, timeline_en, words_en
from workorders.messages.message import TEXT, Message
from workorders.messages.viewer import Viewer
from workorders.problems import CATALOGUE

LANGUAGES: Mapping[str, ModuleType] = {"en": words_en}
SENTENCES: Mapping[str, Mapping[str, str]] = {"en": sentences_en.SENTENCES | timeline_en.TIMELINE}
"""Language → code → text of what is neither a case nor an acknowledgement."""
ENGLISH = Viewer()
"""Who reads where nobody is signed in: tablets of earlier versions, the command line."""
NOBODY: Mapping[str, str] = MappingProxyType({})
ALSO = "also"
"""Further parameters of a case that stands for several findings of one kind: a sentence for each."""
UNKNOWN = "–"
OURSELVES = "curbstop"
"""Actor of what the program does by itself."""


def _title(group: str, code: str, language: str) -> str:
    found: str = getattr(LANGUAGES[language], group).get(code, code)
    return found


def state_title(code: str, language: str = "en") -> str:
    """What people call a state of an order."""
    return _title("STATES", code, language)


def outcome_title(code: str, language: str = "en") -> str:
    """What people call an order's outcome, an unable reason included."""
    outcomes: Mapping[str, str] = LANGUAGES[language].OUTCOMES
    return outcomes[code] if code in outcomes else unable_title(code, language)


def unable_title(code: str, language: str = "en") -> str:
    """What people call an unable reason."""
    return _title("UNABLE_REASONS", code, language)


def follow_reason_title(code: str, language: str = "en") -> str:
    """Why a follow-on order exists (`Order.follow_reason`)."""
    return _title("FOLLOW_REASONS", code, language)


def case_title(code: str, language: str = "en") -> str:
    """What people call a kind of exception."""
    found: Mapping[str, tuple[str, str]] = LANGUAGES[language].CASES
    return found[code][0] if code in found else code


def say(message: Message, viewer: Viewer, names: Mapping[str, str] = NOBODY) -> str:
    """The sentence of a stored message for a viewer. `names`: technician or actor id → the name people know.

    A code without a text reads as the bare code; a parameter that is not known reads as a dash.
    """
    params = message.params
    if TEXT in params:
        return str(params[TEXT])
    text = _text(message, viewer.language)
    said = [_Sentence(viewer, names).vformat(text, (), params)]
    said += [_Sentence(viewer, names).vformat(text, (), also) for also in params.get(ALSO) or ()]
    return " ".join(dict.fromkeys(said))


def _text(message: Message, language: str) -> str:
    kind, _, name = message.code.partition(".")
    if kind == "case":
        cases: Mapping[str, tuple[str, str]] = LANGUAGES[language].CASES
        return cases[name][1] if name in cases else message.code
    if kind == "ack":
        return _title("ACKS", name, language)
    if kind == "problem" and name in CATALOGUE:
        return CATALOGUE[name].words
    return SENTENCES[language].get(message.code, message.code)


class _Sentence(string.Formatter):
    """Fills a text: `{name}` plainly, `{name:form}` in one of FORMS."""

    def __init__(self, viewer: Viewer, names: Mapping[str, str]) -> None:
        self._viewer = viewer
        self._names = names

    def get_value(self, key: int | str, _args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The parameter, None when it is not known."""
        return kwargs.get(str(key))

    def format_field(self, value: Any, format_spec: str) -> str:
        """The parameter as text in its form."""
        if value is None or value in ("", []):
            return timeline_en.NO_REASON if format_spec == "clause" else UNKNOWN
        if format_spec in TITLES:
            return _title(TITLES[format_spec], str(value), self._viewer.language)
        return FORMS[format_spec](value, self._viewer, self._names)


def _listed(value: Any, *_: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _cases(value: Any, viewer: Viewer, _names: Mapping[str, str]) -> str:
    return ", ".join(case_title(code, viewer.language) for code in value)


def _message(value: Any, viewer: Viewer, names: Mapping[str, str]) -> str:
    return say(Message.from_json(value), viewer, names)


def _messages(value: Any, viewer: Viewer, names: Mapping[str, str]) -> str:
    return " ".join(_message(one, viewer, names) for one in value)


def _month(value: Any, *_: Any) -> str:
    return f"{date.fromisoformat(value):%B %Y}"


FORMS: Mapping[str, Callable[[Any, Viewer, Mapping[str, str]], str]] = {
    "": _listed,
    "list": _listed,
    "names": lambda value, *_: _listed([str(name).replace("_", " ") for name in value]),
    "money": lambda value, viewer, _: formats.money(value, viewer),
    "at": lambda value, viewer, _: formats.instant(datetime.fromisoformat(value), viewer),
    "clock": lambda value, viewer, _: formats.time_of_day(
        datetime.fromisoformat(value).astimezone(ZoneInfo(viewer.zone)).time(), viewer
    ),
    "hour": lambda value, viewer, _: formats.time_of_day(time.fromisoformat(value), viewer),
    "day": lambda value, viewer, _: formats.day(date.fromisoformat(value), viewer),
    "month": _month,
    "length": lambda value, viewer, _: formats.length(value, viewer),
    "percent": lambda value, *_: f"{value:g} %",
    "celsius": lambda value, viewer, _: formats.temperature(value, viewer),
    "person": lambda value, _, names: names.get(value, timeline_en.SYSTEM if value == OURSELVES else value),
    "spelled": lambda value, *_: str(value).replace("_", " "),
    "outcome": lambda value, viewer, _: outcome_title(value, viewer.language).lower(),
    "case": lambda value, viewer, _: case_title(value, viewer.language),
    "clause": lambda value, viewer, names: _message(value, viewer, names).strip().rstrip("."),
    "hours": lambda value, *_: f"{value / 3600:.1f} hours",
    "cases": _cases,
    "message": _message,
    "messages": _messages,
}
"""Form of a parameter → how it is shown: cents, ISO instants, metres, °C, ids of people, messages …"""

TITLES: Mapping[str, str] = {
    "unable": "UNABLE_REASONS",
    "tampering": "TAMPERING",
    "likely": "LIKELY",
    "method": "METHODS",
    "channel": "CHANNELS",
    "notice": "NOTICES",
    "hold": "HOLDS",
    "weekday": "WEEKDAYS",
    "service": "SERVICE_STATES",
    "choice": "CHOICES",
}
"""Form of a parameter that is a code → the catalogue's table of what people call it."""
