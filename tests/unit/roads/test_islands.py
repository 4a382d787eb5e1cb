"""Streets that nothing joins to the others are reported; no stop is served across the water."""

from pathlib import Path

import pytest

from geo.roads import RoadNetwork
from geo.roads.streets_pbf import StreetWay
from tests.unit.roads.maps import Map, at, grid
from workorders.problems import Problem


def mainland_and_island(*, gap: float = 400.0, street: str = "residential") -> Map:
    """Twelve blocks, and `gap` metres east of them an island of two blocks."""
    town = grid(4, 4)
    shift = 300.0 + gap
    town.places |= {50: (shift, 0), 51: (shift, 100), 52: (shift + 100, 0), 53: (shift + 100, 100)}
    for a, b in ((50, 51), (50, 52), (51, 53), (52, 53)):
        town.street(a, b, id=1000 + a * 10 + b - 50, highway=street, name="Island Road")
    return town


def network(folder: Path, town: Map) -> RoadNetwork:
    return town.network(folder)


def test_an_island_is_reported_with_its_place_and_a_name(tmp_path: Path) -> None:
    summary = network(tmp_path, mainland_and_island()).summary
    assert (summary.segments, summary.segments_dropped, summary.parts_dropped) == (24, 4, 1)
    part = summary.left_out[0]
    assert (part.segments, part.street, part.apart) == (4, "Island Road", True)
    assert part.metres == pytest.approx(400, abs=2)
    west, south = at(690, -10)
    east, north = at(810, 110)
    assert west < part.lon < east
    assert south < part.lat < north


def test_every_part_is_counted_and_the_largest_are_named(tmp_path: Path) -> None:
    town = mainland_and_island()
    for n in range(30):
        town.places |= {100 + 2 * n: (5000 + 50 * n, 0), 101 + 2 * n: (5000 + 50 * n, 40)}
        town.street(100 + 2 * n, 101 + 2 * n, id=5000 + n)
    summary = network(tmp_path, town).summary
    assert (summary.segments_dropped, summary.parts_dropped, len(summary.left_out)) == (34, 31, 20)
    assert [part.segments for part in summary.left_out[:2]] == [4, 1]


@pytest.mark.parametrize("gap", [120.0, 400.0])
def test_a_stop_on_an_island_is_refused_with_the_reason(tmp_path: Path, gap: float) -> None:
    town = network(tmp_path, mainland_and_island(gap=gap))
    stops = [at(50, 0), at(310 + gap, 50), at(250, 100)]
    with pytest.raises(Problem) as caught:
        town.matrix(stops)
    assert caught.value.code == "stop_cut_off"
    assert caught.value.details["positions"] == [1]
    assert caught.value.words.startswith("Stop 2 lies at streets that nothing drivable joins")
    with pytest.raises(Problem, match="nothing drivable joins"):
        town.snap(*stops[1])
    assert town.unserved(stops) == {1: "stop_cut_off"}
    assert town.unserved([*stops, at(250, -2000)]) == {1: "stop_cut_off", 3: "stop_off_network"}


def test_a_closure_on_the_mainland_makes_no_island_of_it(tmp_path: Path) -> None:
    town = network(tmp_path, mainland_and_island(gap=200))
    shore = at(310, 150)
    closed = town.with_closures([[at(290, -10), at(320, -10), at(320, 310), at(290, 310), at(290, -10)]])
    assert town.unserved([shore]) == closed.unserved([shore]) == {}


@pytest.mark.parametrize("kind", ["driveway", "track"])
def test_a_loose_driveway_is_no_island(tmp_path: Path, kind: str) -> None:
    town = grid(4, 4)
    town.places |= {50: (500, 0), 51: (600, 0)}
    tags = {"highway": "track", "motor_vehicle": "yes"}
    if kind == "driveway":
        tags = {"highway": "service", "service": "driveway"}
    town.ways.append(StreetWay(900, (50, 51), tags))
    found = network(tmp_path, town)
    assert found.summary.segments_dropped == 1
    assert found.snap(*at(510, 5)).metres == pytest.approx(210, abs=1)


def test_a_street_without_a_way_back_is_no_island(tmp_path: Path) -> None:
    town = grid(4, 4)
    town.places |= {50: (600, 0)}
    town.street(4, 50, oneway="yes", name="Trap")
    found = network(tmp_path, town)
    assert [(part.street, part.apart) for part in found.summary.left_out] == [("Trap", False)]
    assert found.snap(*at(450, 5)).metres == pytest.approx(150, abs=1)


def test_a_ferry_joins_its_island(tmp_path: Path) -> None:
    town = mainland_and_island()
    town.ways.append(StreetWay(2000, (4, 50), {"route": "ferry", "duration": "00:25"}))
    found = network(tmp_path, town)
    assert found.summary.segments_dropped == 0
    assert found.matrix([at(290, 0), at(710, 0)])[0, 1] == 1500 + 2


def test_a_network_without_the_shapes_of_left_out_streets_is_read_on(tmp_path: Path) -> None:
    from geo.roads.store import read_network, write_network

    network(tmp_path, mainland_and_island())
    path = tmp_path / "map.roads"
    arrays, about = read_network(path)
    older = {name: values.copy() for name, values in arrays.items() if not name.startswith("away_")}
    for name in ("parts_dropped", "left_out"):
        del about["summary"][name]
    write_network(path, older, about)
    opened = RoadNetwork.open(path)
    assert opened.summary.left_out == ()
    assert opened.matrix([at(50, 0), at(150, 0)])[0, 1] == 10
