"""The files of a read system, AMI or handheld: which of their columns mean what, and rows by it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation

from workorders.grammar.texts import checked_line
from workorders.grammar.times import checked_day, wall_time_from_text
from workorders.messages.message import Message
from workorders.problems import Problem, Reason

SOURCES = ("ami", "handheld")
DAY_FORMS = ("ymd", "mdy", "dmy")
COLUMNS = ("serial", "endpoint", "read_on", "read_at", "value", "skip", "estimated", "route", "sequence")
"""What a file may tell: the meter by serial or AMI endpoint, day or instant, dials or skip code, route."""
NOON = time(12)
"""A read whose hour nobody wrote down."""
LONGEST = 60
_DAY = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_COMPACT = re.compile(r"\d{8}")
_YES = frozenset({"y", "yes", "true", "t", "1", "x", "e", "est", "estimated"})
_NO = frozenset({"", "n", "no", "false", "f", "0", "a", "act", "actual"})


@dataclass(frozen=True, slots=True)
class Layout:
    """A named mapping: our column → the file's name for it, compared without case and blanks at the ends."""

    name: str
    source: str
    columns: Mapping[str, str]
    day_form: str = "ymd"
    skip_codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileRead:
    """One usable row. `value` None: the reader skipped the meter, for `skip`."""

    row: int
    serial: str | None
    endpoint: str | None
    day: date
    at: datetime
    timed: bool
    """The file says the hour."""
    value: int | None
    skip: str | None = None
    estimated: bool = False
    route: str | None = None
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row; the header is row 1, as a spreadsheet counts."""

    row: int
    column: str
    message: Message


class Unusable(Exception):  # noqa: N818 - what is wrong with a cell, on its way to a RowFault
    """A cell that cannot be used."""

    def __init__(self, column: str, message: Message) -> None:
        self.column, self.message = column, message
        super().__init__(message.code)


def checked_layout(
    name: str,
    source: str,
    columns: Mapping[str, str],
    day_form: str,
    skip_codes: Mapping[str, str],
    *,
    known_skips: Mapping[str, str],
) -> Layout:
    """A layout that can be used. Raises Problem `bad_input` naming the field.

    It names the meter (serial or AMI endpoint), a day or an instant, and the value; no column stands for two.
    """
    name = checked_line(name, field="name", longest=40)
    if not name:
        raise Problem("bad_input", field="name", reason="it is needed")
    for field_, value, allowed in (("source", source, SOURCES), ("day_form", day_form, DAY_FORMS)):
        if value not in allowed:
            raise Problem(
                "bad_input", field=field_, reason=Reason("one of {known}", known=", ".join(allowed))
            )
    named = {
        ours: checked_line(theirs, field=ours, longest=LONGEST)
        for ours, theirs in columns.items()
        if ours in COLUMNS
    }
    named = {ours: theirs for ours, theirs in named.items() if theirs}
    if not {"serial", "endpoint"} & named.keys():
        raise Problem("bad_input", field="serial", reason="name the column of the serial or the AMI endpoint")
    if not {"read_on", "read_at"} & named.keys():
        raise Problem("bad_input", field="read_on", reason="name the column of the day or of the time")
    if "value" not in named:
        raise Problem("bad_input", field="value", reason="it is needed")
    if len({theirs.lower() for theirs in named.values()}) < len(named):
        raise Problem("bad_input", field="columns", reason="a column of the file stands for two of ours")
    unknown = sorted(set(skip_codes.values()) - known_skips.keys())
    if unknown:
        known = ", ".join(known_skips)
        raise Problem("bad_input", field="skip_codes", reason=Reason("one of {known}", known=known))
    return Layout(name, source, named, day_form, {k.strip().lower(): v for k, v in skip_codes.items()})


def row_from(number: int, cells: Mapping[str, str], layout: Layout, zone: tzinfo) -> FileRead | RowFault:
    """What a row says, or what is wrong with it. `cells`: the file's column, in small letters → text."""
    own = {ours: cells.get(theirs.lower(), "").strip() for ours, theirs in layout.columns.items()}
    try:
        return _read(number, own, layout, zone)
    except Unusable as fault:
        return RowFault(number, layout.columns.get(fault.column, fault.column), fault.message)


def _read(number: int, own: Mapping[str, str], layout: Layout, zone: tzinfo) -> FileRead:
    serial, endpoint = own.get("serial", "").upper(), own.get("endpoint", "")
    if not serial and not endpoint:
        raise Unusable("serial" if "serial" in layout.columns else "endpoint", Message("readfile.no_meter"))
    at, timed = _when(own, layout, zone)
    skip = _skip(own.get("skip", ""), layout)
    value = _value(own.get("value", ""))
    if value is None and skip is None:
        raise Unusable("value", Message("readfile.no_value"))
    return FileRead(
        row=number,
        serial=serial or None,
        endpoint=endpoint or None,
        day=at.astimezone(zone).date(),
        at=at,
        timed=timed,
        value=value,
        skip=skip if value is None else None,
        estimated=_estimated(own.get("estimated", "")),
        route=own.get("route", "")[:40] or None,
        sequence=_sequence(own.get("sequence", "")),
    )


def _when(own: Mapping[str, str], layout: Layout, zone: tzinfo) -> tuple[datetime, bool]:
    instant = own.get("read_at", "")
    if instant:
        try:
            return wall_time_from_text(instant, zone, field=""), True
        except Problem:
            raise Unusable("read_at", Message.of("readfile.no_time", cell=instant[:LONGEST])) from None
    text = own.get("read_on", "")
    day = day_as(text, layout.day_form)
    if day is None:
        column = "read_on" if "read_on" in layout.columns else "read_at"
        raise Unusable(column, Message.of("readfile.no_day", cell=text[:LONGEST]))
    return datetime.combine(day, NOON, tzinfo=zone), False


def day_as(text: str, form: str) -> date | None:
    """A day in a file's form, with any of - / . between its parts, or eight digits; None: it is none."""
    if _COMPACT.fullmatch(text):
        parts = (text[:4], text[4:6], text[6:]) if form == "ymd" else (text[:2], text[2:4], text[4:])
    elif found := _DAY.fullmatch(text):
        parts = (found[1], found[2], found[3])
    else:
        return None
    order = {"ymd": (0, 1, 2), "mdy": (2, 0, 1), "dmy": (2, 1, 0)}[form]
    year, month, day = (int(parts[place]) for place in order)
    try:
        return checked_day(date(year, month, day), field="")
    except (ValueError, Problem):
        return None


def _value(cell: str) -> int | None:
    """Whole dials; digits behind a decimal point lie below the lowest dial and are cut off.

    A comma parts thousands where it stands as one: 1234,5 may be either, and would be ten times too much.
    """
    if not cell:
        return None
    try:
        figure = Decimal(cell.replace(",", "") if _THOUSANDS.fullmatch(cell) else cell)
    except InvalidOperation:
        figure = Decimal(-1)
    if not figure.is_finite() or not 0 <= figure < 10**9:
        raise Unusable("value", Message.of("readfile.bad_value", cell=cell[:LONGEST]))
    return int(figure)


def _skip(cell: str, layout: Layout) -> str | None:
    if not cell:
        return None
    code = layout.skip_codes.get(cell.lower())
    if code is None:
        raise Unusable("skip", Message.of("readfile.unknown_skip", cell=cell[:LONGEST]))
    return code


def _estimated(cell: str) -> bool:
    if cell.lower() in _YES:
        return True
    if cell.lower() in _NO:
        return False
    raise Unusable("estimated", Message.of("readfile.bad_estimated", cell=cell[:LONGEST]))


def _sequence(cell: str) -> int:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 9 else 0
