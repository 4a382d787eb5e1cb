"""From what a person types to a premise, or to a point along a street the district knows.

Only the district's own data is used: premises, and named streets of its road network. Spelling mistakes
and abbreviations are forgiven; the score says how much was, and every part that was not used is named.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from rapidfuzz import fuzz, process
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from geo.territory.address_scores import (
    LEAST_SCORE,
    NO_UNIT,
    OTHER_ADDITION,
    Cost,
    house_cost,
    label_of,
    likeness,
    place_cost,
    unit_cost,
)
from geo.territory.house_numbers import leading_number, neighbours, part_of_the_way
from workorders.grammar.address_forms import Address, Street, parse_address, street_parts
from workorders.grammar.address_words import normal_street
from workorders.problems import Problem
from workorders.queries.pieces import pieces
from workorders.tables import Premise

STREETS_TRIED = 5
CITY_WORDS = 4
"""Words after the street that may be the city's, when no comma says where the street ends."""


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
            score, unused = likeness(asked, streets[index])
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
            fitting = [(row, cost) for row in known if (cost := house_cost(asked, row)) is not None]
            if fitting:
                at = _positions(session, [row.id for row, _ in fitting])
                return [
                    _match(
                        "premise", label_of(row), at[row.id], asked=asked, reading=reading, cost=cost, row=row
                    )
                    for row, cost in fitting
                ]
            beside = neighbours(number.base, [(row.house_number, row.id) for row in known])
            if beside is not None:
                lower, higher = beside
                at = _positions(session, [lower[1], higher[1]])
                ends = ((lower[0], at[lower[1]]), (higher[0], at[higher[1]]))
                place = part_of_the_way(*ends, leading_number(number.base) or 0)
                cost = Cost(5.0)
                unit_cost(asked, "", cost)
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
        cost = Cost(15.0)
        if asked.number is not None:
            cost.add(0.0, asked.number.written)
        unit_cost(asked, "", cost)
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
    cost: Cost,
    row: Row[int, str, str, str, str] | None,
) -> Match:
    """A match with everything taken off that was asked and does not fit it."""
    place_cost(reading.rest, row, cost)
    if asked.milepost:
        cost.add(NO_UNIT, f"mile {asked.milepost}")
    unused = (*reading.unused, *cost.unused)
    score = max(0.0, reading.score - cost.points)
    return Match(kind, label, point, score, row.id if kind == "premise" and row is not None else None, unused)


def _street_of(text: str) -> str:
    parsed = parse_address(f"1 {text}")
    return parsed.street or normal_street(text)


def _positions(session: Session, ids: Sequence[int]) -> dict[int, shapely.Point]:
    found: dict[int, shapely.Point] = {}
    for piece in pieces(ids):
        part = select(Premise.id, Premise.position).where(Premise.id.in_(piece))
        found |= {row.id: shapely.Point(row.position) for row in session.execute(part)}
    return found
