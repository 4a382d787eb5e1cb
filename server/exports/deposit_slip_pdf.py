"""A deposit slip as a PDF, US letter: what the bank takes in, check by check, with lines to sign."""

from typing import Any

from fpdf import FPDF

from server.exports.letters_pdf import printable
from server.reports.cells import Reader
from workorders.messages import formats
from workorders.messages.texts import N_, translate
from workorders.queries.deposits import DepositView

LEFT_MM, TOP_MM, WIDTH_MM, LINE_MM = 20.0, 18.0, 176.0, 6.0
AMOUNT_MM = 30.0
WORDS_MM = WIDTH_MM - 3 * AMOUNT_MM
SLIP = N_("Deposit slip {number}")
KINDS = {
    "drawer": N_("Drawer {number}"),
    "turn_in": N_("Turn-in {number}"),
    "settlement": N_("Settlement {number}"),
    "vault": N_("Cash out of a vault, {number}"),
    "kiosk": N_("Kiosk {number}"),
    "drop_box": N_("Drop box {number}"),
}
WHAT, CASH, CHECKS, SUM = N_("What"), N_("Cash"), N_("Checks"), N_("Sum")
NUMBER_OF_CHECKS = N_("Number of checks")
TOTAL = N_("Total deposit")
MADE_BY = N_("Made by {name}")
SIGNATURE, RECEIVED, DAY = N_("Signature"), N_("Received by the bank"), N_("Day")


def deposit_slip_pdf(view: DepositView, reader: Reader, *, district: str) -> bytes:
    """The slip of one deposit. It says what was counted; a correction of the bank's is never on it.

    The same deposit gives the same bytes.
    """
    deposit = view.deposit
    pdf = FPDF(format="letter")
    pdf.set_creation_date(deposit.made_at)
    title = translate(SLIP, reader.viewer.language, number=deposit.id)
    pdf.set_title(printable(title))
    pdf.set_margins(LEFT_MM, TOP_MM, 216 - LEFT_MM - WIDTH_MM)
    pdf.set_auto_page_break(True, margin=TOP_MM)
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 16)
    _words(pdf, district, 8)
    pdf.set_font("Helvetica", "B", 12)
    _words(pdf, title, 7)
    pdf.set_font("Helvetica", "", 10)
    made_by = translate(MADE_BY, reader.viewer.language, name=reader.name(deposit.made_by))
    _words(pdf, f"{formats.day(deposit.day, reader.viewer)} · {made_by}", 6)
    pdf.ln(4)
    _bags(pdf, view, reader)
    _checks(pdf, view, reader)
    _signatures(pdf, reader)
    return bytes(pdf.output())


def _bags(pdf: FPDF, view: DepositView, reader: Reader) -> None:
    """A line for each drawer and turn-in, and what the bank has to count."""
    pdf.set_font("Helvetica", "B", 10)
    _row(pdf, reader.said(WHAT), *(reader.said(one) for one in (CASH, CHECKS, SUM)))
    _rule(pdf, 0.4)
    pdf.set_font("Helvetica", "", 10)
    for bag in view.bags:
        named = translate(KINDS[bag.kind], reader.viewer.language, number=bag.subject)
        whose = reader.name(bag.whose) if bag.is_drawer else bag.whose
        _amounts(pdf, f"{named} · {whose}", (bag.cash_cents, bag.items_cents, bag.cents), reader)
        _rule(pdf, 0.1)
    deposit = view.deposit
    pdf.set_font("Helvetica", "B", 12)
    sums = (deposit.cash_cents, deposit.items_cents, deposit.amount_cents)
    _amounts(pdf, reader.said(TOTAL), sums, reader)
    pdf.ln(4)


def _checks(pdf: FPDF, view: DepositView, reader: Reader) -> None:
    """Every check by its number, as a bank asks for it."""
    items = [item for bag in view.bags for item in bag.items]
    if not items:
        return
    pdf.set_font("Helvetica", "B", 10)
    _row(pdf, reader.said(CHECKS), "", "", reader.said(SUM))
    _rule(pdf, 0.4)
    pdf.set_font("Helvetica", "", 10)
    for words, cents in items:
        _row(pdf, words, "", "", formats.money(cents, reader.viewer))
        _rule(pdf, 0.1)
    pdf.set_font("Helvetica", "B", 10)
    count = formats.number(len(items), reader.viewer)
    total = formats.money(sum(cents for _, cents in items), reader.viewer)
    _row(pdf, f"{reader.said(NUMBER_OF_CHECKS)}: {count}", "", "", total)


def _signatures(pdf: FPDF, reader: Reader) -> None:
    """Who carried it and who took it in sign side by side, together on one page."""
    if pdf.get_y() + 40 > pdf.h - TOP_MM:
        pdf.add_page()
    pdf.ln(22)
    half = WIDTH_MM / 2
    top = pdf.get_y()
    pdf.set_font("Helvetica", "", 9)
    pdf.set_line_width(0.2)
    for place, words in enumerate((SIGNATURE, RECEIVED)):
        left = LEFT_MM + place * half
        pdf.line(left, top, left + half - 8, top)
        pdf.set_xy(left, top + 1)
        pdf.cell(half - 8, 5, printable(f"{reader.said(words)} · {reader.said(DAY)}"))


def _amounts(pdf: FPDF, words: str, cents: tuple[int, int, int], reader: Reader) -> None:
    _row(pdf, words, *(formats.money(one, reader.viewer) for one in cents))


def _row(pdf: FPDF, words: str, first: str, second: str, third: str) -> None:
    """What it is, wrapped where it is long, with three amounts beside its first line."""
    lines: Any = pdf.multi_cell(WORDS_MM, LINE_MM, printable(words), dry_run=True, output="LINES")
    if pdf.get_y() + LINE_MM * len(lines) > pdf.h - TOP_MM:
        pdf.add_page()
    top = pdf.get_y()
    pdf.set_x(LEFT_MM + WORDS_MM)
    for text in (first, second, third):
        pdf.cell(AMOUNT_MM, LINE_MM, printable(text), align="R")
    pdf.set_xy(LEFT_MM, top)
    pdf.multi_cell(WORDS_MM, LINE_MM, printable(words), align="L", new_x="LMARGIN", new_y="NEXT")


def _rule(pdf: FPDF, width: float) -> None:
    pdf.set_line_width(width)
    pdf.line(LEFT_MM, pdf.get_y(), LEFT_MM + WIDTH_MM, pdf.get_y())


def _words(pdf: FPDF, text: str, height: float) -> None:
    pdf.multi_cell(WIDTH_MM, height, printable(text), align="L", new_x="LMARGIN", new_y="NEXT")
