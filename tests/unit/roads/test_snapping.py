"""The nearest street is the nearest street, wherever the point lies."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.distance import METRES_PER_DEGREE
from geo.roads.grid import build_grid, find_nearest
from tests.unit.roads.maps import at, grid

coordinate = st.integers(-40_000, 40_000)
"""Up to some 450 m either way, in 10⁻⁷ degrees: several cells of the index."""


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=12),
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=5),
    st.sampled_from([0, -986_000_000, 1_799_990_000]),
    st.sampled_from([50.0, 400.0, 5000.0]),
)
def test_the_index_finds_what_looking_at_every_piece_finds(
    shape: list[tuple[int, int]], points: list[tuple[int, int]], west: int, reach: float
) -> None:
    x, y = (np.array(axis, np.int32) for axis in zip(*shape, strict=True))
    x = (x + west).clip(-1_800_000_000, 1_800_000_000).astype(np.int32)
    asked = np.add(points, (west, 0)) * 1e-7
    nearest = find_nearest(build_grid(x, y, np.arange(len(x) - 1)), asked, reach, np.ones(len(x), bool))
    # Near the equator a degree is as long in both directions.
    line = shapely.LineString(np.stack([x * 1e-7, y * 1e-7], axis=1))
    true = shapely.distance(line, shapely.points(asked)) * METRES_PER_DEGREE
    for found, metres, expected in zip(nearest.piece, nearest.metres, true, strict=True):
        if abs(expected - reach) > 0.05:
            assert (found >= 0) == (expected <= reach)
        if found >= 0:
            assert metres == pytest.approx(expected, abs=0.05)


def test_the_place_on_the_street_is_reported() -> None:
    with tempfile.TemporaryDirectory() as folder:
        network = grid(3, 3).network(Path(folder))
    snapped = network.snap(*at(130, 7))
    assert snapped.street == "Row 0"
    assert snapped.metres == pytest.approx(7, abs=0.05)
    assert (snapped.lon, snapped.lat) == pytest.approx(at(130, 0), abs=1e-6)
    assert snapped.share in (pytest.approx(0.3, abs=0.001), pytest.approx(0.7, abs=0.001))
