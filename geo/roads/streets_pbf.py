"""Writing plain street data as an OpenStreetMap file (.osm.pbf): the demo district's, and tests'."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import osmium


@dataclass(frozen=True, slots=True)
class StreetNode:
    """A point in degrees with OpenStreetMap tags. Ids are positive and unique among nodes."""

    id: int
    lon: float
    lat: float
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StreetWay:
    """A line through nodes, or an area when it ends where it begins."""

    id: int
    nodes: tuple[int, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StreetRelation:
    """Members as (kind "n", "w" or "r", id, role): a turn restriction, a multipolygon."""

    id: int
    members: tuple[tuple[str, int, str], ...]
    tags: Mapping[str, str]


Thing = TypeVar("Thing", StreetNode, StreetWay, StreetRelation)


def write_street_pbf(
    path: Path | str,
    nodes: Iterable[StreetNode],
    ways: Iterable[StreetWay],
    relations: Iterable[StreetRelation] = (),
) -> None:
    """Write the data sorted by kind and id, as readers expect; the file appears whole or not at all.

    Raises ValueError for an id used twice, a way through a node that is not there, or a place off the earth.
    """
    target = Path(path)
    by_id = _by_id(nodes, "node")
    for node in by_id.values():
        if not (-180 <= node.lon <= 180 and -90 <= node.lat <= 90):
            raise ValueError(f"node {node.id} lies at {node.lon}, {node.lat}: not on the earth")
    way_by_id = _by_id(ways, "way")
    for way in way_by_id.values():
        if len(way.nodes) < 2 or not by_id.keys() >= set(way.nodes):
            raise ValueError(f"way {way.id} needs two nodes or more, all of them given")
    relation_by_id = _by_id(relations, "relation")
    # osmium takes the format from the suffix, so it stays last.
    draft = target.with_name(f"draft-{target.name.removesuffix('.osm.pbf')}.osm.pbf")
    try:
        with osmium.SimpleWriter(str(draft), header=_header(by_id.values()), overwrite=True) as writer:
            for node in by_id.values():
                mutable = osmium.osm.mutable.Node
                writer.add_node(mutable(id=node.id, location=(node.lon, node.lat), tags=dict(node.tags)))
            for way in way_by_id.values():
                writer.add_way(osmium.osm.mutable.Way(id=way.id, nodes=list(way.nodes), tags=dict(way.tags)))
            for relation in relation_by_id.values():
                made = osmium.osm.mutable.Relation(
                    id=relation.id, members=list(relation.members), tags=dict(relation.tags)
                )
                writer.add_relation(made)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _by_id(things: Iterable[Thing], kind: str) -> dict[int, Thing]:
    ordered = sorted(things, key=lambda thing: thing.id)
    for before, after in pairwise(ordered):
        if before.id == after.id:
            raise ValueError(f"{kind} {after.id} is given twice")
    return {thing.id: thing for thing in ordered}


def _header(nodes: Collection[StreetNode]) -> osmium.io.Header:
    header = osmium.io.Header()
    header.set("generator", "curbstop")
    header.set("sorting", "Type_then_ID")
    if nodes:
        lons, lats = [node.lon for node in nodes], [node.lat for node in nodes]
        header.add_box(osmium.osm.Box(min(lons), min(lats), max(lons), max(lats)))
    return header
