"""The calendar day that a page is asked for."""

from datetime import date

from workorders.grammar.times import day_from_text


def day_from(text: str | None, today: date) -> date:
    """A calendar day, today when empty. Raises Problem bad_input."""
    return day_from_text(text, field="day") if text else today
