"""A report as a PDF, US letter across, with the filters on top and the page on every foot."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fpdf import FPDF

from server.exports.footed_paper import FootedPaper
from server.exports.letters_pdf import printable
from server.reports.cells import Reader, heading, shown
from workorders.messages import formats
from workorders.messages.texts import N_, translate
from workorders.queries.reports.report import NUMERIC
from workorders.queries.reports.running import Result

PDF_ROWS = 2_000
"""Rows that are printed: nobody reads more, and a spreadsheet holds them all."""
MARGIN_MM, WIDTH_MM, LINE_MM, SIZE = 12.0, 255.0, 4.2, 8.0
NARROWEST_MM, WIDEST_MM = 14.0, 70.0
PAD_MM = 2.4
AS_OF = N_("As of {time}")
FIRST_ROWS = N_("The first {shown} of {count} rows; the spreadsheet holds all.")
TOTAL = N_("Total")


def pdf_file(result: Result, reader: Reader, *, district: str, chosen: Sequence[str]) -> bytes:
    """The PDF; `chosen` are the filters in words. The same rows give the same bytes."""
    paper = new_paper(reader.said(result.report.title), result.asked.now, reader, district=district)
    print_report(paper, result, reader, (district, *chosen))
    return bytes(paper.output())


def new_paper(title: str, at: datetime, reader: Reader, *, district: str) -> FPDF:
    """A document without a page yet, US letter across, with its title and the page on every foot."""
    return FootedPaper(
        title,
        district=district,
        at=at,
        language=reader.viewer.language,
        margin_mm=MARGIN_MM,
        orientation="landscape",
    )


def print_report(paper: FPDF, result: Result, reader: Reader, facts: Sequence[str]) -> None:
    """A report from a new page on; `facts` stand below its title, the district first."""
    paper.add_page()
    _head(paper, result, reader, facts)
    rows = result.rows[:PDF_ROWS]
    texts = [[_cell(value, place, result, reader) for place, value in enumerate(row)] for row in rows]
    titles = [printable(heading(one, reader)) for one in result.columns]
    totals = _totals(result, reader)
    widths = _widths(paper, titles, [*texts, totals])
    _titles(paper, titles, widths, result)
    for text in texts:
        _line(paper, text, widths, result, titles)
    if any(totals):
        paper.set_font("Helvetica", "B", SIZE)
        _line(paper, totals, widths, result, titles)
    if len(result.rows) > len(rows):
        paper.set_font("Helvetica", "I", SIZE)
        words = translate(FIRST_ROWS, reader.viewer.language, shown=len(rows), count=len(result.rows))
        paper.cell(WIDTH_MM, LINE_MM * 1.5, printable(words))


def _head(paper: FPDF, result: Result, reader: Reader, facts: Sequence[str]) -> None:
    paper.set_font("Helvetica", "B", 14)
    title = printable(reader.said(result.report.title))
    paper.cell(WIDTH_MM, 7, title, new_x="LMARGIN", new_y="NEXT")
    paper.set_font("Helvetica", "", 9)
    at = translate(AS_OF, reader.viewer.language, time=formats.instant(result.asked.now, reader.viewer))
    words = printable(" · ".join((facts[0], at, *facts[1:])))
    paper.multi_cell(WIDTH_MM, 4.6, words, new_x="LMARGIN", new_y="NEXT")
    paper.ln(2)


def _cell(value: object, place: int, result: Result, reader: Reader) -> str:
    return printable(shown(value, result.columns[place], reader))


def _totals(result: Result, reader: Reader) -> list[str]:
    texts = [
        printable(shown(result.totals[one.key], one, reader)) if one.key in result.totals else ""
        for one in result.columns
    ]
    if texts and any(texts) and not texts[0]:
        texts[0] = printable(reader.said(TOTAL))
    return texts


def _widths(paper: FPDF, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """As wide as what stands in a column, the room that is left or missing shared by all."""
    paper.set_font("Helvetica", "B", SIZE)
    wanted = []
    for place, title in enumerate(titles):
        longest = max((row[place] for row in rows), key=len, default="")
        need = max(paper.get_string_width(longest), _longest_word(paper, title)) + PAD_MM
        wanted.append(min(max(need, NARROWEST_MM), WIDEST_MM))
    scale = WIDTH_MM / sum(wanted)
    return [width * scale for width in wanted]


def _longest_word(paper: FPDF, title: str) -> float:
    return max((float(paper.get_string_width(word)) for word in title.split()), default=0.0)


def _titles(paper: FPDF, titles: Sequence[str], widths: Sequence[float], result: Result) -> None:
    paper.set_font("Helvetica", "B", SIZE)
    _draw(paper, titles, widths, result)
    paper.set_line_width(0.3)
    paper.line(MARGIN_MM, paper.get_y(), MARGIN_MM + WIDTH_MM, paper.get_y())
    paper.set_line_width(0.1)
    paper.set_font("Helvetica", "", SIZE)


def _line(
    paper: FPDF, texts: Sequence[str], widths: Sequence[float], result: Result, titles: Sequence[str]
) -> None:
    style = paper.font_style
    if paper.get_y() + _height(paper, texts, widths) > paper.h - 1.6 * MARGIN_MM:
        paper.add_page()
        _titles(paper, titles, widths, result)
        paper.set_font("Helvetica", style, SIZE)
    _draw(paper, texts, widths, result)
    paper.set_draw_color(200)
    paper.line(MARGIN_MM, paper.get_y(), MARGIN_MM + WIDTH_MM, paper.get_y())
    paper.set_draw_color(0)


def _height(paper: FPDF, texts: Sequence[str], widths: Sequence[float]) -> float:
    return LINE_MM * max(len(_wrapped(paper, text, width)) for text, width in zip(texts, widths, strict=True))


def _wrapped(paper: FPDF, text: str, width: float) -> list[str]:
    if paper.get_string_width(text) + PAD_MM <= width:
        return [text]
    lines: Any = paper.multi_cell(width, LINE_MM, text, dry_run=True, output="LINES")
    return list(lines)


def _draw(paper: FPDF, texts: Sequence[str], widths: Sequence[float], result: Result) -> None:
    top, left = paper.get_y(), MARGIN_MM
    height = _height(paper, texts, widths)
    for text, width, column in zip(texts, widths, result.columns, strict=True):
        align = "R" if column.kind in NUMERIC else "L"
        for number, line in enumerate(_wrapped(paper, text, width)):
            paper.set_xy(left, top + number * LINE_MM)
            paper.cell(width, LINE_MM, line, align=align)
        left += width
    paper.set_xy(MARGIN_MM, top + height + 0.4)
