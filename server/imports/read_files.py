"""The bytes of a read system's file as rows by a layout: columns it does not name are let be."""

import csv
import hashlib
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from server.imports.table import decode
from workorders.messages.message import Message
from workorders.metering.read_layout import FileRead, Layout, RowFault, row_from
from workorders.problems import Problem, Reason

DELIMITERS = (",", ";", "\t", "|")
ROWS_MAX = 1_000_000


def digest_of(data: bytes) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(data).hexdigest()


def file_rows(data: bytes, layout: Layout, zone: ZoneInfo) -> Iterator[FileRead | RowFault]:
    """The rows of a CSV file under a header line, the header being row 1.

    The delimiter is the one under which the header names the most columns of the layout. Raises Problem
    `read_file_unreadable` for bytes that are no text, a header that lacks a column of the layout, broken
    quoting, and more than ROWS_MAX rows.
    """
    try:
        text = decode(data)
    except UnicodeDecodeError:
        raise Problem("read_file_unreadable", reason="it is not text") from None
    lines = text.splitlines(keepends=True)
    wanted = {theirs.lower() for theirs in layout.columns.values()}
    header, delimiter = _header(lines[0] if lines else "", wanted)
    missing = sorted(theirs for theirs in layout.columns.values() if theirs.lower() not in header)
    if missing:
        raise Problem("read_file_columns", columns=", ".join(missing), layout=layout.name)
    if len(lines) > ROWS_MAX:
        raise Problem("read_file_unreadable", reason="it has more than a million rows")
    number = 1
    try:
        for cells in csv.reader(lines[1:], delimiter=delimiter, strict=True):
            number += 1
            if not any(cell.strip() for cell in cells):
                continue
            if any("\x00" in cell for cell in cells):
                yield RowFault(number, "", Message("readfile.broken_row"))
                continue
            yield row_from(number, dict(zip(header, cells, strict=False)), layout, zone)
    except csv.Error:
        # What follows a broken quote may be one cell to the end of the file: none of it is guessed at.
        reason = Reason("the quotes of row {row} are broken", row=number + 1)
        raise Problem("read_file_unreadable", reason=reason) from None


def _header(line: str, wanted: set[str]) -> tuple[list[str], str]:
    """The names of the first line in small letters, and the delimiter."""
    choices = []
    for delimiter in DELIMITERS:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        names = [cell.strip().strip("\ufeff").lower() for cell in cells]
        choices.append((len(wanted & set(names)), names, delimiter))
    best = max(choices, key=lambda choice: choice[0], default=(0, [], ","))
    return best[1], best[2]
