"""The drawing on a customer's page: both places in it, streets cut at its edge, nobody else's door."""

import re

import pytest
import shapely

from geo.maps.picture import EDGE, GRID_DEGREES, HEIGHT, WIDTH, coarse, picture
from server.pages.visit.arrival import rounded
from tests.integration.usecases.world import NOW

HERE = (-98.6, 39.1)


@pytest.mark.parametrize("other", [(-98.6, 39.2), (-98.2, 39.1), (-98.61, 39.13), HERE])
def test_both_places_are_in_sight(other: tuple[float, float]) -> None:
    drawn = picture(other, HERE, [])
    for x, y in (drawn.technician, drawn.place):
        assert EDGE - 1 <= x <= WIDTH - EDGE + 1
        assert EDGE - 1 <= y <= HEIGHT - EDGE + 1


def test_north_is_at_the_top_and_streets_end_at_the_edge() -> None:
    street = shapely.LineString([(-99.0, 39.1), (-98.0, 39.1)])
    far = shapely.LineString([(-97.0, 30.0), (-97.1, 30.0)])
    drawn = picture((-98.6, 39.11), HERE, [street, far])
    assert drawn.technician[1] < drawn.place[1]
    xs = [float(x) for x in re.findall(r"(-?[0-9.]+),", drawn.streets)]
    assert (min(xs), max(xs)) == (0, WIDTH)
    assert drawn.streets.count("M") == 1


def test_where_somebody_set_out_is_known_to_a_few_houses_only() -> None:
    assert coarse((-98.60049, 39.09951)) == coarse((-98.5996, 39.1004)) == HERE
    assert GRID_DEGREES * 111_000 > 200


def test_a_time_is_said_in_full_five_minutes() -> None:
    assert rounded(NOW) == NOW
    assert (rounded(NOW.replace(minute=1, second=2)) - NOW).total_seconds() == 300
