"""Text that looks like a payment card's number: it is kept nowhere, whoever typed it and wherever."""

import re

from workorders.problems import Problem

_RUN = re.compile(r"(?<!\d)\d(?:[ .\-\u2010-\u2015]?\d){12,18}(?!\d)")
"""13 to 19 digits in any script (ISO/IEC 7812), as people group them."""
_ISSUERS = ("2", "3", "4", "5", "6")
"""First digits of the major industry identifiers that payment cards carry."""


def looks_like_card_number(text: str) -> bool:
    """Whether some run of digits has the length, the first digit and the check digit of a card number."""
    for run in _RUN.findall(text):
        digits = [int(sign) for sign in run if sign.isdecimal()]
        if str(digits[0]) in _ISSUERS and _check_digit_fits(digits):
            return True
    return False


def without_card_number(text: str, *, field: str) -> str:
    """The text as it is. Raises Problem `bad_input` naming `field` when it looks like a card number."""
    if looks_like_card_number(text):
        raise Problem(
            "bad_input",
            field=field,
            reason="looks like a card number; give the processor’s token, never the number",
        )
    return text


def _check_digit_fits(digits: list[int]) -> bool:
    """The Luhn sum of ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
