"""Both engines answer questions about places alike, and as shapely alone would."""

import random
import time

import pytest
import shapely
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from geo.territory.zones import load_by_zone, territory
from workorders.tables import Premise, Zone

WEST, SOUTH = -98.7, 39.0


def scatter(session: Session, count: int, seed: int = 3) -> dict[int, shapely.Point]:
    """`count` premises at random in a square of 0.2 degrees."""
    dice = random.Random(seed)
    points = {
        i: shapely.Point(WEST + dice.random() * 0.2, SOUTH + dice.random() * 0.2) for i in range(1, count + 1)
    }
    rows = [
        {
            "id": i,
            "number": f"P{i}",
            "house_number": str(i),
            "street": "Test Street",
            "city": "Testville",
            "postcode": "00000",
            "position": point,
        }
        for i, point in points.items()
    ]
    session.execute(insert(Premise), rows)
    return points


def square(x: float, y: float, side: float) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.box(x, y, x + side, y + side)])


@pytest.fixture
def points(session: Session) -> dict[int, shapely.Point]:
    return scatter(session, 400)


def test_lasso_finds_what_shapely_finds(session: Session, points: dict[int, shapely.Point]) -> None:
    dice = random.Random(5)
    for _ in range(20):
        corners = [(WEST + dice.random() * 0.2, SOUTH + dice.random() * 0.2) for _ in range(5)]
        lasso = shapely.Polygon(corners).convex_hull
        expected = sorted(i for i, p in points.items() if lasso.covers(p))
        assert territory(session).premises_in(lasso) == expected


def test_zones_are_assigned_once(session: Session, points: dict[int, shapely.Point]) -> None:
    area = square(WEST, SOUTH, 0.1)
    session.add(Zone(id=1, code="sw", name="South-west", area=area))
    session.flush()
    inside = {i for i, p in points.items() if area.covers(p)}
    assert territory(session).assign_zones() == len(inside)
    assert territory(session).assign_zones() == 0
    session.expire_all()
    assert {p.id for p in session.query(Premise).where(Premise.zone_id == 1)} == inside
    assert load_by_zone(session) == []


def test_a_moved_premise_is_found_where_it_went(session: Session, points: dict[int, shapely.Point]) -> None:
    premise = session.get_one(Premise, 7)
    premise.position = shapely.Point(10, 50)
    session.flush()
    assert territory(session).premises_in(shapely.Point(10, 50).buffer(0.001)) == [7]
    assert 7 not in territory(session).premises_in(shapely.box(WEST, SOUTH, WEST + 0.2, SOUTH + 0.2))


@pytest.mark.slow
def test_queries_stay_quick_in_a_large_district(session: Session) -> None:
    scatter(session, 20_000)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE premise"))
    places = territory(session)
    here = shapely.Point(WEST + 0.1, SOUTH + 0.1)
    lasso = here.buffer(0.004)
    assert places.premises_in(lasso)
    took = []
    for _ in range(9):
        start = time.perf_counter()
        places.premises_in(lasso)
        took.append(time.perf_counter() - start)
    assert sorted(took)[4] < 0.02
