"""`curbstop basemap` makes the map alone, where it is asked to."""

import json
from pathlib import Path

from click.testing import CliRunner

from geo.roads.streets_pbf import StreetNode, StreetWay, write_street_pbf
from server.cli import Discovered


def test_the_map_is_made_in_the_folder_named(tmp_path: Path) -> None:
    extract = tmp_path / "two.osm.pbf"
    nodes = [StreetNode(1, -98.6, 39.1), StreetNode(2, -98.595, 39.1)]
    write_street_pbf(extract, nodes, [StreetWay(1, (1, 2), {"highway": "residential", "name": "Elm Street"})])
    folder = tmp_path / "map"
    done = CliRunner().invoke(Discovered(), ["basemap", str(extract), "--folder", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["features"]["roads"] == 1
    assert {path.name for path in folder.iterdir()} == {
        "district.pmtiles",
        "style-light.json",
        "style-dark.json",
        "style-print.json",
    }


def test_a_file_that_is_no_extract_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"no streets")
    folder = tmp_path / "map"
    done = CliRunner().invoke(Discovered(), ["basemap", str(broken), "--folder", str(folder)])
    assert done.exit_code == 1
    assert "street_file_unreadable" in done.stderr
    assert not folder.exists() or not list(folder.iterdir())
