"""Reports as files: typed text stays text, numbers stay numbers, and the same rows give the same bytes."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest

from server.reports.cells import Reader
from server.reports.drawing import drawing_of, nice_top
from server.reports.files import csv_lines, document, xlsx_file
from server.reports.pdf_file import PDF_ROWS, pdf_file
from workorders.grammar.spreadsheet_text import safe_text
from workorders.messages.message import typed
from workorders.messages.viewer import Viewer
from workorders.queries.reports.report import Asked, Column, Report, Row
from workorders.queries.reports.running import Bars, Result

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
READER = Reader(Viewer(), {"t01": "=Tess()"})
COLUMNS = (
    Column("customer", "Customer"),
    Column("who", "Technician", "who"),
    Column("words", "Words", "messages"),
    Column("cents", "Amount", "money", total=True),
    Column("way", "Distance", "metres"),
    Column("at", "When", "time"),
)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0", "＝1", "\r\n=1")


def result(texts: Sequence[str], copies: int = 1) -> Result:
    rows: list[Row] = [(text, "t01", (typed(text),), -1234, 1609.344, NOW) for text in texts] * copies
    report = Report("r", "A report: of [all]", "About", ("supervisor",), COLUMNS, lambda *_: rows)
    asked = Asked(NOW, date(2026, 3, 2), "America/Chicago")
    return Result(report, asked, COLUMNS, rows, {"cents": -1234 * len(rows)}, None, True)


def table(data: bytes) -> list[list[tuple[str, str]]]:
    """(type, text) of each cell of the first sheet, read without the library that wrote it."""
    names = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file
    assert sheet.findall(".//m:f", names) == []
    return [
        [(cell.get("t", "n"), "".join(cell.itertext())) for cell in row]
        for row in sheet.findall(".//m:row", names)
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_compute_stays_text(text: str) -> None:
    found = result([text])
    _, row = list(csv.reader(io.StringIO("".join(csv_lines(found, READER)), newline="")))
    assert row == [f"'{text}", "'=Tess()", f"'{text}", "-12.34", "1.0", "2026-03-02 09:00"]
    _, cells, _ = table(xlsx_file(found, READER))
    assert [kind for kind, _ in cells] == ["inlineStr"] * 3 + ["n"] * 3
    assert cells[3][1] == "-12.34"
    assert cells[0][1].replace("_x000D_", "\r") == text


@pytest.mark.parametrize("text", ["Maria O'Brien", "12 Baker - Unit 4", "'quoted'", "5=five", ""])
def test_other_text_is_as_it_was_typed(text: str) -> None:
    assert safe_text(text) == text


def test_the_same_rows_give_the_same_bytes() -> None:
    assert xlsx_file(result(["a"]), READER) == xlsx_file(result(["a"]), READER)
    papers = [pdf_file(result(["a"]), READER, district="Demo", chosen=[]) for _ in range(2)]
    assert papers[0] == papers[1]
    assert papers[0].startswith(b"%PDF")


def test_a_long_report_is_printed_in_part_and_says_so() -> None:
    short = pdf_file(result(["a"], 40), READER, district="Demo", chosen=["From: Mar 1"])
    assert short.count(b"/Type /Page\n") == 2
    long = pdf_file(result(["a"], PDF_ROWS + 100), READER, district="Demo", chosen=[])
    most = pdf_file(result(["a"], PDF_ROWS), READER, district="Demo", chosen=[])
    assert long.count(b"/Type /Page\n") - most.count(b"/Type /Page\n") <= 1


def test_a_program_gets_cents_metres_and_codes() -> None:
    found = document(result(["a"]), READER)
    assert found["rows"][0]["cents"] == -1234
    assert found["rows"][0]["way"] == 1609.344
    assert found["rows"][0]["at"] == "2026-03-02T15:00:00+00:00"
    assert found["rows"][0]["who"] == "t01"
    assert found["totals"] == {"cents": -1234}


@pytest.mark.parametrize(("most", "top"), [(0.5, 2), (2, 2), (3, 4), (9, 10), (11, 20), (401, 1_000)])
def test_the_axis_ends_at_a_number_people_read(most: float, top: float) -> None:
    assert nice_top(most) == top


def test_bars_stand_for_days_and_lie_for_names() -> None:
    day, count = Column("day", "Day", "day"), Column("n", "Orders", "number")
    days = drawing_of(
        Bars(day, (count,), ((date(2026, 3, 1), (1.0,)), (date(2026, 3, 2), (4.0,))), True), READER
    )
    assert days is not None
    assert days.stands
    assert [group.label for group in days.groups] == ["Mar 1", "Mar 2"]
    heights = [group.bars[0].height for group in days.groups]
    assert heights[1] == pytest.approx(4 * heights[0], abs=0.2)
    names = drawing_of(
        Bars(Column("name", "Name"), (count, count), (("a", (2.0, 1.0)), (None, (4.0, 0.0))), False), READER
    )
    assert names is not None
    assert [bar.part for group in names.groups for bar in group.bars] == [0.5, 0.25, 1.0, 0.0]
    assert names.groups[1].label == "All others"
    assert drawing_of(Bars(day, (count,), ((date(2026, 3, 1), (-1.0,)),), True), READER) is None
