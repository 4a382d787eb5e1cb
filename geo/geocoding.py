"""From what a person types to a premise, or to a point along a street the district knows.

Only the district's own data is used: premises, and named streets of its road network. Spelling mistakes
and abbreviations are forgiven; the score says how much was.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from rapidfuzz import fuzz, process
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from geo.address_words import normal_street, split_house_number
from workorders.tables import Premise

LEAST_SCORE = 78.0
"""Below this, two street names of ordinary length differ by more than spelling."""
STREETS_TRIED = 5
CHUNK = 500
"""Ids in one IN list: below the 999 variables that older SQLite builds allow."""


@dataclass(frozen=True, slots=True)
class Match:
    """A place for an address; `score` 0–100; `kind` premise, between (two houses), or street (its middle)."""

    kind: str
    label: str
    point: shapely.Point
    score: float
    premise_id: int | None = None


class Gazetteer:
    """The street names a district knows, ready for tolerant look-up; build it once and keep it."""

    def __init__(self, streets: Iterable[str], lines: Mapping[str, shapely.Geometry] | None = None) -> None:
        """`streets` as premises spell them; `lines` the shape of each named street of the road network."""
        self._spellings: dict[str, set[str]] = defaultdict(set)
        for street in streets:
            self._spellings[normal_street(street)].add(street)
        self._lines = {normal_street(name): (name, shape) for name, shape in (lines or {}).items()}
        self._names = sorted(self._spellings.keys() | self._lines.keys())

    @classmethod
    def of(cls, session: Session, lines: Mapping[str, shapely.Geometry] | None = None) -> "Gazetteer":
        """The gazetteer of every street that has a premise, and of the named streets given."""
        return cls(session.scalars(select(Premise.street).distinct()), lines)

    def geocode(self, session: Session, text: str, limit: int = 5) -> list[Match]:
        """The best places for `text`, best first; empty when no street is near enough in spelling."""
        number, street_text = split_house_number(text)
        matches: list[Match] = []
        for name, score in self._streets_like(street_text):
            found = self._on_street(session, name, number, score)
            matches += found
        return sorted(matches, key=lambda m: (-m.score, m.label))[:limit]

    def _streets_like(self, text: str) -> list[tuple[str, float]]:
        # People add the city after a comma, or without one; the street is whatever prefix fits best.
        head = normal_street(re.split(r"[,;\n]", text)[0])
        if not head:
            return []
        words = head.split()
        prefixes = {" ".join(words[:n]) for n in range(max(1, len(words) - 3), len(words) + 1)}
        best: dict[str, float] = {}
        for prefix in prefixes:
            penalty = 2.0 * (len(words) - len(prefix.split()))
            for name, score, _ in process.extract(
                prefix, self._names, scorer=fuzz.token_sort_ratio, limit=STREETS_TRIED
            ):
                best[name] = max(best.get(name, 0.0), score - penalty)
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return [(name, score) for name, score in ranked[:STREETS_TRIED] if score >= LEAST_SCORE]

    def _on_street(self, session: Session, name: str, number: str | None, score: float) -> list[Match]:
        """Places on one street. Numbers are compared first: a long street has many positions to read."""
        known = session.execute(
            select(Premise.id, Premise.house_number, Premise.street).where(
                Premise.street.in_(self._spellings.get(name, set()))
            )
        ).all()
        if number is not None:
            exact = [
                row for row in known if row.house_number.lower().replace("-", "").replace(" ", "") == number
            ]
            if exact:
                at = _positions(session, [row.id for row in exact])
                return [
                    Match("premise", f"{row.house_number} {row.street}", at[row.id], score, row.id)
                    for row in exact
                ]
            neighbours = _neighbours(number, [(row.house_number, row.id) for row in known])
            if neighbours is not None:
                lower, higher = neighbours
                at = _positions(session, [lower[1], higher[1]])
                ends = ((lower[0], at[lower[1]]), (higher[0], at[higher[1]]))
                place = _part_of_the_way(*ends, _leading(number) or 0)
                return [Match("between", f"{number} {known[0].street}", place, score - 5)]
        return self._middle(session, name, known, score)

    def _middle(
        self, session: Session, name: str, known: Sequence[Row[int, str, str]], score: float
    ) -> list[Match]:
        if name in self._lines:
            title, shape = self._lines[name]
            return [Match("street", title, shape.interpolate(0.5, normalized=True), score - 15)]
        if not known:
            return []
        points = list(_positions(session, [row.id for row in known]).values())
        centre = shapely.MultiPoint(points).centroid
        return [Match("street", known[0].street, min(points, key=centre.distance), score - 15)]


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
