"""Reading the streets out of an OpenStreetMap file into plain arrays."""

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

from geo.distance import METRES_PER_DEGREE
from workorders.problems import Problem

from .access import MODES, at_some_hours
from .osm_file import Vertex, known_runs, osm_problems, prepared_extract
from .profile import CLASS_CODE, DrivingProfile
from .tags import NodeRules, WayRules, read_node, read_way
from .values import Progress

RESTRICTED, ROUNDABOUT, MAY_STOP = 1, 2, 4
"""Bits of a way's and a segment's flags."""

_RESTRICTED_MODES = tuple(f"restriction:{mode}" for mode in MODES[:3])
_RESTRICTION_KEYS = tuple(
    f"{key}{when}" for key in (*_RESTRICTED_MODES, "restriction") for when in ("", ":conditional")
)
_FERRY_KMH = (0.1, 100.0)
"""What a crossing's length over its duration may come to; beyond, one of them is a slip."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """A turn restriction: `only` or forbidden; via is one node, or ways in order."""

    only: bool
    from_ways: tuple[int, ...]
    via_node: int | None
    via_ways: tuple[int, ...]
    to_ways: tuple[int, ...]


@dataclass(slots=True)
class RawStreets:
    """Ways that vehicles drive, as parallel arrays; way i's nodes are [first[i], first[i + 1]).

    Coordinates are whole 10⁻⁷ degrees. Speeds are km/h along and against the drawing direction.
    """

    way_id: "array[int]" = field(default_factory=lambda: array("q"))
    first: "array[int]" = field(default_factory=lambda: array("q", [0]))
    node_id: "array[int]" = field(default_factory=lambda: array("q"))
    x: "array[int]" = field(default_factory=lambda: array("i"))
    y: "array[int]" = field(default_factory=lambda: array("i"))
    road_class: "array[int]" = field(default_factory=lambda: array("B"))
    flags: "array[int]" = field(default_factory=lambda: array("B"))
    forward_kmh: "array[float]" = field(default_factory=lambda: array("f"))
    backward_kmh: "array[float]" = field(default_factory=lambda: array("f"))
    name: "array[int]" = field(default_factory=lambda: array("i"))
    names: dict[str, int] = field(default_factory=lambda: {"": 0})
    nodes: dict[int, NodeRules] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)

    def add_way(self, way_id: int, nodes: list[Vertex], rules: WayRules) -> None:
        """Append one way of at least two (node id, x, y)."""
        self.way_id.append(way_id)
        for ref, x, y in nodes:
            self.node_id.append(ref)
            self.x.append(x)
            self.y.append(y)
        self.first.append(len(self.node_id))
        self.road_class.append(CLASS_CODE[rules.road_class])
        self.flags.append(
            RESTRICTED * rules.restricted + ROUNDABOUT * rules.roundabout + MAY_STOP * rules.may_stop
        )
        self.forward_kmh.append(rules.forward_kmh)
        self.backward_kmh.append(rules.backward_kmh)
        self.name.append(self.names.setdefault(rules.name, len(self.names)))


def read_streets(path: FilePath, profile: DrivingProfile, progress: Progress) -> RawStreets:
    """Read every drivable way, the nodes that delay or block, and the turn restrictions.

    Raises Problem `street_file_unreadable` for a file that is no OpenStreetMap data and
    `no_roads_in_extract` for one without a road, saying why.
    """
    raw = RawStreets()
    ways, unplaced = 0, 0
    with prepared_extract(path) as source:
        keys = osmium.filter.KeyFilter("highway", "barrier", "route", *_RESTRICTION_KEYS)
        processor = osmium.FileProcessor(str(source)).with_locations().with_filter(keys)
        with osm_problems(path):
            thing: Any
            for thing in processor:
                if thing.is_way():
                    ways += 1
                    unplaced += not _add_way(raw, thing, profile)
                    if ways % 50_000 == 0:
                        progress(min(0.35, ways / 4e6), f"Reading streets: {ways:,} ways")
                elif thing.is_node():
                    if (rules := read_node(dict(thing.tags))) is not None:
                        raw.nodes[thing.id] = rules
                elif thing.is_relation():
                    _add_restriction(raw, thing)
    if not raw.way_id:
        reason = "none of its ways is a street for vehicles"
        if unplaced:
            reason = f"it names {unplaced:,} streets but not the places of their nodes"
        raise Problem("no_roads_in_extract", file=path.name, reason=reason)
    return raw


def _add_way(raw: RawStreets, way: Any, profile: DrivingProfile) -> bool:
    """Add what is known of a way. False for a street of which no two neighbouring nodes have a place."""
    rules = read_way(dict(way.tags), profile)
    if rules is None:
        return True
    runs = known_runs(way)
    if rules.duration_s is not None:
        rules = _timed(rules, runs, rules.duration_s)
    for run in runs:
        raw.add_way(way.id, run, rules)
    return bool(runs)


def _timed(rules: WayRules, runs: list[list[Vertex]], seconds: float) -> WayRules:
    """A ferry at the speed that its duration means."""
    kmh = 3.6 * sum(_metres(run) for run in runs) / seconds
    slowest, fastest = _FERRY_KMH
    if not slowest <= kmh <= fastest:
        return rules
    return replace(
        rules,
        forward_kmh=kmh if rules.forward_kmh else 0.0,
        backward_kmh=kmh if rules.backward_kmh else 0.0,
    )


def _metres(run: list[Vertex]) -> float:
    return METRES_PER_DEGREE * sum(
        math.hypot((bx - ax) * math.cos(math.radians((ay + by) / 2e7)), by - ay) / 1e7
        for (_, ax, ay), (_, bx, by) in pairwise(run)
    )


def _add_restriction(raw: RawStreets, relation: Any) -> None:
    tags: dict[str, str] = dict(relation.tags)
    rule = _rule(tags)
    if rule is None:
        return
    members = [(m.type, m.ref, m.role) for m in relation.members]
    via_nodes = [ref for kind, ref, role in members if role == "via" and kind == "n"]
    raw.restrictions.append(
        Restriction(
            only=rule.startswith("only_"),
            from_ways=_ways(members, "from"),
            via_node=via_nodes[0] if len(via_nodes) == 1 else None,
            via_ways=_ways(members, "via"),
            to_ways=_ways(members, "to"),
        )
    )


def _rule(tags: dict[str, str]) -> str | None:
    """The turn rule of a relation for a van, also one that holds at some hours only; or None."""
    if not tags.get("type", "").startswith("restriction"):
        return None
    excepted = {part.strip() for part in tags.get("except", "").split(";")}
    said: list[str] = []
    for key in _RESTRICTED_MODES:
        said += [tags.get(key, ""), *at_some_hours(tags.get(f"{key}:conditional", ""))]
    if not excepted & set(MODES[:3]):
        said += [tags.get("restriction", ""), *at_some_hours(tags.get("restriction:conditional", ""))]
    return next((rule for rule in said if rule.startswith(("no_", "only_"))), None)


def _ways(members: list[tuple[str, int, str]], role: str) -> tuple[int, ...]:
    return tuple(ref for kind, ref, its_role in members if kind == "w" and its_role == role)


def raw_arrays(raw: RawStreets) -> Mapping[str, NDArray[Any]]:
    """The numeric columns as arrays that share the memory they were read into."""
    columns = (
        "way_id",
        "first",
        "node_id",
        "x",
        "y",
        "road_class",
        "flags",
        "forward_kmh",
        "backward_kmh",
        "name",
    )
    return {column: np.asarray(getattr(raw, column)) for column in columns}
