"""What is read and written: unsorted and foreign street files, damaged network files."""

import random
from pathlib import Path

import osmium
import pytest

from geo.roads import RoadNetwork, build_network
from geo.roads.store import read_network, write_network
from geo.roads.streets_pbf import StreetNode, StreetWay, write_street_pbf
from tests.unit.roads.maps import Map, at, grid
from workorders.problems import Problem


def test_an_unsorted_file_gives_the_same_network(tmp_path: Path) -> None:
    town = grid(4, 4)
    town.restrict("no_left_turn", 101, ("n", [2]), 202)
    town.write(tmp_path / "sorted.osm.pbf")
    nodes = [StreetNode(n, *at(*place)) for n, place in town.places.items()]
    shuffled = random.Random(5)
    shuffled.shuffle(nodes)
    with osmium.SimpleWriter(str(tmp_path / "unsorted.osm.pbf")) as writer:
        for relation in town.relations:
            writer.add_relation(
                osmium.osm.mutable.Relation(
                    id=relation.id, members=list(relation.members), tags=dict(relation.tags)
                )
            )
        for way in shuffled.sample(town.ways, len(town.ways)):
            writer.add_way(osmium.osm.mutable.Way(id=way.id, nodes=list(way.nodes), tags=dict(way.tags)))
        for node in nodes:
            writer.add_node(osmium.osm.mutable.Node(id=node.id, location=(node.lon, node.lat)))
    for name in ("sorted", "unsorted"):
        build_network(tmp_path / f"{name}.osm.pbf", tmp_path / f"{name}.roads")
    assert (tmp_path / "sorted.roads").read_bytes() == (tmp_path / "unsorted.roads").read_bytes()


def test_building_twice_gives_the_same_bytes_and_reports_progress(tmp_path: Path) -> None:
    pbf = grid(5, 5).write(tmp_path / "map.osm.pbf")
    heard: list[tuple[float, str]] = []
    build_network(pbf, tmp_path / "a.roads", progress=lambda done, words: heard.append((done, words)))
    build_network(pbf, tmp_path / "b.roads")
    assert (tmp_path / "a.roads").read_bytes() == (tmp_path / "b.roads").read_bytes()
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert heard[-1][0] == 1.0


def test_a_way_cut_by_the_extracts_border_keeps_its_known_parts(tmp_path: Path) -> None:
    nodes = [(n, (100.0 * n, 0.0)) for n in (1, 2, 4, 5)]
    with osmium.SimpleWriter(str(tmp_path / "cut.osm.pbf")) as writer:
        for number, place in nodes:
            writer.add_node(osmium.osm.mutable.Node(id=number, location=at(*place)))
        tags = {"highway": "residential"}
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3, 4, 5], tags=tags))
    summary = build_network(tmp_path / "cut.osm.pbf", tmp_path / "cut.roads")
    # Nothing leads over the unknown node, so one part is kept and the other dropped.
    assert (summary.segments, summary.segments_dropped) == (1, 1)


@pytest.mark.parametrize(
    ("ways", "code"),
    [
        ([], "no_roads_in_extract"),
        ([StreetWay(1, (1, 2), {"highway": "footway"})], "no_roads_in_extract"),
        ([StreetWay(1, (1, 2), {"highway": "residential", "oneway": "yes"})], "no_roads_in_extract"),
        ([StreetWay(1, (1, 2), {"building": "yes"})], "no_roads_in_extract"),
    ],
)
def test_a_file_without_roads_is_refused_and_leaves_nothing(
    tmp_path: Path, ways: list[StreetWay], code: str
) -> None:
    pbf, out = tmp_path / "empty.osm.pbf", tmp_path / "empty.roads"
    write_street_pbf(pbf, [StreetNode(1, *at(0, 0)), StreetNode(2, *at(100, 0))], ways)
    with pytest.raises(Problem) as caught:
        build_network(pbf, out)
    assert caught.value.code == code
    assert "empty.osm.pbf" in caught.value.words
    assert [path.name for path in tmp_path.iterdir()] == ["empty.osm.pbf"]


@pytest.mark.parametrize(
    "content", [b"", b"not a street file", b"\x00\x00\x00\x0d\n\tOSMHeader\x18\x7c" + b"\xff" * 200]
)
def test_a_file_that_is_no_street_data_is_refused(tmp_path: Path, content: bytes) -> None:
    pbf = tmp_path / "wrong.osm.pbf"
    pbf.write_bytes(content)
    with pytest.raises(Problem) as caught:
        build_network(pbf, tmp_path / "wrong.roads")
    assert caught.value.code in ("street_file_unreadable", "no_roads_in_extract")


def test_a_missing_street_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        build_network(tmp_path / "nowhere.osm.pbf", tmp_path / "x.roads")
    assert caught.value.code == "street_file_unreadable"
    assert "nowhere.osm.pbf" in caught.value.words


@pytest.fixture
def roads(tmp_path: Path) -> Path:
    """A small network file."""
    town: Map = grid(3, 3)
    town.network(tmp_path)
    return tmp_path / "map.roads"


@pytest.mark.parametrize("keep", [0, 5, 20, 100, 2000, -1])
def test_a_cut_off_network_file_is_refused(roads: Path, keep: int) -> None:
    roads.write_bytes(roads.read_bytes()[:keep])
    with pytest.raises(Problem) as caught:
        RoadNetwork.open(roads)
    assert caught.value.code == "network_file_unreadable"


def test_a_single_changed_byte_is_noticed_wherever_it_is(roads: Path) -> None:
    whole = roads.read_bytes()
    for place in (3, 18, 40, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        roads.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        with pytest.raises(Problem) as caught:
            RoadNetwork.open(roads)
        assert caught.value.code == "network_file_unreadable"


def test_a_missing_or_foreign_network_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "foreign.roads").write_bytes(b"PK\x03\x04" * 100)
    for name in ("foreign.roads", "none.roads"):
        with pytest.raises(Problem) as caught:
            RoadNetwork.open(tmp_path / name)
        assert caught.value.code == "network_file_unreadable"
        assert name in caught.value.words


def test_numbers_that_point_outside_are_refused_before_native_code_follows_them(roads: Path) -> None:
    arrays, about = read_network(roads)
    for name in ("turn_head", "turn_tail", "order", "state_segment", "piece"):
        broken = {key: values.copy() for key, values in arrays.items()}
        broken[name][-1] = 10**6
        write_network(roads, broken, about)
        with pytest.raises(Problem) as caught:
            RoadNetwork.open(roads)
        assert caught.value.code == "network_file_unreadable"


def test_the_network_carries_whose_data_it_is(roads: Path) -> None:
    network = RoadNetwork.open(roads)
    assert network.attribution == "© OpenStreetMap contributors"
    assert network.summary.bytes == roads.stat().st_size
    west, south, east, north = network.summary.bounds
    assert (west, south) == pytest.approx(at(0, 0))
    assert (east, north) == pytest.approx(at(200, 200))
