"""Tiles and styles made by the real tile maker, read back from the file."""

import json
from pathlib import Path

import osmium
import pytest

from demo.town import generate_town
from geo.maps import THEMES, build_basemap, build_basemap_folder, read_tile_file
from geo.roads.streets_pbf import StreetNode, StreetRelation, StreetWay, write_street_pbf
from workorders.problems import Problem

NODES = [
    StreetNode(1, -98.60, 39.10, {"place": "town", "name": "Demo"}),
    StreetNode(2, -98.60, 39.11),
    StreetNode(3, -98.59, 39.11),
    StreetNode(4, -98.59, 39.10),
    StreetNode(5, -98.598, 39.102),
    StreetNode(6, -98.598, 39.104),
    StreetNode(7, -98.596, 39.104),
]


def test_a_town_becomes_a_tile_file_with_its_layers_bounds_and_attribution(tmp_path: Path) -> None:
    town = generate_town(3, 300)
    write_street_pbf(tmp_path / "town.osm.pbf", town.nodes, town.ways, town.relations)
    heard: list[float] = []
    summary = build_basemap_folder(
        tmp_path / "town.osm.pbf",
        tmp_path / "map",
        attribution=town.attribution,
        progress=lambda done, _: heard.append(done),
    )
    file = read_tile_file(tmp_path / "map" / "district.pmtiles")
    assert file == summary.file
    assert file.layers == ("buildings", "land", "places", "roads", "water")
    assert (file.min_zoom, file.max_zoom) == (5, 14)
    assert file.attribution == "Demo street data, generated"
    west, south, east, north = file.bounds
    assert west < town.yard[0] < east
    assert south < town.yard[1] < north
    assert summary.features["buildings"] == 300
    assert heard == sorted(heard)
    assert sorted(path.name for path in (tmp_path / "map").iterdir()) == [
        "district.pmtiles",
        "style-dark.json",
        "style-light.json",
        "style-print.json",
    ]


def test_styles_name_only_layers_that_tiles_have_and_no_other_host(tmp_path: Path) -> None:
    write_street_pbf(tmp_path / "a.osm.pbf", NODES, [StreetWay(1, (1, 2), {"highway": "residential"})])
    build_basemap_folder(tmp_path / "a.osm.pbf", tmp_path / "map")
    for theme in THEMES:
        text = (tmp_path / "map" / f"style-{theme}.json").read_text()
        style = json.loads(text)
        assert "glyphs" not in style
        assert "sprite" not in style
        assert "http" not in text
        assert style["sources"]["district"]["url"] == "pmtiles:///basemap/district.pmtiles"
        assert style["sources"]["district"]["attribution"] == "© OpenStreetMap contributors"
        used = {layer["source-layer"] for layer in style["layers"] if "source-layer" in layer}
        assert used == {"buildings", "land", "places", "roads", "water", "waterways"}
        assert len({layer["id"] for layer in style["layers"]}) == len(style["layers"])


def test_lakes_with_islands_and_unsorted_files_are_read(tmp_path: Path) -> None:
    ways = [
        StreetWay(1, (1, 2, 3, 4, 1), {}),
        StreetWay(2, (5, 6, 7, 5), {}),
        StreetWay(3, (1, 3), {"highway": "residential", "name": "Elm Street", "oneway": "-1"}),
    ]
    lake = StreetRelation(
        1, (("w", 1, "outer"), ("w", 2, "inner")), {"type": "multipolygon", "natural": "water"}
    )
    write_street_pbf(tmp_path / "sorted.osm.pbf", NODES, ways, [lake])
    with osmium.SimpleWriter(str(tmp_path / "mixed.osm.pbf")) as writer:
        for thing in reversed(ways):
            writer.add_way(
                osmium.osm.mutable.Way(id=thing.id, nodes=list(thing.nodes), tags=dict(thing.tags))
            )
        members = list(lake.members)
        writer.add_relation(osmium.osm.mutable.Relation(id=1, members=members, tags=dict(lake.tags)))
        for node in NODES:
            place = (node.lon, node.lat)
            writer.add_node(osmium.osm.mutable.Node(id=node.id, location=place, tags=dict(node.tags)))
    for name in ("sorted", "mixed"):
        summary = build_basemap(tmp_path / f"{name}.osm.pbf", tmp_path / f"{name}.pmtiles")
        assert summary.features == {"places": 1, "roads": 1, "water": 1}


def test_a_file_without_streets_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    write_street_pbf(tmp_path / "none.osm.pbf", NODES, [StreetWay(1, (1, 2, 3, 1), {"building": "yes"})])
    with pytest.raises(Problem) as caught:
        build_basemap(tmp_path / "none.osm.pbf", tmp_path / "none.pmtiles")
    assert caught.value.code == "no_roads_in_extract"
    assert [path.name for path in tmp_path.iterdir()] == ["none.osm.pbf"]


@pytest.mark.parametrize(
    "content", [b"", b"PMTiles\x02" + b"\0" * 200, b"PMTiles\x03" + b"\xff" * 200, b"x" * 40]
)
def test_a_damaged_tile_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.pmtiles").write_bytes(content)
    with pytest.raises(Problem) as caught:
        read_tile_file(tmp_path / "bad.pmtiles")
    assert caught.value.code == "basemap_unreadable"


def test_a_tile_maker_that_gives_up_is_reported_in_its_words(tmp_path: Path) -> None:
    write_street_pbf(tmp_path / "a.osm.pbf", NODES, [StreetWay(1, (1, 2), {"highway": "residential"})])
    (tmp_path / "locked").mkdir()
    with pytest.raises(Problem) as caught:
        build_basemap(tmp_path / "a.osm.pbf", tmp_path / "nowhere" / "a.pmtiles")
    assert caught.value.code == "basemap_failed"
    assert str(caught.value.details["reason"])
