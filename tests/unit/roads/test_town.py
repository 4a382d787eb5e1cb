"""The demo town: whole, drivable from everywhere to everywhere, and the same for the same seed."""

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.town import MOST_ACCOUNTS, Town, generate_town
from geo.roads import UNREACHABLE, RoadNetwork, build_network
from geo.roads.streets_pbf import write_street_pbf


@pytest.fixture(scope="module")
def town() -> Town:
    """The default demo town."""
    return generate_town(1, 2500)


def _network(town: Town, folder: Path) -> RoadNetwork:
    write_street_pbf(folder / "town.osm.pbf", town.nodes, town.ways, town.relations)
    build_network(folder / "town.osm.pbf", folder / "town.roads", attribution=town.attribution)
    return RoadNetwork.open(folder / "town.roads")


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([1, 40, 700, 2500]))
def test_every_town_is_whole(seed: int, accounts: int) -> None:
    town = generate_town(seed, accounts)
    assert len(town.addresses) == accounts
    assert max(Counter((a.house_number, a.street) for a in town.addresses).values()) == 1
    with tempfile.TemporaryDirectory() as folder:
        network = _network(town, Path(folder))
    assert network.summary.segments_dropped == 0
    assert network.summary.restrictions_ignored == 0
    rng = np.random.default_rng(0)
    chosen = rng.choice(accounts, min(accounts, 40), replace=False).tolist()
    points = [(town.addresses[i].lon, town.addresses[i].lat) for i in chosen]
    assert network.matrix([*points, town.yard]).max() < UNREACHABLE / 100


@pytest.mark.slow
@pytest.mark.parametrize("accounts", [26_000, 60_000])
def test_street_names_never_run_out(accounts: int) -> None:
    town = generate_town(1, accounts)
    assert len({(a.house_number, a.street) for a in town.addresses}) == accounts


def test_the_same_seed_gives_the_same_town_and_another_seed_another(town: Town) -> None:
    assert generate_town(1, 2500) == town
    assert generate_town(2, 2500).addresses != town.addresses


def test_houses_stand_beside_the_street_they_name_in_the_zone_they_name(town: Town, tmp_path: Path) -> None:
    network = _network(town, tmp_path)
    lines = {s.name: shapely.MultiLineString(s.lines) for s in network.street_names()}
    zones = {zone.code: shapely.Polygon(zone.ring) for zone in town.zones}
    for address in town.addresses:
        place = shapely.Point(address.lon, address.lat)
        assert zones[address.zone].contains(place)
        assert lines[address.street].distance(place) < 0.0003
        assert address.block.startswith(address.zone)
    odd = Counter(int(a.house_number) % 2 for a in town.addresses)
    assert min(odd.values()) > 800
    named = [network.snap(a.lon, a.lat).street == a.street for a in town.addresses[::10]]
    assert sum(named) > 0.97 * len(named)


@pytest.mark.parametrize(("accounts", "count"), [(2500, 4), (9000, 6)])
def test_zones_share_borders_without_gap_or_overlap(accounts: int, count: int) -> None:
    zones = [shapely.Polygon(zone.ring) for zone in generate_town(5, accounts).zones]
    assert len(zones) == count
    assert all(zone.is_valid for zone in zones)
    together = shapely.union_all(zones)
    assert together.geom_type == "Polygon"
    assert len(together.interiors) == 0
    assert together.area == pytest.approx(sum(zone.area for zone in zones), rel=1e-9)


def test_there_is_a_river_with_bridges_and_what_makes_driving_interesting(town: Town) -> None:
    tags = Counter((key, value) for way in town.ways for key, value in way.tags.items())
    assert 2 <= tags["bridge", "yes"] <= 3
    assert tags["natural", "water"] >= 1
    assert tags["leisure", "park"] >= 1
    assert tags["building", "house"] == 2500
    assert tags["oneway", "yes"] >= 1
    assert tags["oneway", "-1"] >= 1
    assert tags["junction", "roundabout"] >= 1
    assert {"primary", "secondary", "tertiary", "residential"} <= {
        value for key, value in tags if key == "highway"
    }
    assert len(town.relations) >= 4
    assert any(node.tags.get("highway") == "turning_circle" for node in town.nodes)
    river = next(way for way in town.ways if way.tags.get("water") == "river")
    places = {node.id: (node.lon, node.lat) for node in town.nodes}
    water = shapely.Polygon([places[node] for node in river.nodes])
    for way in town.ways:
        if "highway" in way.tags and "bridge" not in way.tags:
            assert (
                shapely.LineString([places[node] for node in way.nodes]).intersection(water).length < 0.0003
            )


@pytest.mark.parametrize("accounts", [0, -5, MOST_ACCOUNTS + 1])
def test_a_town_has_a_size_that_can_be_drawn(accounts: int) -> None:
    with pytest.raises(ValueError, match="accounts"):
        generate_town(1, accounts)


def test_the_town_says_what_it_is(town: Town) -> None:
    assert "Demo" in town.name
    assert town.attribution == "Demo street data, generated"
    assert all(abs(node.lon + 98.6) < 0.2 and abs(node.lat - 39.1) < 0.2 for node in town.nodes)
