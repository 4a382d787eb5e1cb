"""From what a person types to a premise, or to a point along a street the district knows.

Only the district's own data is used: premises, and named streets of its road network. Spelling mistakes
and abbreviations are forgiven; the score says how much was, and every part that was not used is named.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import shapely
from rapidfuzz import fuzz, process
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from workorders.grammar.address_forms import Address, HouseNumber, Street, parse_address, street_parts
from workorders.grammar.address_words import STATES, normal_street, tokens_of
from workorders.problems import Problem
from workorders.tables import Premise

LEAST_SCORE = 78.0
"""Below this, two street names of ordinary length differ by more than spelling."""
STREETS_TRIED = 5
CITY_WORDS = 4
"""Words after the street that may be the city's, when no comma says where the street ends."""
CHUNK = 500
"""Ids in one IN list: below the 999 variables that older SQLite builds allow."""
NO_SUFFIX, NO_DIRECTION, OTHER_ORDER = 4.0, 6.0, 3.0
"""Taken off for a suffix or a direction that the person left out, or that stands elsewhere."""
OTHER_SUFFIX, EXTRA_SUFFIX, EXTRA_DIRECTION, OTHER_DIRECTION = 12.0, 5.0, 8.0, 16.0
"""Taken off for one that contradicts the street's name, or that the name does not have."""
GENERIC_ROAD = 10.0
"""“Highway 9” may be a state's or the nation's."""
NO_UNIT, OTHER_PLACE, OTHER_ADDITION, LEFT_OUT_UNIT = 10.0, 6.0, 12.0, 6.0
UNVERIFIED_STATE = 1.0
"""Premises have no state: it is believed, but not known."""


@dataclass(frozen=True, slots=True)
class Match:
    """A place for an address; `score` 0–100; `kind` premise, between (two houses), or street (its middle).

    `unused` names the parts of what was asked that this place does not answer to; with one the score is
    below 100.
    """

    kind: str
    label: str
    point: shapely.Point
    score: float
    premise_id: int | None = None
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """A street that may be meant: how well it fits, the words left over, and those that contradict it."""

    name: str
    score: float
    rest: tuple[str, ...]
    unused: tuple[str, ...] = ()


@dataclass(slots=True)
class _Cost:
    """What is taken off a score, and the parts that were not used."""

    points: float = 0.0
    unused: list[str] = field(default_factory=list)

    def add(self, points: float, unused: str = "") -> None:
        self.points += points
        if unused:
            self.unused.append(unused)


class Gazetteer:
    """The street names a district knows, ready for tolerant look-up; build it once and keep it."""

    def __init__(self, streets: Iterable[str], lines: Mapping[str, shapely.Geometry] | None = None) -> None:
        """`streets` as premises spell them; `lines` the shape of each named street of the road network."""
        self._spellings: dict[str, set[str]] = defaultdict(set)
        for street in streets:
            # A unit in the street column is no part of the street's name.
            self._spellings[_street_of(street)].add(street)
        self._lines = {normal_street(name): (name, shape) for name, shape in (lines or {}).items()}
        self._by_marks: dict[frozenset[str], list[Street]] = defaultdict(list)
        for name in sorted(self._spellings.keys() | self._lines.keys()):
            parts = street_parts(name)
            self._by_marks[parts.marks].append(parts)
        self._texts = {
            marks: ([one.core for one in every], [one.whole for one in every])
            for marks, every in self._by_marks.items()
        }

    @classmethod
    def of(cls, session: Session, lines: Mapping[str, shapely.Geometry] | None = None) -> "Gazetteer":
        """The gazetteer of every street that has a premise, and of the named streets given."""
        return cls(session.scalars(select(Premise.street).distinct()), lines)

    def geocode(self, session: Session, text: str, limit: int = 5) -> list[Match]:
        """The best places for `text`, best first; empty when no street is near enough in spelling.

        Raises Problem bad_input for a post office box, which is no place.
        """
        asked = parse_address(text)
        if asked.post_box:
            reason = "a post office box is not a place; ask for the address that is served"
            raise Problem("bad_input", field="place", reason=reason)
        matches: list[Match] = []
        for reading in self._readings(asked):
            matches += self._on_street(session, asked, reading)
        return sorted(matches, key=lambda m: (-m.score, m.label))[:limit]

    def _readings(self, asked: Address) -> list[_Reading]:
        """Streets near in spelling. Without a comma the city may follow, so shorter beginnings are tried."""
        words = asked.street.split()
        best: dict[str, tuple[float, _Reading]] = {}
        for length in range(len(words), max(0, len(words) - CITY_WORDS - 1), -1):
            rest = tuple(words[length:])
            beginning = street_parts(" ".join(words[:length]))
            for name, score, unused in self._like(beginning):
                # A word left over is a small loss here; whether the place explains it is asked later.
                rank = score - 2.0 * len(rest)
                if rank > best.get(name, (0.0, None))[0]:
                    best[name] = (rank, _Reading(name, score, (*rest, *asked.rest), unused))
        ranked = sorted(best.values(), key=lambda one: (-one[0], one[1].name))
        return [reading for rank, reading in ranked[:STREETS_TRIED] if rank >= LEAST_SCORE]

    def _like(self, asked: Street) -> Iterable[tuple[str, float, tuple[str, ...]]]:
        """Names like a street's, with score and what of it contradicts the name."""
        streets, (cores, wholes) = self._by_marks.get(asked.marks, []), self._texts.get(asked.marks, ([], []))
        found: dict[int, None] = {}
        for text, names in ((asked.core, cores), (asked.whole, wholes)):
            hits = process.extract(text, names, scorer=fuzz.ratio, limit=4 * STREETS_TRIED, score_cutoff=70)
            found |= dict.fromkeys(index for _, _, index in hits)
        generic = asked.core.startswith("highway ")
        for index in found if not generic else range(len(streets)):
            score, unused = _likeness(asked, streets[index])
            if score >= LEAST_SCORE - 2.0:
                yield streets[index].whole, score, unused

    def _on_street(self, session: Session, asked: Address, reading: _Reading) -> list[Match]:
        """Places on one street. Numbers are compared first: a long street has many positions to read."""
        known = session.execute(
            select(Premise.id, Premise.house_number, Premise.street, Premise.city, Premise.postcode).where(
                Premise.street.in_(self._spellings.get(reading.name, set()))
            )
        ).all()
        number = asked.number
        if number is not None:
            fitting = [(row, cost) for row in known if (cost := _house_cost(asked, row)) is not None]
            if fitting:
                at = _positions(session, [row.id for row, _ in fitting])
                return [
                    _match(
                        "premise", _label(row), at[row.id], asked=asked, reading=reading, cost=cost, row=row
                    )
                    for row, cost in fitting
                ]
            neighbours = _neighbours(number.base, [(row.house_number, row.id) for row in known])
            if neighbours is not None:
                lower, higher = neighbours
                at = _positions(session, [lower[1], higher[1]])
                ends = ((lower[0], at[lower[1]]), (higher[0], at[higher[1]]))
                place = _part_of_the_way(*ends, _leading(number.base) or 0)
                cost = _Cost(5.0)
                _unit_cost(asked, "", cost)
                if number.addition:
                    cost.add(OTHER_ADDITION, number.addition)
                label = f"{number.base} {known[0].street}"
                return [
                    _match("between", label, place, asked=asked, reading=reading, cost=cost, row=known[0])
                ]
        return self._middle(session, asked, reading, known)

    def _middle(
        self,
        session: Session,
        asked: Address,
        reading: _Reading,
        known: Sequence[Row[int, str, str, str, str]],
    ) -> list[Match]:
        cost = _Cost(15.0)
        if asked.number is not None:
            cost.add(0.0, asked.number.written)
        _unit_cost(asked, "", cost)
        row = known[0] if known else None
        if reading.name in self._lines:
            title, shape = self._lines[reading.name]
            place = shape.interpolate(0.5, normalized=True)
            return [_match("street", title, place, asked=asked, reading=reading, cost=cost, row=row)]
        if row is None:
            return []
        points = list(_positions(session, [row.id for row in known]).values())
        centre = shapely.MultiPoint(points).centroid
        nearest = min(points, key=centre.distance)
        return [_match("street", row.street, nearest, asked=asked, reading=reading, cost=cost, row=row)]


def _match(
    kind: str,
    label: str,
    point: shapely.Point,
    *,
    asked: Address,
    reading: _Reading,
    cost: _Cost,
    row: Row[int, str, str, str, str] | None,
) -> Match:
    """A match with everything taken off that was asked and does not fit it."""
    _place_cost(reading.rest, row, cost)
    if asked.milepost:
        cost.add(NO_UNIT, f"mile {asked.milepost}")
    unused = (*reading.unused, *cost.unused)
    score = max(0.0, reading.score - cost.points)
    return Match(kind, label, point, score, row.id if kind == "premise" and row is not None else None, unused)


def _likeness(asked: Street, name: Street) -> tuple[float, tuple[str, ...]]:
    """How alike two streets are, 0–100, and the parts of the asked one that the name contradicts."""
    if asked.whole == name.whole:
        return 100.0, ()
    cost = _Cost()
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


def _house_cost(asked: Address, row: Row[int, str, str, str, str]) -> _Cost | None:
    """What is taken off for a house of the street; None when it has another number."""
    number = asked.number
    if number is None or not row.house_number:
        return None
    here = parse_address(_label(row))
    found = here.number or _only_number(row.house_number)
    if found is None:
        return None
    cost = _Cost()
    if found != number:
        if found.base + found.addition == number.base + number.addition:
            cost.add(OTHER_ORDER)
        elif found.base == number.base and "-" not in number.written and not found.addition.isdigit():
            cost.add(OTHER_ADDITION if number.addition else LEFT_OUT_UNIT + 2, number.addition)
        else:
            return None
    _unit_cost(asked, here.unit, cost)
    return cost


def _only_number(text: str) -> HouseNumber | None:
    return parse_address(f"{text} x").number


def _unit_cost(asked: Address, unit: str, cost: _Cost) -> None:
    if asked.unit == unit:
        return
    if asked.unit:
        cost.add(NO_UNIT if not unit else NO_UNIT + 5, f"unit {asked.unit}")
    else:
        cost.add(LEFT_OUT_UNIT)


def _place_cost(rest: tuple[str, ...], row: Row[int, str, str, str, str] | None, cost: _Cost) -> None:
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


def _label(row: Row[int, str, str, str, str]) -> str:
    return f"{row.house_number} {row.street}"


def _street_of(text: str) -> str:
    parsed = parse_address(f"1 {text}")
    return parsed.street or normal_street(text)


def _positions(session: Session, ids: Sequence[int]) -> dict[int, shapely.Point]:
    found: dict[int, shapely.Point] = {}
    for start in range(0, len(ids), CHUNK):
        part = select(Premise.id, Premise.position).where(Premise.id.in_(ids[start : start + CHUNK]))
        found |= {row.id: shapely.Point(row.position) for row in session.execute(part)}
    return found


Numbered = tuple[int, int]
"""A house number, and the id of its premise."""


def _neighbours(number: str, known: list[tuple[str, int]]) -> tuple[Numbered, Numbered] | None:
    """The nearest lower and higher house numbers of the same side of the street, else of both."""
    wanted = _leading(number)
    numbered = [(n, premise) for text, premise in known if (n := _leading(text)) is not None]
    if wanted is None or len(numbered) < 2:
        return None
    same_side = [pair for pair in numbered if pair[0] % 2 == wanted % 2]
    for side in (same_side, numbered):
        lower = max((pair for pair in side if pair[0] <= wanted), key=lambda p: p[0], default=None)
        higher = min((pair for pair in side if pair[0] >= wanted), key=lambda p: p[0], default=None)
        if lower is not None and higher is not None:
            return lower, higher
    return None


def _part_of_the_way(
    lower: tuple[int, shapely.Point], higher: tuple[int, shapely.Point], wanted: int
) -> shapely.Point:
    if lower[0] == higher[0]:
        return lower[1]
    share = (wanted - lower[0]) / (higher[0] - lower[0])
    return shapely.Point(shapely.LineString([lower[1], higher[1]]).interpolate(share, normalized=True))


def _leading(text: str) -> int | None:
    digits = re.match(r"\d+", text)
    return int(digits.group()) if digits else None
