"""Texts for people, by language. A code without a text is a mistake that a test finds; people see it bare."""

import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, Self

from workorders.messages import effects_en, formats, sentences_en, timeline_en, titles_en, words_en
from workorders.messages.message import TEXT, Message
from workorders.messages.texts import translate
from workorders.messages.viewer import Viewer
from workorders.problems import CATALOGUE

SENTENCES: Mapping[str, str] = sentences_en.SENTENCES | timeline_en.TIMELINE | effects_en.EFFECTS
"""Code → text of what is neither a case nor an acknowledgement."""
ENGLISH = Viewer()
"""Who reads where nobody is signed in: tablets of earlier versions, the command line."""
NOBODY: Mapping[str, str] = MappingProxyType({})
ALSO = "also"
"""Further parameters of a case that stands for several findings of one kind: a sentence for each."""
UNKNOWN = "–"
OURSELVES = "curbstop"
"""Actor of what the program does by itself."""


_OUTCOMES: dict[str, str] = {}
_CASES: dict[str, tuple[str, str]] = {}
_FOLLOW_REASONS: dict[str, str] = {}


def add_texts(
    *,
    outcomes: Mapping[str, str],
    cases: Mapping[str, tuple[str, str]],
    follow_reasons: Mapping[str, str],
) -> None:
    """Add texts that an order type brings along, in English; they are translated like any other."""
    _OUTCOMES.update(outcomes)
    _CASES.update(cases)
    _FOLLOW_REASONS.update(follow_reasons)


def _title(titles: Mapping[str, str], code: str, language: str) -> str:
    return translate(titles[code], language) if code in titles else code


def title(group: str, code: str, language: str = "en") -> str:
    """What people call a code of a group of `titles_en`, for example `CHANNELS`.

    A code that the district chose itself (a rate class, a skill) has no text: it is shown as a word. Raises
    KeyError for an unknown group.
    """
    titles = titles_en.GROUPS[group]
    return translate(titles[code], language) if code in titles else code.replace("_", " ").capitalize()


def report_title(code: str) -> str:
    """What people call something recorded in the field that no form names."""
    return words_en.REPORTED.get(code, code).replace("_", " ")


def _case(code: str) -> tuple[str, str] | None:
    return words_en.CASES.get(code) or _CASES.get(code)


def state_title(code: str, language: str = "en") -> str:
    """What people call a state of an order."""
    return _title(words_en.STATES, code, language)


def outcome_title(code: str, language: str = "en") -> str:
    """What people call an order's outcome, an unable reason included."""
    named = words_en.OUTCOMES.get(code) or _OUTCOMES.get(code)
    return translate(named, language) if named is not None else unable_title(code, language)


def unable_title(code: str, language: str = "en") -> str:
    """What people call an unable reason."""
    return _title(words_en.UNABLE_REASONS, code, language)


def follow_reason_title(code: str, language: str = "en") -> str:
    """Why a follow-on order exists (`Order.follow_reason`)."""
    return _title({**_FOLLOW_REASONS, **words_en.FOLLOW_REASONS}, code, language)


def case_title(code: str, language: str = "en") -> str:
    """What people call a kind of exception."""
    found = _case(code)
    return translate(found[0], language) if found is not None else code


class Said(str):
    """The sentences of messages: in itself the English ones, said anew to whoever reads them (`messages`)."""

    __slots__ = ("messages",)

    messages: tuple[Message, ...]

    def __new__(cls, messages: Iterable[Message], *, zone: str = "UTC") -> Self:
        """`zone`: the IANA name of the clock on which the English sentences give instants."""
        said, english = tuple(messages), replace(ENGLISH, zone=zone)
        text = super().__new__(cls, " ".join(say(one, english) for one in said))
        text.messages = said
        return text


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
    # A clock that ends in “p.m.” ends its sentence too.
    return " ".join(dict.fromkeys(said)).replace("m..", "m.")


def _text(message: Message, language: str) -> str:
    kind, _, name = message.code.partition(".")
    if kind == "case":
        found = _case(name)
        return translate(found[1], language) if found is not None else message.code
    if kind == "ack":
        return _title(words_en.ACKS, name, language)
    if kind == "problem" and name in CATALOGUE and message.code not in SENTENCES:
        return translate(CATALOGUE[name].words, language)
    return _title(SENTENCES, message.code, language)


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
            return (
                translate(timeline_en.NO_REASON, self._viewer.language)
                if format_spec == "clause"
                else UNKNOWN
            )
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


def _person(value: Any, viewer: Viewer, names: Mapping[str, str]) -> str:
    known = names.get(value)
    if known is not None:
        return known
    if value == OURSELVES:
        return translate(timeline_en.SYSTEM, viewer.language)
    if value.startswith("order "):
        return translate(timeline_en.BY_ORDER, viewer.language, number=value.removeprefix("order "))
    source, colon, _ = value.partition(":")
    return (
        translate(timeline_en.SOURCES[source], viewer.language)
        if source in timeline_en.SOURCES and colon
        else value
    )


def _window(since: str, until: str, viewer: Viewer) -> str:
    first, last = (formats.time_of_day(time.fromisoformat(end), viewer) for end in (since, until))
    return f"{first}–{last}"


FORMS: Mapping[str, Callable[[Any, Viewer, Mapping[str, str]], str]] = {
    "": _listed,
    "list": _listed,
    "names": lambda value, *_: _listed([str(name).replace("_", " ") for name in value]),
    "money": lambda value, viewer, _: formats.money(value, viewer),
    "at": lambda value, viewer, _: formats.instant(datetime.fromisoformat(value), viewer),
    "clock": lambda value, viewer, _: formats.local_time(datetime.fromisoformat(value), viewer),
    "hour": lambda value, viewer, _: formats.time_of_day(time.fromisoformat(value), viewer),
    "day": lambda value, viewer, _: formats.day(date.fromisoformat(value), viewer),
    "month": lambda value, viewer, _: formats.month_of(date.fromisoformat(value), viewer),
    "length": lambda value, viewer, _: formats.length(value, viewer),
    "percent": lambda value, *_: f"{value:g} %",
    "celsius": lambda value, viewer, _: formats.temperature(value, viewer),
    "person": _person,
    "text": lambda value, viewer, _: translate(str(value), viewer.language),
    "spelled": lambda value, *_: str(value).replace("_", " "),
    "outcome": lambda value, viewer, _: outcome_title(value, viewer.language).lower(),
    "case": lambda value, viewer, _: case_title(value, viewer.language),
    "clause": lambda value, viewer, names: _message(value, viewer, names).strip().rstrip("."),
    "hours": lambda value, viewer, _: formats.hours(value, viewer),
    "duration": lambda value, viewer, _: formats.duration(value, viewer),
    "windows": lambda value, viewer, _: ", ".join(_window(since, until, viewer) for since, until in value),
    "skills": lambda value, viewer, _: ", ".join(title("skills", code, viewer.language) for code in value),
    "cases": _cases,
    "message": _message,
    "messages": _messages,
}
"""Form of a parameter → how it is shown: cents, ISO instants, metres, °C, ids of people, messages …"""

TITLES: Mapping[str, Mapping[str, str]] = {
    "unable": words_en.UNABLE_REASONS,
    "tampering": words_en.TAMPERING,
    "likely": words_en.LIKELY,
    "method": words_en.METHODS,
    "channel": words_en.CHANNELS,
    "vault_transfer": titles_en.VAULT_TRANSFERS,
    "petty_transfer": titles_en.PETTY_TRANSFERS,
    "notice": words_en.NOTICES,
    "hold": words_en.HOLDS,
    "bill_class": titles_en.BILL_CLASSES,
    "weekday": words_en.WEEKDAYS,
    "service": words_en.SERVICE_STATES,
    "choice": words_en.CHOICES,
    "code_kind": words_en.CODE_KINDS,
    "compass": words_en.COMPASS,
    "finding": titles_en.READ_FLAGS,
}
"""Form of a parameter that is a code → the catalogue's table of what people call it."""
