"""One reader for every kind of extract: roads and map see the same streets, however the file was written."""

import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import osmium
import pytest

from geo.maps.features import write_features
from geo.roads import RoadNetwork, build_network
from geo.roads.osm_file import prepared_extract
from geo.roads.streets_pbf import StreetWay
from tests.unit.roads.maps import Map, at, grid
from workorders.problems import Problem

Number = Callable[[int], int]
mutable = osmium.osm.mutable


def town() -> Map:
    """Nine blocks with a turn restriction, whose effect shows that relations survived as well."""
    made = grid(4, 4)
    made.restrict("no_left_turn", 101, ("n", [2]), 202)
    return made


def write(
    path: Path,
    made: Map,
    *,
    node: Number = lambda n: n,
    way: Number = lambda n: n,
    header: osmium.io.Header | None = None,
    shuffled: bool = False,
    leave_out: frozenset[int] = frozenset(),
    twice: bool = False,
) -> Path:
    things: list[object] = [
        mutable.Node(id=node(n), location=at(*place))
        for n, place in made.places.items()
        if n not in leave_out
    ]
    things += [
        mutable.Way(id=way(w.id), nodes=[node(n) for n in w.nodes], tags=dict(w.tags)) for w in made.ways
    ]
    for relation in made.relations:
        members = [(k, {"n": node, "w": way}[k](ref), role) for k, ref, role in relation.members]
        things.append(mutable.Relation(id=relation.id, members=members, tags=dict(relation.tags)))
    if twice:
        things += things[len(made.places) :]
    if shuffled:
        random.Random(3).shuffle(things)
    with osmium.SimpleWriter(str(path), header=header or osmium.io.Header()) as writer:
        for thing in things:
            writer.add(thing)
    return path


def declared_sorted() -> osmium.io.Header:
    header = osmium.io.Header()
    header.set("sorting", "Type_then_ID")
    return header


def places_on_ways(path: Path, made: Map, *, keep: frozenset[int] = frozenset()) -> Path:
    """As `osmium add-locations-to-ways` writes: nodes without tags are gone, ways carry the places."""
    whole = write(path.with_name("whole.osm.pbf"), made)
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,locations_on_ways=true")) as writer:
        thing: Any
        for thing in osmium.FileProcessor(str(whole)).with_locations():
            if not thing.is_node() or thing.id in keep:
                writer.add(thing)
    return path


def drawn(path: Path) -> list[list[list[list[float]]]]:
    """The lines of every road of the map."""
    out = io.BytesIO()
    write_features(path, out)
    shapes = [orjson.loads(line)["geometry"] for line in out.getvalue().splitlines()]
    return sorted([s["coordinates"]] if s["type"] == "LineString" else s["coordinates"] for s in shapes)


def driven(path: Path) -> tuple[int, list[list[int]]]:
    """Segments and some travel times of the network."""
    out = path.with_name("out.roads")
    summary = build_network(path, out)
    points = [at(50, 0), at(100, 50), at(300, 250), at(0, 150)]
    return summary.segments, RoadNetwork.open(out).matrix(points).tolist()


VARIANTS: dict[str, Callable[[Path], Path]] = {
    "negative ids": lambda f: write(f / "a.osm.pbf", town(), node=lambda n: -n, way=lambda n: -n),
    "negative ways only, declared sorted": lambda f: write(
        f / "a.osm.pbf", town(), way=lambda n: -n, header=declared_sorted()
    ),
    "some negative": lambda f: write(
        f / "a.osm.pbf", town(), node=lambda n: -n if n % 3 else n, way=lambda n: n if n % 2 else -n
    ),
    "a negative id beside its positive": lambda f: write(
        f / "a.osm.pbf", town(), node=lambda n: n if n < 20 else 20 - n - 1
    ),
    "an editor's xml": lambda f: write(f / "a.osm", town(), node=lambda n: -n, way=lambda n: -n),
    "packed xml": lambda f: write(f / "a.osm.gz", town()),
    "places on ways": lambda f: places_on_ways(f / "a.osm.pbf", town()),
    "places on ways, some nodes kept": lambda f: places_on_ways(
        f / "a.osm.pbf", town(), keep=frozenset({1, 12})
    ),
    "unsorted": lambda f: write(f / "a.osm.pbf", town(), shuffled=True),
    "unsorted and declared sorted": lambda f: write(
        f / "a.osm.pbf", town(), shuffled=True, header=declared_sorted()
    ),
    "merged, everything twice": lambda f: write(f / "a.osm.pbf", town(), twice=True),
    "merged, twice and negative": lambda f: write(
        f / "a.osm.pbf", town(), twice=True, node=lambda n: -n, way=lambda n: -n, shuffled=True
    ),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_however_an_extract_is_written_roads_and_map_are_the_same(tmp_path: Path, variant: str) -> None:
    plain = town().write(tmp_path / "plain.osm.pbf")
    path = VARIANTS[variant](tmp_path)
    assert driven(path) == driven(plain)
    assert drawn(path) == drawn(plain)
    assert len(drawn(path)) == 24


@pytest.mark.parametrize("order", ["as it is", "unsorted"])
def test_the_map_draws_what_the_network_drives_where_nodes_are_missing(tmp_path: Path, order: str) -> None:
    made = Map({n: (100.0 * n, 0.0) for n in range(1, 7)} | {9: (100.0, 80.0)})
    made.street(1, 2, 3, 4, 5, 6)
    made.street(1, 9)
    path = write(tmp_path / "cut.osm.pbf", made, leave_out=frozenset({3}), shuffled=order == "unsorted")
    summary = build_network(path, tmp_path / "cut.roads")
    lines = [line for street in drawn(path) for line in street]
    assert len(lines) == 3
    assert summary.segments + summary.segments_dropped == 3
    # Without the place of the middle node, nothing is drawn from one side of it to the other.
    west, east = at(200, 0)[0], at(400, 0)[0]
    assert all(
        max(x for x, _ in line) < west + 1e-6 or min(x for x, _ in line) > east - 1e-6 for line in lines
    )


def test_a_missing_node_that_a_renumbered_one_could_be_taken_for_stays_missing(tmp_path: Path) -> None:
    made = Map({1: (0, 0), 2: (100, 0), 3: (200, 0)})
    made.street(1, 2, 3)
    # The way names node 4, which is not in the file; the largest id that is there is 3.
    made.ways.append(StreetWay(2, (3, 4), {"highway": "residential"}))
    path = write(tmp_path / "a.osm.pbf", made, node=lambda n: -1 if n == 2 else n)
    assert len(drawn(path)) == 1


def test_streets_whose_nodes_are_nowhere_are_said_to_be_so(tmp_path: Path) -> None:
    path = write(tmp_path / "bare.osm.pbf", town(), leave_out=frozenset(town().places))
    with pytest.raises(Problem) as caught:
        build_network(path, tmp_path / "bare.roads")
    assert caught.value.code == "no_roads_in_extract"
    assert "24 streets but not the places of their nodes" in caught.value.words


def test_an_orderly_file_is_read_where_it_lies(tmp_path: Path) -> None:
    path = town().write(tmp_path / "plain.osm.pbf")
    with prepared_extract(path) as prepared:
        assert prepared == path
