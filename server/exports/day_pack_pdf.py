"""The end-of-day pack as one PDF: a cover with the day's sums and lines to sign, then its reports."""

from collections.abc import Sequence
from datetime import date

from fpdf import FPDF

from server.exports.letters_pdf import printable
from server.reports.cells import Reader, shown
from server.reports.pdf_file import AS_OF, LINE_MM, MARGIN_MM, WIDTH_MM, new_paper, print_report
from workorders.messages import formats
from workorders.messages.texts import N_, translate
from workorders.queries.reports.report import Column
from workorders.queries.reports.running import Result

TITLE = N_("End-of-day pack")
CLOSED = N_("Everything of this day is counted and deposited.")
OPEN = N_("This day is not closed: something of it is not counted or not deposited.")
NO_CASH = N_("No cash was taken, counted or deposited on this day.")
PREPARED, REVIEWED = N_("Prepared by"), N_("Reviewed by")
NO_ROWS = N_("none")
ROW_MM = 6.0
NAME_MM, FIGURE_MM = 110.0, 27.5
FIGURES: dict[str, tuple[str, ...]] = {
    "end-of-day": (
        "taken_cents",
        "custody_cents",
        "counted_cents",
        "vaulted_cents",
        "undeposited_cents",
        "deposited_cents",
    ),
    "drawers": ("expected_cents", "counted_cents", "difference_cents"),
    "turn-ins": ("expected_cents", "counted_cents", "difference_cents"),
    "deposits": ("slip_cents", "corrected_cents", "bank_cents"),
    "vaults": ("from_bag_cents", "to_bank_cents", "counted_cents"),
    "over-short": ("over_cents", "short_cents", "net_cents"),
    "money-received": ("amount_cents", "back_cents", "kept_cents"),
    "receipt-list": ("amount_cents",),
    "counter-receipts": ("amount_cents",),
}
"""Totals of each report that the cover repeats."""


def day_pack_pdf(results: Sequence[Result], day: date, reader: Reader, *, district: str) -> bytes:
    """The pack of `workorders.queries.reports.day_pack`. The same rows give the same bytes."""
    shown_day = formats.day(day, reader.viewer)
    title = f"{reader.said(TITLE)} · {shown_day}"
    paper = new_paper(title, results[0].asked.now, reader, district=district)
    paper.add_page()
    _head(paper, results[0], reader, (district, title))
    for result in results:
        _sums(paper, result, reader)
    _signatures(paper, reader)
    for result in results:
        if result.rows:
            print_report(paper, result, reader, (district, shown_day))
    return bytes(paper.output())


def _head(paper: FPDF, whole: Result, reader: Reader, titles: tuple[str, str]) -> None:
    """What it is, as of when, and whether the day is closed."""
    paper.set_font("Helvetica", "B", 16)
    _words(paper, titles[0], 8)
    paper.set_font("Helvetica", "B", 13)
    _words(paper, titles[1], 7)
    paper.set_font("Helvetica", "", 9)
    at = formats.instant(whole.asked.now, reader.viewer)
    _words(paper, translate(AS_OF, reader.viewer.language, time=at), 5)
    paper.set_font("Helvetica", "B", 10)
    closed = [row[whole.place("closed")] for row in whole.rows]
    _words(paper, reader.said(NO_CASH if not closed else CLOSED if all(closed) else OPEN), 7)
    paper.ln(2)


def _sums(paper: FPDF, result: Result, reader: Reader) -> None:
    """A report's name, how many rows it has, and its sums, each below what it is."""
    columns = [one for one in result.columns if one.key in FIGURES[result.report.name]]
    paper.set_draw_color(200)
    paper.line(MARGIN_MM, paper.get_y(), MARGIN_MM + WIDTH_MM, paper.get_y())
    paper.set_draw_color(0)
    top = paper.get_y() + 1
    paper.set_xy(MARGIN_MM, top)
    paper.set_font("Helvetica", "B", 10)
    count = formats.number(len(result.rows), reader.viewer) if result.rows else reader.said(NO_ROWS)
    name = f"{reader.said(result.report.title)}: {count}"
    paper.multi_cell(NAME_MM - 22, LINE_MM + 0.6, printable(name), align="L")
    for place, column in enumerate(columns):
        left = MARGIN_MM + WIDTH_MM - FIGURE_MM * (len(columns) - place)
        _figure(paper, (left, top), reader.said(column.title), _total(result, column, reader))
    paper.set_xy(MARGIN_MM, top + 2 * ROW_MM)


def _figure(paper: FPDF, at: tuple[float, float], title: str, amount: str) -> None:
    left, top = at
    paper.set_xy(left, top)
    paper.set_font("Helvetica", "", 7)
    paper.cell(FIGURE_MM, LINE_MM, printable(title), align="R")
    paper.set_xy(left, top + LINE_MM)
    paper.set_font("Helvetica", "B", 10)
    paper.cell(FIGURE_MM, ROW_MM, printable(amount), align="R")


def _total(result: Result, column: Column, reader: Reader) -> str:
    """The sum; a dash where a value of it is not shown."""
    place = result.place(column.key)
    if any(row[place] is None for row in result.rows):
        return formats.NONE
    return shown(result.totals[column.key], column, reader)


def _signatures(paper: FPDF, reader: Reader) -> None:
    top = paper.h - 2.6 * MARGIN_MM
    half = WIDTH_MM / 2
    paper.set_font("Helvetica", "", 9)
    for place, words in enumerate((PREPARED, REVIEWED)):
        left = MARGIN_MM + place * half
        paper.line(left, top, left + half - 10, top)
        paper.set_xy(left, top + 1)
        paper.cell(half - 10, 5, printable(reader.said(words)))


def _words(paper: FPDF, text: str, height: float) -> None:
    paper.multi_cell(WIDTH_MM, height, printable(text), align="L", new_x="LMARGIN", new_y="NEXT")
