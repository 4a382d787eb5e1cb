"""From the bytes of a CSV file to rows of named cells: forgiving about form, never about content."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from server.imports.report import RowError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?[,;\t| ]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""The line with which a file names its delimiter; it is not a row, so it is not counted."""
_INVISIBLE = "\ufeff\u200b"
"""A byte order mark in the middle, where files were joined, and the space without width."""
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
"""How a spreadsheet is made to keep a number as text: ="00123"."""
_SAMPLE = 400
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """One data row: its number as a spreadsheet counts (the header is 1) and its cells that are not empty."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True)
class Table:
    """The rows of a file, and what made parts of it unreadable."""

    rows: list[Row] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


def decode(data: bytes) -> str:
    """Text of a file saved as UTF-8, UTF-16 or UTF-32 (with or without a mark), or Windows-1252.

    Files that were put together from several exports mix UTF-8 and Windows-1252: what is not UTF-8 is then
    read as Windows-1252, sign by sign. Broken UTF-8 that carries a mark is refused.
    Raises UnicodeDecodeError when nothing fits.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding).lstrip("\ufeff")
    unmarked = _utf16_without_mark(data)
    if unmarked is not None:
        return data.decode(unmarked)
    return "".join(_mixed(data))


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 shows by every second byte of plain letters being zero."""
    sample = data[:_SAMPLE]
    if len(sample) < 4 or len(data) % 2:
        return None
    half = len(sample) // 2
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if zeros.count(0) > half * 0.7 and sample.count(0) < half * 1.2:
            return encoding
    return None


def _mixed(data: bytes) -> Iterator[str]:
    rest = data
    while rest:
        try:
            yield rest.decode("utf-8")
            return
        except UnicodeDecodeError as error:
            yield rest[: error.start].decode("utf-8")
            # One sign at a time up to the next line, so that a large old file is not tried anew at each.
            end = rest.find(b"\n", error.start) + 1 or len(rest)
            yield from _mixed_line(rest[error.start : end])
            rest = rest[end:]


def _mixed_line(line: bytes) -> Iterator[str]:
    while line:
        try:
            yield line.decode("utf-8")
            return
        except UnicodeDecodeError as error:
            yield line[: error.start].decode("utf-8")
            yield line[error.start : error.start + 1].decode("cp1252")
            line = line[error.start + 1 :]


def stream_table(
    data: bytes, columns: Iterable[str], required: Iterable[str], errors: list[RowError]
) -> Iterator[Row]:
    """The rows of a CSV file whose header names `columns`, one by one: no more than the file is in memory.

    The delimiter is the one under which the header names the most known columns. Header names are
    compared without case, spaces read as underscores. Cells lose surrounding blanks; empty ones are left out.
    Faults are added to `errors` as they are met; none is raised.
    """
    try:
        text = decode(data)
    except UnicodeDecodeError as error:
        errors.append(_fault(1, "", f"the file is not text that can be read ({error.reason})"))
        return
    known = set(columns)
    separator = _SEPARATOR_LINE.match(text)
    if separator:
        text = text[separator.end() :]
    header, delimiter = _header(text, known, separator[1] if separator else None)
    if len(header) == 1 and header[0] not in known:
        # Each line as one quoted cell: a file whose rows were saved as text once more.
        unwrapped = _unwrapped(text, delimiter)
        inner, inner_delimiter = _header(unwrapped, known, None)
        if known & set(inner):
            text, header, delimiter = unwrapped, inner, inner_delimiter
    faults = list(_header_faults(header, known, set(required)))
    errors.extend(faults)
    if not faults:
        yield from _read_rows(text, header, delimiter, errors)


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends, as csv wants them."""
    return (found[0] for found in _LINE.finditer(text))


def _header(text: str, known: set[str], given: str | None) -> tuple[list[str], str]:
    """The names of the first line under the delimiter given, or the one that recognises the most of them."""
    choices = []
    for delimiter in (given,) if given else _DELIMITERS:
        try:
            cells = next(csv.reader(_lines(text), delimiter=delimiter), [])
        except csv.Error:
            continue
        names = [_cell(cell).lower().replace(" ", "_") for cell in cells]
        names = _without_padding(names, delimiter)
        choices.append((len(known & set(names)), names, delimiter))
    if not choices:
        return [], given or ","
    best = max(choices, key=lambda choice: choice[0])
    return best[1], best[2]


def _without_padding(cells: list[str], delimiter: str) -> list[str]:
    """Without the empty cells and the foreign delimiters that exports leave at the end of a line."""
    if cells and delimiter != ";":
        cells = [*cells[:-1], cells[-1].rstrip(";")]
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _cell(text: str) -> str:
    """A cell without the blanks around it, and without the dress that keeps a number text."""
    plain = text.strip().strip(_INVISIBLE).strip()
    kept = _TEXT_FORMULA.fullmatch(plain)
    return kept[1].strip() if kept else plain


def _unwrapped(text: str, delimiter: str) -> str:
    try:
        rows = list(csv.reader(_lines(text), delimiter=delimiter))
    except csv.Error:
        return ""
    return "\n".join(row[0] if row else "" for row in rows)


def _header_faults(header: list[str], known: set[str], required: set[str]) -> Iterator[RowError]:
    if not header:
        yield _fault(1, "", "the file has no header line")
        return
    seen: set[str] = set()
    for name in header:
        if name in seen:
            yield _fault(1, name, "the column is named twice")
        elif name not in known:
            yield _fault(1, name, f"the column is not known; the columns are {', '.join(sorted(known))}")
        seen.add(name)
    for name in sorted(required - seen):
        yield _fault(1, name, "the column is missing")


def _read_rows(text: str, header: list[str], delimiter: str, errors: list[RowError]) -> Iterator[Row]:
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    number = 0
    padded = next(_lines(text), "").rstrip().endswith(";") and delimiter != ";"
    try:
        for cells in reader:
            number += 1
            if number == 1:
                continue
            values = [_cell(cell) for cell in cells]
            if padded:
                values = _without_padding(values, delimiter)
            if not any(values):
                continue
            if any(values[len(header) :]):
                words = f"the row has {len(cells)} cells, the header {len(header)}"
                errors.append(_fault(number, "", words))
                continue
            if any("\x00" in value for value in values):
                errors.append(_fault(number, "", "the row contains a NUL character"))
                continue
            named = {name: value for name, value in zip(header, values, strict=False) if value}
            yield Row(number, named)
    except csv.Error as error:
        words = f"the quoting is broken from here on ({error}); rows after this one were not read"
        errors.append(_fault(number + 1, "", words))


def _fault(row: int, column: str, reason: str) -> RowError:
    return RowError(row, column, "bad_input", reason)
