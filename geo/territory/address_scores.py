"""How far an address as typed is from one on record: points taken off, and parts not used."""

from dataclasses import dataclass, field

from rapidfuzz import fuzz
from sqlalchemy import Row

from workorders.grammar.address_forms import Address, HouseNumber, Street, parse_address
from workorders.grammar.address_words import STATES, normal_street, tokens_of

LEAST_SCORE = 78.0
"""Below this, two street names of ordinary length differ by more than spelling."""
NO_SUFFIX, NO_DIRECTION, OTHER_ORDER = 4.0, 6.0, 3.0
"""Taken off for a suffix or a direction that the person left out, or that stands elsewhere."""
OTHER_SUFFIX, EXTRA_SUFFIX, EXTRA_DIRECTION, OTHER_DIRECTION = 12.0, 5.0, 8.0, 16.0
"""Taken off for one that contradicts the street's name, or that the name does not have."""
GENERIC_ROAD = 10.0
"""“Highway 9” may be a state's or the nation's."""
NO_UNIT, OTHER_PLACE, OTHER_ADDITION, LEFT_OUT_UNIT = 10.0, 6.0, 12.0, 6.0
UNVERIFIED_STATE = 1.0
"""Premises have no state: it is believed, but not known."""


@dataclass(slots=True)
class Cost:
    """What is taken off a score, and the parts that were not used."""

    points: float = 0.0
    unused: list[str] = field(default_factory=list)

    def add(self, points: float, unused: str = "") -> None:
        """Take off points; `unused`: the part of what was asked that does not count."""
        self.points += points
        if unused:
            self.unused.append(unused)


def likeness(asked: Street, name: Street) -> tuple[float, tuple[str, ...]]:
    """How alike two streets are, 0–100, and the parts of the asked one that the name contradicts."""
    if asked.whole == name.whole:
        return 100.0, ()
    cost = Cost()
    if set(asked.directions) != set(name.directions):
        said = " ".join(asked.directions)
        if not asked.directions:
            cost.add(NO_DIRECTION)
        elif not name.directions:
            cost.add(EXTRA_DIRECTION, said)
        elif set(asked.directions) < set(name.directions):
            cost.add(NO_DIRECTION)
        else:
            cost.add(OTHER_DIRECTION, said)
    if asked.suffix != name.suffix:
        if not asked.suffix:
            cost.add(NO_SUFFIX)
        elif not name.suffix:
            cost.add(EXTRA_SUFFIX, asked.suffix)
        else:
            cost.add(OTHER_SUFFIX, asked.suffix)
    alike = fuzz.ratio(asked.core, name.core)
    if asked.core.startswith("highway ") and name.core.endswith(f" {asked.core}"):
        alike = 100.0 - GENERIC_ROAD
    if not cost.points and asked.core == name.core:
        # The same parts in another order: Main Street North for North Main Street.
        cost.add(OTHER_ORDER)
    parts = alike - cost.points
    # A misspelt suffix is not known as one, so that the whole names are nearer than their parts.
    whole = min(fuzz.ratio(asked.whole, name.whole), 99.0) if not cost.unused else 0.0
    return (parts, tuple(cost.unused)) if parts >= whole else (whole, ())


def house_cost(asked: Address, row: Row[int, str, str, str, str]) -> Cost | None:
    """What is taken off for a house of the street; None when it has another number."""
    number = asked.number
    if number is None or not row.house_number:
        return None
    here = parse_address(label_of(row))
    found = here.number or _only_number(row.house_number)
    if found is None:
        return None
    cost = Cost()
    if found != number:
        if found.base + found.addition == number.base + number.addition:
            cost.add(OTHER_ORDER)
        elif found.base == number.base and "-" not in number.written and not found.addition.isdigit():
            cost.add(OTHER_ADDITION if number.addition else LEFT_OUT_UNIT + 2, number.addition)
        else:
            return None
    unit_cost(asked, here.unit, cost)
    return cost


def _only_number(text: str) -> HouseNumber | None:
    """How alike two street names are, 0 to 100, and the parts of the first that the second does not have."""
    return parse_address(f"{text} x").number


def unit_cost(asked: Address, unit: str, cost: Cost) -> None:
    """What is taken off for a unit that differs."""
    if asked.unit == unit:
        return
    if asked.unit:
        cost.add(NO_UNIT if not unit else NO_UNIT + 5, f"unit {asked.unit}")
    else:
        cost.add(LEFT_OUT_UNIT)


def place_cost(rest: tuple[str, ...], row: Row[int, str, str, str, str] | None, cost: Cost) -> None:
    """What is said beside the street is held against the place's city and postal code."""
    city = set(tokens_of(row.city)) if row is not None else set()
    city |= set(normal_street(row.city).split()) if row is not None else set()
    code = row.postcode[:5] if row is not None else ""
    strange = []
    for word in rest:
        if word in city or word in {"usa", "us"} or (word[:5] == code and len(word) in {5, 9}):
            continue
        if word.isdigit() and len(word) == 4 and row is not None and row.postcode.endswith(word):
            continue
        if word in STATES:
            cost.add(UNVERIFIED_STATE, word.upper())
        elif not any(fuzz.ratio(word, known) >= LEAST_SCORE for known in city):
            strange.append(word)
    if strange:
        cost.add(OTHER_PLACE, " ".join(strange))


def label_of(row: Row[int, str, str, str, str]) -> str:
    """House number and street of a premise."""
    """x"""
    return f"{row.house_number} {row.street}"
