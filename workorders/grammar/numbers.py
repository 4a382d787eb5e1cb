"""Counts, reads and other whole numbers as people write them: the ten digits, and nothing a language adds.

“1_234”, “+12”, “1e3” and the digits of other scripts are refused: Python reads them, people do not mean them.
"""

import re

from workorders.problems import Problem, Reason

READ_MAX = 999_999_999
"""The most that a register can show: nine dials."""
ID_MAX = 2**31 - 1
"""The highest number of a row."""

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?(?:[0-9]{1,15})(?:\.[0-9]{1,40})?")
"""Programs write a double with all its digits: a longitude is often -98.59899999999999."""


def count_from_text(text: str, *, field: str, low: int = 0, high: int = ID_MAX) -> int:
    """A whole number from `low` to `high`. Raises Problem `bad_input` naming `field` for anything else."""
    given = text.strip()
    if _WHOLE.fullmatch(given) is None:
        raise Problem("bad_input", field=field, reason="must be a whole number, in digits")
    number = int(given)
    if not low <= number <= high:
        raise Problem(
            "bad_input", field=field, reason=Reason("must be from {first} to {last}", first=low, last=high)
        )
    return number


def decimal_from_text(text: str, *, field: str) -> float:
    """A number with a decimal point. Raises Problem `bad_input` naming `field` for anything else."""
    given = text.strip()
    if _DECIMAL.fullmatch(given) is None:
        raise Problem("bad_input", field=field, reason="must be a number, for example 12.5")
    return float(given)
