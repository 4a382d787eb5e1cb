"""Telephone numbers and email addresses as people give them. Pure."""

import re

from workorders.grammar.texts import checked_line
from workorders.problems import Problem

PHONE_MAX, EMAIL_MAX = 40, 200
_PHONE = re.compile(r"\+?[0-9() ./-]+(?:(?:x|ext\.?)\s*[0-9]{1,6})?", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\".]+(?:\.[^\s@,;<>\".]+)+")


def phone_from_text(text: str, *, field: str = "phone") -> str | None:
    """The number as it was given; None for an empty text.

    Raises Problem `bad_input` for one with fewer than 7 or more than 15 digits before its extension, or with
    other signs.
    """
    given = checked_line(text, field=field, longest=PHONE_MAX)
    if not given:
        return None
    digits = sum(one.isdigit() for one in re.split("[xe]", given.lower())[0])
    if not _PHONE.fullmatch(given) or not 7 <= digits <= 15:
        raise Problem("bad_input", field=field, reason="a telephone number has 7 to 15 digits")
    return given


def email_from_text(text: str, *, field: str = "email") -> str | None:
    """The address; None for an empty text. Raises Problem `bad_input` for what is not name@domain."""
    given = checked_line(text, field=field, longest=EMAIL_MAX)
    if not given:
        return None
    if not _EMAIL.fullmatch(given):
        raise Problem("bad_input", field=field, reason="an email address reads name@domain")
    return given
