"""Text in files that spreadsheets open: what would be taken for a formula stays text."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins with one of these, full-width forms included, may be evaluated when a CSV is opened."""


def safe_text(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would compute it; as it is otherwise.

    Only for text that people typed: a number of ours that is below zero is no formula.
    """
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
