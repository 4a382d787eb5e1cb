"""What OpenStreetMap tags mean for a service vehicle. Pure rules on plain dictionaries.

Sources: the OpenStreetMap wiki pages Key:access, Key:oneway, Key:maxspeed, Key:barrier,
Key:highway, Key:duration and Tag:route=ferry (https://wiki.openstreetmap.org). Access and oneway: `access`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .access import BACKWARD, FORWARD, MODES, access, explicitly_open, oneway
from .profile import NO_STOPPING, ROAD_CLASSES, DrivingProfile

Tags = Mapping[str, str]

_KMH_PER_MPH = 1.609344
_KMH_PER_KNOT = 1.852
_SERVICE_CLASSES = {"alley": "alley", "driveway": "driveway", "parking_aisle": "parking_aisle"}
_ONLY_WITH_PERMISSION = frozenset(
    {"track", "pedestrian", "footway", "cycleway", "path", "bridleway", "busway"}
)
_DURATION = re.compile(r"P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)S)?)?")
_CLOCK = re.compile(r"(?P<h>\d{1,2}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?")
_MINUTES = re.compile(r"(?P<m>\d+)(?:\s*min(?:utes)?)?")
_LONGEST_FERRY_SECONDS = 2 * 86_400
_UNPAVED = frozenset(
    (
        *("unpaved", "gravel", "fine_gravel", "compacted", "dirt", "earth", "ground"),
        *("grass", "sand", "mud", "pebblestone", "rock", "wood"),
    )
)
_BLOCKING = frozenset(
    (
        *("bollard", "block", "jersey_barrier", "log", "debris", "chain", "fence", "wall", "hedge"),
        *("cycle_barrier", "motorcycle_barrier", "kissing_gate", "wicket_gate", "stile", "horse_stile"),
        *("turnstile", "full-height_turnstile", "planter", "guard_rail", "bus_trap", "sump_buster"),
        *("rope", "tank_trap", "cable_barrier", "ditch", "retaining_wall", "city_wall", "handrail", "yes"),
    )
)
_GATES = frozenset(
    ("gate", "lift_gate", "swing_gate", "sliding_gate", "hampshire_gate", "toll_booth", "border_control")
)


@dataclass(frozen=True, slots=True)
class WayRules:
    """What one way means: its class, km/h along and against its drawing direction (0: not allowed)."""

    road_class: str
    forward_kmh: float
    backward_kmh: float
    restricted: bool
    roundabout: bool
    may_stop: bool
    name: str
    duration_s: float | None = None
    """What a crossing takes from end to end, where the map says it; the speeds are then the class's."""


@dataclass(frozen=True, slots=True)
class NodeRules:
    """What one node means: a signal, a stop sign, a barrier nobody passes, or seconds lost at a gate."""

    signal: bool = False
    stop_sign: bool = False
    blocks: bool = False
    gate: bool = False


def speed_kmh(text: str) -> float | None:
    """A maxspeed value in km/h, or None when it names no number ("signals", "US:urban", "none")."""
    value = text.split(";", maxsplit=1)[0].strip().lower()
    if value == "walk":
        return 6.0
    for unit, factor in (("mph", _KMH_PER_MPH), ("knots", _KMH_PER_KNOT), ("km/h", 1.0), ("kmh", 1.0)):
        if value.endswith(unit):
            value, scale = value.removesuffix(unit).strip(), factor
            break
    else:
        scale = 1.0
    try:
        number = float(value)
    except ValueError:
        return None
    return number * scale if 1 <= number * scale <= 200 else None


def duration_s(text: str) -> float | None:
    """Seconds of a `duration` value (ISO 8601 `PT1H30M`, `hh:mm`, `hh:mm:ss`, whole minutes), else None."""
    value = text.strip().upper()
    found = _DURATION.fullmatch(value) or _CLOCK.fullmatch(value) or _MINUTES.fullmatch(text.strip().lower())
    if found is None:
        return None
    parts = {unit: int(number) for unit, number in found.groupdict().items() if number}
    seconds = sum(parts.get(unit, 0) * size for unit, size in zip("dhms", (86_400, 3600, 60, 1), strict=True))
    return float(seconds) if 0 < seconds <= _LONGEST_FERRY_SECONDS else None


def road_class(tags: Tags) -> str | None:
    """The class of a way that cars may use, or None."""
    highway = tags.get("highway", "")
    if not highway:
        return "ferry" if tags.get("route") == "ferry" and _carries_vehicles(tags) else None
    if tags.get("area") == "yes":
        return None
    emergency = highway == "service" and tags.get("service") == "emergency_access"
    if emergency or highway in _ONLY_WITH_PERMISSION:
        return "track" if explicitly_open(tags) else None
    if highway == "service":
        return _SERVICE_CLASSES.get(tags.get("service", ""), "service")
    return highway if highway in ROAD_CLASSES and highway not in _SERVICE_CLASSES else None


def _carries_vehicles(tags: Tags) -> bool:
    """A ferry says whom it carries. One that says nothing carries vehicles, unless it names walkers or
    cyclists alone; the class of road it continues (`ferry=secondary`) settles it."""
    if any(f"{mode}{suffix}" in tags for mode in MODES for suffix in ("", f":{FORWARD}", f":{BACKWARD}")):
        return True
    return tags.get("ferry") in ROAD_CLASSES or not {"foot", "bicycle"} & tags.keys()


def directions(tags: Tags, road: str) -> tuple[bool, bool]:
    """May it be driven (along, against) its drawing direction, as its oneway tags say?"""
    roundabout = tags.get("junction") in ("roundabout", "circular")
    return oneway(tags, "yes" if roundabout or road == "motorway" else "no")


def read_way(tags: Tags, profile: DrivingProfile) -> WayRules | None:
    """The rules of a way, or None when no service vehicle drives there."""
    road = road_class(tags)
    if road is None:
        return None
    allowed = tuple(
        access(tags, direction) if open_way else "closed"
        for direction, open_way in zip((FORWARD, BACKWARD), directions(tags, road), strict=True)
    )
    forward, backward = (here != "closed" for here in allowed)
    if not (forward or backward):
        return None
    return WayRules(
        road_class=road,
        forward_kmh=_driven_kmh(tags, road, "maxspeed:forward", profile) if forward else 0.0,
        backward_kmh=_driven_kmh(tags, road, "maxspeed:backward", profile) if backward else 0.0,
        restricted="restricted" in allowed,
        roundabout=tags.get("junction") in ("roundabout", "circular"),
        may_stop=road not in NO_STOPPING and tags.get("motorroad") != "yes",
        name=(tags.get("name") or tags.get("ref") or "").strip(),
        duration_s=duration_s(tags.get("duration", "")) if road == "ferry" else None,
    )


def _driven_kmh(tags: Tags, road: str, key: str, profile: DrivingProfile) -> float:
    posted = speed_kmh(tags.get(key, "")) or speed_kmh(tags.get("maxspeed", ""))
    kmh = posted * profile.limit_share if posted else profile.speeds_kmh[road]
    if tags.get("surface", "") in _UNPAVED:
        kmh *= profile.unpaved_share
    return max(kmh, 3.0)


def read_node(tags: Tags) -> NodeRules | None:
    """The rules of a node, or None when it does not matter to a driver."""
    barrier = tags.get("barrier", "")
    closed = access(tags) == "closed"
    open_here = any(mode in tags for mode in MODES) and not closed
    shut = barrier in _BLOCKING or (barrier in _GATES and tags.get("locked") == "yes")
    rules = NodeRules(
        signal=tags.get("highway") == "traffic_signals",
        stop_sign=tags.get("highway") in ("stop", "give_way"),
        blocks=(shut and not open_here) or (bool(barrier) and closed),
        gate=barrier in _GATES and not closed and (open_here or not shut),
    )
    return rules if rules != NodeRules() else None
