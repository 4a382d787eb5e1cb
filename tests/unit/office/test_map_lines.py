"""Ways on the map: small, and where they were."""

import shapely
from hypothesis import given
from hypothesis import strategies as st

from server.pages.dispatch.geojson import LINE_METRES, simplified

STEPS = st.lists(st.tuples(st.integers(-90, 90), st.integers(-90, 90)), min_size=2, max_size=60)


@given(STEPS)
def test_a_drawn_line_stays_within_the_width_of_a_street(steps: list[tuple[int, int]]) -> None:
    line, x, y = [], -98.6, 0.1
    for east, north in steps:
        x, y = x + east / 1e6, y + north / 1e6
        line.append([x, y])
    drawn = simplified(line)
    # Near the equator a degree is as long in both directions; rounding adds a metre.
    away = shapely.LineString(line).hausdorff_distance(shapely.LineString(drawn)) * 111_195
    assert away <= LINE_METRES + 1.2
    assert len(drawn) <= len(line)


def test_a_straight_street_needs_two_points_and_nothing_gives_nothing() -> None:
    assert simplified([[-98.6, 39.1], [-98.59, 39.1], [-98.58, 39.1]]) == [[-98.6, 39.1], [-98.58, 39.1]]
    assert simplified([]) == []
    assert simplified([[-98.6, 39.1]]) == []
