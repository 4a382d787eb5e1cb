"""Both engines answer questions about places alike, and as shapely alone would."""

import random
import time

import pytest
import shapely
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from geo.distance import metres_between
from geo.territory.zones import judge_fix, load_by_zone, nearest_technicians, territory
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


def test_nearest_are_the_nearest(session: Session, points: dict[int, shapely.Point]) -> None:
    dice = random.Random(6)
    for _ in range(20):
        here = shapely.Point(WEST + dice.uniform(-0.1, 0.3), SOUTH + dice.uniform(-0.1, 0.3))
        found = territory(session).nearest_premises(here, 5)
        best = sorted(metres_between(here, p) for p in points.values())[:5]
        # The spheroid and the sphere may swap two premises that differ by less than half a percent.
        assert [n.metres for n in found] == pytest.approx(best, rel=5e-3)


def test_nothing_is_near_the_antipode_of_an_empty_district(session: Session) -> None:
    assert territory(session).nearest_premises(shapely.Point(80, -39), 5) == []


def test_zone_of_a_point_and_common_border(session: Session) -> None:
    session.add_all(
        [
            Zone(id=1, code="west", name="West", area=square(WEST, SOUTH, 0.1)),
            Zone(id=2, code="east", name="East", area=square(WEST + 0.1, SOUTH, 0.1)),
            Zone(id=3, code="all", name="All", kind="service", area=square(WEST - 1, SOUTH - 1, 3)),
        ]
    )
    session.flush()
    places = territory(session)
    west, east = shapely.Point(WEST + 0.05, SOUTH + 0.05), shapely.Point(WEST + 0.15, SOUTH + 0.05)
    assert [getattr(places.zone_at(p), "code", None) for p in (west, east)] == ["west", "east"]
    border = places.zone_at(shapely.Point(WEST + 0.1, SOUTH + 0.05))
    assert border is not None
    assert border.code == "west"
    assert places.zone_at(shapely.Point(0, 0)) is None
    service = places.zone_at(west, kind="service")
    assert service is not None
    assert service.code == "all"


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
    assert [n.premise_id for n in territory(session).nearest_premises(shapely.Point(10, 50.001), 1)] == [7]
    assert 7 not in territory(session).premises_in(shapely.box(WEST, SOUTH, WEST + 0.2, SOUTH + 0.2))


@pytest.mark.slow
def test_queries_stay_quick_in_a_large_district(session: Session) -> None:
    scatter(session, 20_000)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE premise"))
    places = territory(session)
    here = shapely.Point(WEST + 0.1, SOUTH + 0.1)
    lasso = here.buffer(0.004)
    for ask in (lambda: places.nearest_premises(here, 5), lambda: places.premises_in(lasso)):
        assert ask()
        took = []
        for _ in range(9):
            start = time.perf_counter()
            ask()
            took.append(time.perf_counter() - start)
        assert sorted(took)[4] < 0.02


def test_a_fix_is_judged_by_distance_and_accuracy() -> None:
    premise = shapely.Point(WEST, SOUTH)
    near, far = shapely.Point(WEST + 0.0005, SOUTH), shapely.Point(WEST + 0.01, SOUTH)
    assert judge_fix(premise, near, 10, fence_metres=60).plausible
    assert not judge_fix(premise, far, 10, fence_metres=60).plausible
    assert judge_fix(premise, far, 450, fence_metres=60).plausible
    assert not judge_fix(premise, shapely.Point(0, 0), 5_000_000, fence_metres=60).plausible


def test_nearest_technicians_are_sorted_by_distance() -> None:
    at = {"t01": shapely.Point(WEST + 0.02, SOUTH), "t02": shapely.Point(WEST + 0.01, SOUTH)}
    assert [t for t, _ in nearest_technicians(shapely.Point(WEST, SOUTH), at)] == ["t02", "t01"]
