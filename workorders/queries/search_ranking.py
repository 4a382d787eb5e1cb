"""In which order addresses are shown that all fit what was typed: the house that was meant comes first."""

import re

from workorders.grammar.address_forms import Address, parse_address

_FIGURES = re.compile(r"\d+")


def address_rank(asked: Address, house_number: str, street: str) -> tuple[int | str, ...]:
    """A sort key: the asked number first, then the asked words as they are, then houses in order."""
    here = parse_address(f"{house_number} {street}")
    wanted, have = set(asked.street.split()), set(here.street.split())
    same_base = asked.number is None or (here.number is not None and here.number.base == asked.number.base)
    figures = _FIGURES.search(house_number)
    return (
        0 if asked.number is None or here.number == asked.number else 1 if same_base else 2,
        0 if asked.unit == here.unit else 1,
        len(wanted - have),
        len(have - wanted),
        street,
        int(figures[0]) if figures else 0,
        house_number,
    )


def asked_address(asked: str) -> Address:
    """What was typed as an address; a number that stands last, as in “alder st 116”, is its number."""
    parsed = parse_address(asked)
    words = parsed.street.split()
    if parsed.number is None and len(words) > 1 and words[-1].isdigit():
        return parse_address(f"{words[-1]} {' '.join(words[:-1])}")
    return parsed
