"""A value of a report in words, for a file, and for a program."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from workorders.catalogue import CATALOGUE
from workorders.messages import formats, timeline_en, words
from workorders.messages.message import Message
from workorders.messages.texts import N_, translate
from workorders.messages.viewer import Viewer
from workorders.queries.reports.report import Column

YES, NO, OTHERS, MINUTES = N_("yes"), N_("no"), N_("All others"), N_("min")
LENGTHS = {"us": (formats.METRES_PER_MILE, N_("mi")), "metric": (1000.0, N_("km"))}
"""Metres of the unit that files count in, and its name."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and the names behind ids."""

    viewer: Viewer
    names: Mapping[str, str]

    def said(self, text: str) -> str:
        """A marked text in the reader's language."""
        return translate(text, self.viewer.language)

    def messages(self, value: Sequence[Message]) -> str:
        """Stored sentences as one text."""
        return " ".join(words.say(one, self.viewer, self.names) for one in value)

    def name(self, value: str) -> str:
        """Who somebody is."""
        return self.said(timeline_en.SYSTEM) if value == words.OURSELVES else self.names.get(value, value)


def code_title(value: str, kind: str, group: str | None, reader: Reader) -> str:
    """What people call a code."""
    language = reader.viewer.language
    if kind == "type" or group == "type":
        return reader.said(CATALOGUE[value].title) if value in CATALOGUE else value
    if kind == "outcome" or group == "outcome":
        return words.outcome_title(value, language)
    if kind == "case" or group == "case":
        return words.case_title(value, language)
    if kind == "state":
        return words.state_title(value, language)
    return words.title(group or "", value, language)


_SHOWN: Mapping[str, Callable[[Any, Viewer], str]] = {
    "money": formats.money,
    "number": lambda value, viewer: formats.number(value, viewer, digits=1),
    "percent": lambda value, viewer: f"{formats.number(100 * value, viewer, digits=1)}\u00a0%",
    "minutes": lambda value, viewer: formats.duration(60 * value, viewer),
    "metres": formats.length,
    "day": formats.day,
    "month": formats.month_of,
    "time": formats.instant,
}
_PLAIN: Mapping[str, Callable[[Any, Viewer], Any]] = {
    "money": lambda value, _: Decimal(value) / 100,
    "number": lambda value, _: value if isinstance(value, int) else round(value, 2),
    "percent": lambda value, _: round(value, 4),
    "minutes": lambda value, _: round(value, 1),
    "metres": lambda value, viewer: round(value / LENGTHS[viewer.units][0], 2),
    "day": lambda value, _: value,
    "month": lambda value, _: value,
    "time": lambda value, viewer: value.astimezone(ZoneInfo(viewer.zone)).replace(tzinfo=None, microsecond=0),
}
_GAPS = frozenset({"money", "percent", "minutes", "metres"})
"""Kinds where nothing known is a dash."""


def shown(value: Any, column: Column, reader: Reader) -> str:
    """The value as it stands on a page; a dash for an amount that is not known, nothing for other gaps."""
    if value is None:
        return formats.NONE if column.kind in _GAPS else ""
    write = _SHOWN.get(column.kind)
    return write(value, reader.viewer) if write is not None else _words(value, column, reader)


def plain(value: Any, column: Column, reader: Reader) -> Any:
    """The value for a file: numbers as numbers, days and local instants as such, codes as words."""
    if value is None:
        return None
    write = _PLAIN.get(column.kind)
    return write(value, reader.viewer) if write is not None else _words(value, column, reader)


def raw(value: Any, column: Column, reader: Reader) -> Any:
    """The value for a program: cents, metres, minutes, ISO days and instants, codes; sentences said."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if column.kind == "messages":
        return [{"code": one.code, "words": words.say(one, reader.viewer, reader.names)} for one in value]
    return value


def heading(column: Column, reader: Reader, *, unit: bool = False) -> str:
    """The column's title; `unit`: with the unit that its numbers have in a file."""
    title = reader.said(column.title)
    if unit and column.kind == "minutes":
        return f"{title} ({reader.said(MINUTES)})"
    if unit and column.kind == "metres":
        return f"{title} ({reader.said(LENGTHS[reader.viewer.units][1])})"
    return title


def label(value: Any, column: Column, reader: Reader) -> str:
    """The value beside a bar of a chart; None stands for all the others."""
    if value is None:
        return reader.said(OTHERS)
    viewer = reader.viewer
    if column.kind == "month":
        return formats.month(datetime.combine(value, time(12), ZoneInfo(viewer.zone)), viewer)
    if column.kind in {"day", "time"}:
        return formats.day_and_month(value, viewer)
    return shown(value, column, reader)


def _words(value: Any, column: Column, reader: Reader) -> str:
    if column.kind == "yes_no":
        return reader.said(YES if value else NO)
    if column.kind == "who":
        return reader.name(value)
    if column.kind == "messages":
        return reader.messages(value)
    if column.kind == "text":
        return str(value)
    return code_title(str(value), column.kind, column.group, reader)
