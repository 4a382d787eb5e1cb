"""Letters as one PDF for a window envelope, a letter a page, from the texts as they are kept."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from itertools import zip_longest

from fpdf import FPDF

LEFT_MM, TOP_MM, WIDTH_MM = 25.0, 18.0, 166.0
WINDOW_MM = 50.0
"""Where the address stands on a US letter folded for a #10 window envelope, from the top."""
HEAD_MM = 95.0
FOOT_MM = 263.0
"""Where the bar code of a letter begins, below its text."""
LINE_MM = 5.2
_PLAIN = str.maketrans({"–": "-", "—": "-", "“": '"', "”": '"', "’": "'", "‘": "'", "…": "..."})


def letters_pdf(
    texts: Iterable[str], *, district: str, made_at: datetime, numbers: Iterable[str] = ()
) -> bytes:
    """The PDF of letters as `workorders.usecases.collections.letters` writes them, US letter size.

    The built-in type knows the letters of western Europe; others are printed without their marks. The same
    texts give the same bytes. `numbers`: one for each text, printed at its foot as a Code 39 bar code too, so
    that mail that comes back is noted by scanner.
    """
    pdf = FPDF(format="letter")
    pdf.set_creation_date(made_at)
    pdf.set_title(printable(district))
    pdf.set_margins(LEFT_MM, TOP_MM, 216 - LEFT_MM - WIDTH_MM)
    pdf.set_auto_page_break(True, margin=TOP_MM)
    for text, number in zip_longest(texts, numbers):
        _page(pdf, printable(text or ""), printable(district))
        if number:
            _foot(pdf, number)
    return bytes(pdf.output())


def _page(pdf: FPDF, text: str, district: str) -> None:
    address, head, title, *paragraphs = [*text.split("\n\n"), "", "", ""][: max(text.count("\n\n") + 1, 3)]
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 13)
    _line(pdf, district)
    pdf.set_xy(LEFT_MM, WINDOW_MM)
    pdf.set_font("Helvetica", "", 11)
    for line in address.split("\n"):
        _line(pdf, line)
    pdf.set_xy(LEFT_MM, HEAD_MM)
    _line(pdf, head)
    pdf.ln(LINE_MM)
    pdf.set_font("Helvetica", "B", 14)
    _line(pdf, title, height=7)
    pdf.ln(2)
    pdf.set_font("Helvetica", "", 11)
    for paragraph in paragraphs:
        _line(pdf, paragraph)
        pdf.ln(LINE_MM / 2)


def _foot(pdf: FPDF, number: str) -> None:
    """Where nothing is written: the text of a letter ends above it."""
    pdf.code39(f"*{number}*", x=LEFT_MM, y=FOOT_MM, w=0.9, h=6)
    pdf.set_auto_page_break(False)
    pdf.set_font("Helvetica", "", 8)
    pdf.text(LEFT_MM, FOOT_MM + 9, number)
    pdf.set_auto_page_break(True, margin=TOP_MM)


def _line(pdf: FPDF, text: str, *, height: float = LINE_MM) -> None:
    pdf.multi_cell(WIDTH_MM, height, text, align="L", new_x="LMARGIN", new_y="NEXT")


def printable(text: str) -> str:
    """The text in the letters of the built-in type (Latin-1): marks it lacks are left out."""
    found = []
    for sign in text.translate(_PLAIN):
        if ord(sign) < 256:
            found.append(sign)
            continue
        bare = unicodedata.normalize("NFKD", sign).encode("latin-1", "ignore").decode("latin-1")
        found.append(bare or "?")
    return "".join(found)
