"""An extract becomes network and map, or leaves what was there."""

from pathlib import Path
from typing import Any

import osmium
import pytest
from click.testing import CliRunner

from geo.files import basemap_folder, network_file, streets_file
from geo.roads import RoadNetwork
from geo.roads.streets_pbf import StreetNode, StreetWay, write_street_pbf
from server.commands.imports import import_command
from server.imports.streets import import_streets
from server.progress import silent
from tests.unit.roads.maps import at
from tests.unit.roads.test_islands import mainland_and_island
from workorders.problems import Problem


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """Four streets around a block."""
    corners = [(-98.600, 39.100), (-98.595, 39.100), (-98.595, 39.104), (-98.600, 39.104)]
    nodes = [StreetNode(number, lon, lat) for number, (lon, lat) in enumerate(corners, start=1)]
    ways = [
        StreetWay(number, (number, number % 4 + 1), {"highway": "residential", "name": f"Side {number}"})
        for number in range(1, 5)
    ]
    path = tmp_path / "block.osm.pbf"
    write_street_pbf(path, nodes, ways)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_streets_become_network_and_map(tmp_path: Path, extract: Path) -> None:
    data = tmp_path / "data"
    heard: list[str] = []
    made = import_streets(
        data, extract, dry_run=False, progress=lambda step, _done, _total: heard.append(step)
    )
    assert made["network"]["segments"] == 4
    assert made["features"]["roads"] == 4
    assert set(heard) == {"road network", "map"}
    network = RoadNetwork.open(network_file(data))
    assert network.matrix([(-98.6, 39.1), (-98.595, 39.104)])[0, 1] > 0
    assert streets_file(data).read_bytes() == extract.read_bytes()
    assert (basemap_folder(data) / "district.pmtiles").is_file()
    assert not [path for path in data.iterdir() if path.name.startswith("streets-")]


def test_a_dry_run_keeps_nothing(tmp_path: Path, extract: Path) -> None:
    data = tmp_path / "data"
    assert import_streets(data, extract, dry_run=True, progress=silent)["dry_run"]
    assert contents(data) == {}


def test_a_broken_extract_leaves_what_was_there(tmp_path: Path, extract: Path) -> None:
    data = tmp_path / "data"
    import_streets(data, extract, dry_run=False, progress=silent)
    before = contents(data)
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(extract.read_bytes()[:100])
    empty = tmp_path / "empty.osm.pbf"
    write_street_pbf(empty, [StreetNode(1, -98.6, 39.1)], [])
    for path, code in ((broken, "street_file_unreadable"), (empty, "no_roads_in_extract")):
        with pytest.raises(Problem) as refused:
            import_streets(data, path, dry_run=False, progress=silent)
        assert refused.value.code == code
        assert contents(data) == before


def test_what_is_left_out_is_said_with_its_place(tmp_path: Path) -> None:
    town = mainland_and_island()
    town.write(tmp_path / "island.osm.pbf")
    done = CliRunner().invoke(
        import_command,
        ["streets", str(tmp_path / "island.osm.pbf")],
        env={"CURBSTOP_DATA_DIR": str(tmp_path / "data")},
    )
    assert done.exit_code == 0, done.output
    assert "Kept 24 street segments" in done.output
    assert "Left out 4 segments in 1 parts" in done.output
    lon, lat = at(700, 50)
    assert f"4 segments, 0.4 km, at {lon:.2f}" in done.output
    assert f", {lat:.2f}" in done.output
    assert "(Island Road)" in done.output


def test_an_editors_xml_becomes_streets_that_are_kept_as_an_extract(tmp_path: Path) -> None:
    town = mainland_and_island()
    town.write(tmp_path / "town.osm.pbf")
    with osmium.SimpleWriter(str(tmp_path / "town.osm")) as writer:
        thing: Any
        for thing in osmium.FileProcessor(str(tmp_path / "town.osm.pbf")):
            writer.add(thing.replace(id=-thing.id, nodes=[-node.ref for node in thing.nodes])
                       if thing.is_way() else thing.replace(id=-thing.id))  # fmt: skip
    made = import_streets(tmp_path / "data", tmp_path / "town.osm", dry_run=False, progress=silent)
    assert (made["network"]["segments"], made["features"]["roads"]) == (24, 28)
    again = import_streets(tmp_path / "b", streets_file(tmp_path / "data"), dry_run=False, progress=silent)
    assert again["network"] == made["network"]
