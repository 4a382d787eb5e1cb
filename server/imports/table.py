"""From the bytes of a CSV file to rows of named cells: forgiving about form, never about content."""

import codecs
import csv
import io
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
    """Text of a file saved as UTF-8 (with or without a mark), UTF-16, UTF-32 or Windows-1252.

    Windows-1252 comes last: nearly any bytes can be read as it, so it must not hide broken UTF-8 that
    carries a mark. Raises UnicodeDecodeError when nothing fits.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def read_table(data: bytes, columns: Iterable[str], required: Iterable[str]) -> Table:
    """Read a CSV file whose header names `columns`; every fault becomes a RowError, none is raised.

    The delimiter is the one under which the header names the most known columns. Header names are
    compared without case, spaces read as underscores. Cells lose surrounding blanks; empty ones are left out.
    """
    table = Table()
    try:
        text = decode(data)
    except UnicodeDecodeError as error:
        table.errors.append(_fault(1, "", f"the file is not text that can be read ({error.reason})"))
        return table
    known = set(columns)
    header, delimiter = _header(text, known)
    table.errors.extend(_header_faults(header, known, set(required)))
    if not table.errors:
        _read_rows(text, header, delimiter, table)
    return table


def _header(text: str, known: set[str]) -> tuple[list[str], str]:
    """The names of the first line under the delimiter that recognises the most of them."""
    choices = []
    for delimiter in _DELIMITERS:
        try:
            cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            continue
        names = [cell.strip().lower().replace(" ", "_") for cell in cells]
        while names and not names[-1]:
            names.pop()
        choices.append((len(known & set(names)), names, delimiter))
    if not choices:
        return [], ","
    best = max(choices, key=lambda choice: choice[0])
    return best[1], best[2]


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


def _read_rows(text: str, header: list[str], delimiter: str, table: Table) -> None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if number == 1:
                continue
            values = [cell.strip() for cell in cells]
            if not any(values):
                continue
            if any(values[len(header) :]):
                words = f"the row has {len(cells)} cells, the header {len(header)}"
                table.errors.append(_fault(number, "", words))
                continue
            if any("\x00" in value for value in values):
                table.errors.append(_fault(number, "", "the row contains a NUL character"))
                continue
            named = {name: value for name, value in zip(header, values, strict=False) if value}
            table.rows.append(Row(number, named))
    except csv.Error as error:
        words = f"the quoting is broken from here on ({error}); rows after this one were not read"
        table.errors.append(_fault(number + 1, "", words))


def _fault(row: int, column: str, reason: str) -> RowError:
    return RowError(row, column, "bad_input", reason)
