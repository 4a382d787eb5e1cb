"""A PDF whose every page says at its foot what it is, and which of how many."""

from datetime import datetime
from typing import Literal

from fpdf import FPDF

from server.exports.letters_pdf import printable
from workorders.messages.texts import N_, translate

PAGE_OF = N_("Page {page} of {pages}")
FOOT_MM = 4.0


class FootedPaper(FPDF):
    """US letter without a page yet."""

    def __init__(
        self,
        title: str,
        *,
        district: str,
        at: datetime,
        language: str,
        margin_mm: float,
        orientation: Literal["portrait", "landscape"],
    ) -> None:
        super().__init__(orientation=orientation, format="letter")
        self.set_creation_date(at)
        self.set_title(printable(title))
        self._foot = printable(f"{district} · {title}")
        self._page_words = printable(translate(PAGE_OF, language, page="{page}", pages="{pages}"))
        self._margin_mm = margin_mm
        self.set_margins(margin_mm, margin_mm, margin_mm)
        self.set_auto_page_break(False)

    def footer(self) -> None:
        """Below the rows of every page."""
        self.set_y(-self._margin_mm)
        self.set_font("Helvetica", "", 7)
        self.cell(self.epw / 2, FOOT_MM, self._foot)
        words = self._page_words.replace("{page}", str(self.page_no())).replace("{pages}", "{nb}")
        self.cell(self.epw / 2, FOOT_MM, words, align="R")
