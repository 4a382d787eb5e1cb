"""A report as CSV, as a spreadsheet, and as a document for programs."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from server.reports.cells import Reader, heading, plain, raw
from workorders.grammar.spreadsheet_text import safe_text
from workorders.queries.reports.running import Result

CSV_LINES = 500
"""Lines that are sent together."""
WIDEST = 60
"""Characters of the widest column of a spreadsheet."""
FORMATS = {
    "money": "#,##0.00",
    "percent": "0.0%",
    "day": "yyyy-mm-dd",
    "month": "yyyy-mm",
    "time": "yyyy-mm-dd hh:mm",
    "minutes": "#,##0.0",
    "metres": "#,##0.00",
}


def csv_lines(result: Result, reader: Reader) -> Iterator[str]:
    """The rows as CSV (RFC 4180) with titles on top, in pieces; typed text can't become a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([heading(one, reader, unit=True) for one in result.columns])
    for number, row in enumerate(result.rows, 1):
        writer.writerow(
            [
                _csv_cell(plain(value, one, reader), one.kind)
                for value, one in zip(row, result.columns, strict=True)
            ]
        )
        if number % CSV_LINES == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _csv_cell(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", timespec="minutes")
    if isinstance(value, date):
        return value.strftime("%Y-%m") if kind == "month" else value.isoformat()
    return str(value) if isinstance(value, int | float) else safe_text(value)


def xlsx_file(result: Result, reader: Reader) -> bytes:
    """The rows as an Excel workbook, written row by row; text is always text, numbers are numbers."""
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        # The same rows give the same bytes.
        book.set_properties({"created": result.asked.now.replace(tzinfo=None)})
        sheet = book.add_worksheet(_sheet_name(reader.said(result.report.title)))
        bold = book.add_format({"bold": True, "bottom": 1})
        kinds = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
        sums = {
            kind: book.add_format({"num_format": FORMATS.get(kind, "#,##0"), "bold": True, "top": 1})
            for kind in (*FORMATS, "number")
        }
        for place, column in enumerate(result.columns):
            sheet.set_column(place, place, _width(result, place, reader), kinds.get(column.kind))
        for place, column in enumerate(result.columns):
            sheet.write_string(0, place, heading(column, reader, unit=True), bold)
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(result.rows, 1):
            for place, (value, column) in enumerate(zip(row, result.columns, strict=True)):
                _xlsx_cell(sheet, line, place, plain(value, column, reader), kinds.get(column.kind))
        if result.rows:
            sheet.autofilter(0, 0, len(result.rows), len(result.columns) - 1)
        for place, column in enumerate(result.columns):
            if column.key in result.totals:
                value = plain(result.totals[column.key], column, reader)
                _xlsx_cell(sheet, len(result.rows) + 1, place, value, sums[column.kind])
    return buffer.getvalue()


def _xlsx_cell(sheet: Any, line: int, place: int, value: Any, form: Any) -> None:
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(line, place, value, form)
    elif isinstance(value, str):
        sheet.write_string(line, place, value)
    else:
        sheet.write_number(line, place, float(value), form)


def _sheet_name(title: str) -> str:
    """At most 31 characters, without those that Excel forbids."""
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)[:31]


def _width(result: Result, place: int, reader: Reader) -> int:
    column = result.columns[place]
    some = [str(plain(row[place], column, reader) or "") for row in result.rows[:100]]
    return min(max(map(len, (*some, heading(column, reader, unit=True)))) + 2, WIDEST)


def document(result: Result, reader: Reader) -> dict[str, Any]:
    """The report for a program: keys of columns, cents, metres, minutes, ISO days and instants, codes."""
    keys = [one.key for one in result.columns]
    return {
        "report": result.report.name,
        "as_of": result.asked.now.isoformat(),
        "filters": {
            key: value.isoformat() if isinstance(value, date) else value
            for key, value in result.asked.values.items()
        },
        "complete": result.complete,
        "columns": [
            {"key": one.key, "title": heading(one, reader), "kind": one.kind} for one in result.columns
        ],
        "rows": [
            dict(
                zip(
                    keys,
                    [raw(value, one, reader) for value, one in zip(row, result.columns, strict=True)],
                    strict=True,
                )
            )
            for row in result.rows
        ],
        "totals": result.totals,
    }
