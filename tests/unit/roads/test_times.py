"""Travel times agree with two slow, independent answers, on generated maps and on real streets."""

import dataclasses
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.roads import RoadNetwork, build_network
from tests.unit.roads.maps import FREE, Map, at
from tests.unit.roads.oracle import LawfulDriver, PlainTimes, plain_row, plain_times
from workorders.problems import Problem

COLUMBUS = Path(__file__).resolve().parents[4] / "shared" / "data" / "columbus.osm.pbf"
TURNING = dataclasses.replace(FREE, u_turn_s=7, dead_end_turn_s=3)
SIGNS = (
    "no_left_turn",
    "no_right_turn",
    "no_straight_on",
    "no_u_turn",
    "only_straight_on",
    "only_right_turn",
)


@st.composite
def maps(draw: st.DrawFn) -> Map:
    """A 3×3 lattice, bent at random, with some streets missing, oneway or blocked, and random signs."""
    shift = st.integers(-30, 30)
    town = Map({n: (n % 3 * 100 + draw(shift), n // 3 * 100 + draw(shift)) for n in range(9)})
    town.places = {node + 1: place for node, place in town.places.items()}
    pairs = [(n, n + 1) for n in range(1, 10) if n % 3] + [(n, n + 3) for n in range(1, 7)]
    for a, b in pairs:
        kind = draw(st.sampled_from(["no"] * 6 + ["yes", "-1", "missing"]))
        if kind != "missing":
            town.street(a, b, oneway=kind)
    for node in draw(st.lists(st.integers(1, 9), max_size=1)):
        town.node_tags[node] = {"barrier": "bollard"}
    for _ in range(draw(st.integers(0, 6))):
        _add_sign(draw, town)
    return town


def _add_sign(draw: st.DrawFn, town: Map) -> None:
    """A sign whose members meet: from street, node (and perhaps a street from it), to street."""
    start = draw(st.sampled_from(town.ways))
    node = draw(st.sampled_from(start.nodes))
    over = draw(st.sampled_from([way for way in town.ways if node in way.nodes]))
    if draw(st.booleans()) and over != start:
        far = over.nodes[0] if over.nodes[1] == node else over.nodes[1]
        onto = draw(st.sampled_from([way for way in town.ways if far in way.nodes and way != over] or [over]))
        if onto != over:
            town.restrict(draw(st.sampled_from(SIGNS)), start.id, ("w", [over.id]), onto.id)
    else:
        town.restrict(draw(st.sampled_from(SIGNS)), start.id, ("n", [node]), over.id)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(maps())
def test_every_time_is_that_of_a_driver_who_obeys_every_sign(town: Map) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            network = town.network(Path(folder), TURNING)
        except Problem as problem:
            # Nothing but bits that cannot be driven round: there is no pair to compare.
            assume(problem.code != "no_roads_in_extract")
            raise
    kept = sorted(set(network._roads.arrays["way_id"].tolist()))
    ways = {way.id: way for way in town.ways}
    middles = [np.mean([town.places[node] for node in ways[way].nodes], axis=0) for way in kept]
    times = network.matrix([at(x, y) for x, y in middles])
    driver = LawfulDriver(town, kept, u_turn_s=7, dead_end_turn_s=3)
    slow = [[driver.seconds(a, b) for b in kept] for a in kept]
    # Half a second of rounding, and the millimetres by which the drawing and the globe differ.
    assert np.abs(times - np.array(slow)).max() <= 0.6


def _points(network: RoadNetwork, count: int, seed: int) -> NDArray[np.float64]:
    """Places on streets. Between two shape points, so that they lie inside segments, some on the same one."""
    rng = np.random.default_rng(seed)
    arrays = network._roads.arrays
    places = rng.choice(np.flatnonzero(network._roads.stoppable), count)
    first = arrays["shape_first"][places]
    share = rng.random(count)
    points = np.stack(
        [(arrays[axis][first] * (1 - share) + arrays[axis][first + 1] * share) * 1e-7 for axis in ("x", "y")],
        axis=1,
    )
    points[: count // 4] = points[count // 4 : count // 4 * 2] + rng.normal(0, 2e-4, (count // 4, 2))
    return points


def _rows_agree(network: RoadNetwork, count: int, rows: int, seed: int, targets: int | None = None) -> None:
    """Some rows of a matrix are Dijkstra's, whole or towards the nearest `targets` as the crow flies."""
    points = _points(network, count, seed)
    matrix = network.matrix(points)
    pairs = [(lon, lat) for lon, lat in points.tolist()]
    times = PlainTimes(network)
    for row in range(rows):
        away = np.linalg.norm(points - points[row], axis=1)
        aims = np.argsort(away)[:targets].tolist()
        assert matrix[row, aims].tolist() == plain_row(network, pairs, row, times=times, targets=aims)
    assert (matrix.diagonal() == 0).all()


@pytest.fixture(scope="module")
def columbus(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    """The streets of a real city."""
    if not COLUMBUS.exists():
        pytest.skip("the street extract is not beside the repository")
    path = tmp_path_factory.mktemp("roads") / "columbus.roads"
    build_network(COLUMBUS, path)
    return RoadNetwork.open(path)


def test_both_ways_to_write_dijkstra_agree(columbus: RoadNetwork) -> None:
    quick = PlainTimes(columbus)
    for start in ({5: 0}, {7: 400, 1009: 90}):
        assert quick(start) == plain_times(columbus, start)


def test_the_matrix_of_a_real_city_equals_dijkstra(columbus: RoadNetwork) -> None:
    _rows_agree(columbus, count=200, rows=10, seed=1)


def test_200_random_sources_agree_with_dijkstra_about_what_is_near(columbus: RoadNetwork) -> None:
    _rows_agree(columbus, count=400, rows=200, seed=4, targets=40)


def test_the_matrix_equals_dijkstra_under_closures(columbus: RoadNetwork) -> None:
    closures = [[(-83.0, 39.90), (-83.0, 40.05)]]
    closed = columbus.with_closures(closures)
    _rows_agree(closed, count=200, rows=4, seed=2)


def test_ways_take_the_time_the_matrix_says(columbus: RoadNetwork) -> None:
    rng = np.random.default_rng(3)
    points = [(float(lon), float(lat)) for lon, lat in rng.normal((-83.0, 39.98), 0.03, (30, 2))]
    matrix = columbus.matrix(points, max_metres=3000)
    way = columbus.path(points, max_metres=3000)
    assert [leg.seconds for leg in way.legs] == [int(matrix[i, i + 1]) for i in range(29)]
    assert way.seconds == sum(step.seconds for step in way.steps)
    assert way.metres == pytest.approx(sum(step.metres for step in way.steps), rel=0.01)
    assert all(way.geometry[step.start_index] == (step.lon, step.lat) for step in way.steps)
