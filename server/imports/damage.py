"""Traces that spreadsheets and old exports leave in cells: recognised, never repaired silently.

A size of 5/8 that became 8-May looks like one that was always wrong, so the row is refused with
what it probably was and how to keep it from happening.
"""

import calendar
import re
from collections.abc import Callable, Iterator

_MONTHS = {
    name.lower()[:length]: number
    for number, name in enumerate(calendar.month_name)
    if name
    for length in (3, 4, len(name))
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY_MONTH = re.compile(rf"(\d{{1,2}})[-. /]({_MONTH})\.?(?:[-., /]+(\d{{2}}|\d{{4}}))?", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"({_MONTH})\.?[-. /](\d{{1,2}})(?:(?:[-. /]|, ?)(\d{{2}}|\d{{4}}))?", re.IGNORECASE)
_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.]+)?Z?")
_US_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?: [\d:]+(?: ?[AP]M)?)?", re.IGNORECASE)
_DAY_NUMBER = re.compile(r"[34]\d{4}(?:\.0+)?")
"""Days since 1900, as spreadsheets store a day: from 1982 to 2036."""
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+[eE][+-]?|[eE]\+)\d{1,3}")
_TRAILING_ZERO = re.compile(r"(\d+)[.,]0+")
_THOUSANDS = re.compile(r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+")
_FRACTION_TAIL = re.compile(r"(\d+)\.0")
_OVERFLOW = re.compile(r"#{3,}")
_LOST = "\ufffd"

AS_TEXT = "format the column as text before the value is entered, and export the file again"
IDENTIFIERS = frozenset(
    (
        *("premise", "service_point", "account", "serial", "technician", "lock", "seal", "endpoint", "zone"),
        *("extra.serial", "extra.serial_seen", "extra.van_stock", "extra.last_lock", "extra.last_seal"),
    )
)
SIZES = frozenset({"size", "extra.size"})
NOTES = frozenset({"access_note", "instructions", "hazard", "meter_location"})
"""Free text may hold line breaks and dates; columns named extra.… may too."""


def damage(column: str, cell: str) -> str | None:
    """What is doubtful about a cell, with what it probably was and the mend; None when nothing is."""
    return next(_doubts(column, cell), None)


def _doubts(column: str, cell: str) -> Iterator[str]:
    if _OVERFLOW.fullmatch(cell):
        yield f"“{cell}” is what a spreadsheet shows when a column is too narrow; widen it and export again"
    if cell.startswith("="):
        yield f"“{_short(cell)}” is a formula; export its value"
    yield from _encoding(cell)
    if column not in NOTES and not column.startswith("extra.") and ("\n" in cell or "\r" in cell):
        yield "the cell goes over several lines; a quotation mark is missing or too many before here"
    judge = _judge_of(column)
    if judge is not None:
        yield from judge(cell)


def _judge_of(column: str) -> Callable[[str], Iterator[str]] | None:
    if column in SIZES:
        return _size
    if column == "postcode":
        return _postcode
    if column == "house_number":
        return _house_number
    if column in IDENTIFIERS:
        return _identifier
    if column == "service_points":
        return _identifiers
    return None


def _encoding(cell: str) -> Iterator[str]:
    if _LOST in cell:
        yield f"a character was lost in “{_short(cell)}” (shown as {_LOST}); export the file again as UTF-8"
        return
    meant = _read_as_utf8(cell)
    if meant is not None:
        yield f"“{_short(cell)}” looks like “{_short(meant)}” read in the wrong encoding; export it as UTF-8"


def _read_as_utf8(cell: str) -> str | None:
    """The text whose UTF-8 bytes were taken for Windows-1252; None when they were not."""
    if cell.isascii():
        return None
    # Only runs of the characters that UTF-8's bytes become are judged: the rest of the cell may be right.
    runs = re.sub(r"[^\x00-\x7f]{2,}", lambda run: _mended(run[0]), cell)
    return runs if runs != cell else None


def _mended(run: str) -> str:
    raw = bytearray()
    for sign in run:
        try:
            raw += sign.encode("cp1252")
        except UnicodeEncodeError:
            # Five bytes have no sign in Windows-1252; programs let them through as they are.
            if ord(sign) > 0xFF:
                return run
            raw.append(ord(sign))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return run


def _size(cell: str) -> Iterator[str]:
    meant = _fraction_behind(cell)
    if meant is not None:
        yield f"“{cell}” is a day: it looks like the size {meant}, turned into a date; {AS_TEXT}"
    elif _DAY_NUMBER.fullmatch(cell):
        yield f"“{cell}” is a day's number: it looks like a size such as 5/8, turned into a date; {AS_TEXT}"
    elif whole := _FRACTION_TAIL.fullmatch(cell):
        yield f"“{cell}” looks like the size {whole[1]}, turned into a decimal number; {AS_TEXT}"


def _fraction_behind(cell: str) -> str | None:
    """The fraction that a spreadsheet read as this day: 8-May was 5/8, 1-Jan-02 was 1-1/2."""
    if found := _DAY_MONTH.fullmatch(cell):
        day, month, year = int(found[1]), _MONTHS[found[2].lower()], found[3]
    elif found := _MONTH_DAY.fullmatch(cell):
        day, month, year = int(found[2]), _MONTHS[found[1].lower()], found[3]
    elif found := _ISO_DAY.fullmatch(cell):
        day, month, year = int(found[3]), int(found[2]), found[1]
    elif found := _US_DAY.fullmatch(cell):
        day, month, year = int(found[2]), int(found[1]), found[3]
    else:
        return None
    # Three numbers make a day of the year 2002 or so, which no new file is from: 1-1/2 becomes 1/1/2002.
    short_year = int(year[-2:]) if year else None
    if short_year in {2, 4, 8, 16}:
        return f"{month}-{day}/{short_year}"
    return f"{month}/{day}"


def _postcode(cell: str) -> Iterator[str]:
    if whole := _TRAILING_ZERO.fullmatch(cell):
        yield f"“{cell}” looks like {whole[1].zfill(5)}, turned into a decimal number; {AS_TEXT}"
    elif _SCIENTIFIC.fullmatch(cell) or _THOUSANDS.fullmatch(cell):
        yield f"“{cell}” looks like a postal code that was turned into a number; {AS_TEXT}"
    elif cell.isascii() and cell.isdigit() and len(cell) < 5:
        yield f"“{cell}” looks like {cell.zfill(5)} without its leading zeros; {AS_TEXT}"
    elif cell.isascii() and cell.isdigit() and 5 < len(cell) < 9:
        plus4 = cell.zfill(9)
        yield f"“{cell}” looks like {plus4[:5]}-{plus4[5:]} without its form; {AS_TEXT}"
    elif short := re.fullmatch(r"(\d{1,4})-(\d{4})", cell):
        yield f"“{cell}” looks like {short[1].zfill(5)}-{short[2]} without its leading zeros; {AS_TEXT}"


def _house_number(cell: str) -> Iterator[str]:
    if _DAY_MONTH.fullmatch(cell) or _MONTH_DAY.fullmatch(cell) or _ISO_DAY.fullmatch(cell):
        meant = (_fraction_behind(cell) or "").replace("/", "-")
        yield f"“{cell}” is a day: it looks like the house number {meant}, turned into a date; {AS_TEXT}"
    yield from _number_form(cell)


def _identifier(cell: str) -> Iterator[str]:
    if _DAY_MONTH.fullmatch(cell) or _MONTH_DAY.fullmatch(cell):
        yield f"“{cell}” is a day: it looks like an identifier that was turned into a date; {AS_TEXT}"
    yield from _number_form(cell)


def _identifiers(cell: str) -> Iterator[str]:
    for part in cell.split():
        yield from _identifier(part)


def _number_form(cell: str) -> Iterator[str]:
    if _SCIENTIFIC.fullmatch(cell):
        yield f"“{cell}” is a long number that lost its last digits; {AS_TEXT}"
    elif whole := _TRAILING_ZERO.fullmatch(cell):
        yield f"“{cell}” looks like {whole[1]}, turned into a decimal number; {AS_TEXT}"
    elif _THOUSANDS.fullmatch(cell):
        plain = re.sub(r"\D", "", cell)
        yield f"“{cell}” looks like {plain} with thousands separators; {AS_TEXT}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
