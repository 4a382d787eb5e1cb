"""What OpenStreetMap tags mean for a service vehicle. Pure rules on plain dictionaries.

Sources: the OpenStreetMap wiki pages Key:access, Key:oneway, Key:maxspeed, Key:barrier,
Key:highway (https://wiki.openstreetmap.org).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .profile import NO_STOPPING, ROAD_CLASSES, DrivingProfile

Tags = Mapping[str, str]

_KMH_PER_MPH = 1.609344
_KMH_PER_KNOT = 1.852
_SERVICE_CLASSES = {"alley": "alley", "driveway": "driveway", "parking_aisle": "parking_aisle"}
# The most particular key that is present decides (Key:access, "transport mode hierarchy").
_ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
_OPEN = frozenset({"yes", "permissive", "designated", "public", "official", "unknown", "service"})
_RESTRICTED = frozenset({"private", "customers", "destination", "delivery", "permit", "residents"})
_ONLY_WITH_PERMISSION = frozenset({"track", "pedestrian"})
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
        *("turnstile", "full-height_turnstile", "planter", "guard_rail"),
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


def access(tags: Tags) -> str:
    """ "open", "restricted" (may be entered to work there) or "closed"."""
    value = next((tags[key] for key in _ACCESS_KEYS if key in tags), "yes").split(";")[0].strip()
    if value in _OPEN:
        return "open"
    return "restricted" if value in _RESTRICTED else "closed"


def road_class(tags: Tags) -> str | None:
    """The class of a way that cars may use, or None."""
    highway = tags.get("highway", "")
    if not highway:
        on_board = tags.get("motor_vehicle", tags.get("motorcar", "no"))
        return "ferry" if tags.get("route") == "ferry" and on_board in _OPEN else None
    if tags.get("area") == "yes" or (highway == "service" and tags.get("service") == "emergency_access"):
        return None
    if highway in _ONLY_WITH_PERMISSION:
        allowed = any(tags.get(key) in _OPEN | _RESTRICTED for key in _ACCESS_KEYS[:3])
        return "track" if allowed else None
    if highway == "service":
        return _SERVICE_CLASSES.get(tags.get("service", ""), "service")
    return highway if highway in ROAD_CLASSES and highway not in _SERVICE_CLASSES else None


def directions(tags: Tags, road: str) -> tuple[bool, bool]:
    """May it be driven (along, against) its drawing direction?"""
    roundabout = tags.get("junction") in ("roundabout", "circular")
    implied = "yes" if roundabout or road == "motorway" else "no"
    oneway = tags.get("oneway:motor_vehicle", tags.get("oneway", implied))
    if oneway in ("yes", "1", "true"):
        return True, False
    if oneway in ("-1", "reverse"):
        return False, True
    # A reversible road's direction depends on the hour: nobody may be sent there on a guess.
    return (False, False) if oneway == "reversible" else (True, True)


def read_way(tags: Tags, profile: DrivingProfile) -> WayRules | None:
    """The rules of a way, or None when no service vehicle drives there."""
    road = road_class(tags)
    if road is None:
        return None
    allowed = access(tags)
    forward, backward = directions(tags, road)
    if allowed == "closed" or not (forward or backward):
        return None
    return WayRules(
        road_class=road,
        forward_kmh=_driven_kmh(tags, road, "maxspeed:forward", profile) if forward else 0.0,
        backward_kmh=_driven_kmh(tags, road, "maxspeed:backward", profile) if backward else 0.0,
        restricted=allowed == "restricted",
        roundabout=tags.get("junction") in ("roundabout", "circular"),
        may_stop=road not in NO_STOPPING and tags.get("motorroad") != "yes",
        name=(tags.get("name") or tags.get("ref") or "").strip(),
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
    rules = NodeRules(
        signal=tags.get("highway") == "traffic_signals",
        stop_sign=tags.get("highway") in ("stop", "give_way"),
        blocks=(barrier in _BLOCKING and not _explicitly_open(tags)) or (bool(barrier) and closed),
        gate=barrier in _GATES and not closed,
    )
    return rules if rules != NodeRules() else None


def _explicitly_open(tags: Tags) -> bool:
    return any(key in tags for key in _ACCESS_KEYS) and access(tags) != "closed"
