"""Codes that are read out and typed: Crockford's base32, with a letter that checks the others. Pure."""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No I, L, O, U: what is heard as one of the first three is a digit."""
HEARD_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
BITS = 5
GROUP = 4
"""Letters between two hyphens, as they are read out."""
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015]+")
_REDUCE = 0b100101
"""x⁵ + x² + 1, which makes a field of the 32 letters."""


def heard(typed: str) -> str:
    """What was typed as the letters it stands for, whatever the case, blanks and hyphens.

    Signs that no code has are left in it, so that the caller can name them.
    """
    return _BETWEEN.sub("", typed).upper().translate(HEARD_AS)


def spelled(code: str) -> str:
    """Letters in groups, as they are read out."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def letters(number: int, many: int) -> str:
    """A number from 0 as `many` letters; raises ValueError when it does not fit."""
    if number < 0 or number >> (BITS * many):
        raise ValueError(f"{number} does not fit into {many} letters")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(BITS * (many - 1), -1, -BITS))


def number(code: str) -> int:
    """What letters stand for. Raises ValueError for a sign that is none of them."""
    value = 0
    for letter in code:
        value = value << BITS | ALPHABET.index(letter)
    return value


def check_letter(code: str) -> str:
    """The letter that makes one wrong letter, and any two that changed places, show.

    The letters are the coefficients of a polynomial over the field of 32; the check letter makes it zero at
    a generator of the field, so that no two places up to thirty letters have the same weight.
    """
    value = 0
    for letter in code:
        value = _times_generator(value ^ ALPHABET.index(letter))
    return ALPHABET[value]


def is_heard_right(code: str) -> bool:
    """Whether the last letter fits the others, which are all letters of a code."""
    return len(code) > 1 and all(one in ALPHABET for one in code) and check_letter(code[:-1]) == code[-1]


def _times_generator(value: int) -> int:
    return value << 1 ^ (_REDUCE if value & 16 else 0)
