"""Small street maps drawn in metres, built into real networks."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geo.distance import METRES_PER_DEGREE
from geo.roads import DrivingProfile, LonLat, RoadNetwork, build_network
from geo.roads.streets_pbf import StreetNode, StreetRelation, StreetWay, write_street_pbf

LON, LAT = -98.6, 39.1
"""The maps' origin: farmland in Kansas."""

FREE = DrivingProfile(
    limit_share=1.0,
    right_turn_s=0,
    left_turn_s=0,
    u_turn_s=0,
    dead_end_turn_s=0,
    signal_s=0,
    stop_sign_s=0,
    gate_s=0,
    restricted_entry_s=0,
)
"""Distance over speed and nothing else."""

KMH_36 = {"maxspeed": "36"}
"""Ten metres a second: a time in seconds is a tenth of the metres."""


def at(x: float, y: float) -> LonLat:
    """The point so many metres east and north of the origin."""
    return LON + x / METRES_PER_DEGREE / math.cos(math.radians(LAT)), LAT + y / METRES_PER_DEGREE


@dataclass
class Map:
    """Nodes by id with their place in metres and tags; streets; turn restrictions."""

    places: dict[int, tuple[float, float]]
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: list[StreetWay] = field(default_factory=list)
    relations: list[StreetRelation] = field(default_factory=list)

    def street(self, *nodes: int, id: int | None = None, **tags: str) -> int:  # noqa: A002 - OpenStreetMap's word
        """Draw a residential street at 36 km/h unless the tags say otherwise. Returns its id."""
        number = id or len(self.ways) + 1
        self.ways.append(StreetWay(number, nodes, {"highway": "residential", **KMH_36, **tags}))
        return number

    def restrict(self, kind: str, start: int, via: tuple[str, Sequence[int]], end: int, **tags: str) -> None:
        """A turn restriction from a street over a node ("n") or streets ("w") to a street."""
        members = [("w", start, "from"), *((via[0], ref, "via") for ref in via[1]), ("w", end, "to")]
        number = len(self.relations) + 1
        wanted = {"type": "restriction", "restriction": kind, **tags}
        self.relations.append(StreetRelation(number, tuple(members), wanted))

    def write(self, path: Path) -> Path:
        """Write the map as an OpenStreetMap file."""
        nodes = [StreetNode(n, *at(*place), self.node_tags.get(n, {})) for n, place in self.places.items()]
        write_street_pbf(path, nodes, self.ways, self.relations)
        return path

    def network(self, folder: Path, profile: DrivingProfile = FREE) -> RoadNetwork:
        """Build and open the map's network."""
        pbf = self.write(folder / "map.osm.pbf")
        build_network(pbf, folder / "map.roads", profile=profile)
        return RoadNetwork.open(folder / "map.roads")


def grid(columns: int, rows: int, block: float = 100.0, streets: Mapping[str, str] | None = None) -> Map:
    """A lattice: node c + 10·r at (c, r) blocks; one way from each node east and north.

    The way east of node n has id 100 + n, the way north of it 200 + n.
    """
    town = Map({c + 10 * r: (c * block, r * block) for r in range(rows) for c in range(columns)})
    town.places = {node + 1: place for node, place in town.places.items()}
    for r in range(rows):
        for c in range(columns):
            here = c + 10 * r + 1
            if c + 1 < columns:
                town.street(here, here + 1, id=100 + here, name=f"Row {r}", **(streets or {}))
            if r + 1 < rows:
                town.street(here, here + 10, id=200 + here, name=f"Column {c}", **(streets or {}))
    return town
