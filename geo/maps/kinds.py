"""What the map shows of OpenStreetMap's tags: a layer, a kind, and the zoom from which it appears. Pure.

Zooms: 5 shows a state, 10 a county, 12 a town, 14 its streets. Tiles end at 14 and are magnified beyond.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from geo.roads.access import access
from geo.roads.tags import directions, road_class

Tags = Mapping[str, str]

_ROADS: dict[str, tuple[str, int]] = {
    "motorway": ("motorway", 5),
    "motorway_link": ("link", 11),
    "trunk": ("trunk", 6),
    "trunk_link": ("link", 11),
    "primary": ("primary", 8),
    "primary_link": ("link", 12),
    "secondary": ("secondary", 9),
    "secondary_link": ("link", 12),
    "tertiary": ("tertiary", 11),
    "tertiary_link": ("link", 12),
    "unclassified": ("street", 12),
    "residential": ("street", 12),
    "living_street": ("street", 12),
    "road": ("street", 12),
    "service": ("service", 13),
    "track": ("track", 13),
    "pedestrian": ("path", 13),
    "footway": ("path", 14),
    "cycleway": ("path", 14),
    "bridleway": ("path", 14),
    "busway": ("service", 13),
    "path": ("path", 14),
    "steps": ("path", 14),
}
_LAND: dict[tuple[str, str], tuple[str, int]] = {
    ("landuse", "residential"): ("residential", 9),
    ("landuse", "retail"): ("business", 11),
    ("landuse", "commercial"): ("business", 11),
    ("landuse", "industrial"): ("industry", 11),
    ("landuse", "railway"): ("industry", 12),
    ("landuse", "cemetery"): ("green", 12),
    ("landuse", "grass"): ("green", 12),
    ("landuse", "meadow"): ("green", 11),
    ("landuse", "farmland"): ("farm", 10),
    ("landuse", "forest"): ("wood", 9),
    ("natural", "wood"): ("wood", 9),
    ("natural", "scrub"): ("wood", 11),
    ("leisure", "park"): ("park", 10),
    ("leisure", "golf_course"): ("park", 11),
    ("leisure", "nature_reserve"): ("park", 9),
    ("leisure", "pitch"): ("green", 13),
    ("leisure", "playground"): ("green", 13),
    ("amenity", "school"): ("school", 12),
    ("amenity", "university"): ("school", 11),
    ("amenity", "hospital"): ("school", 12),
}
_WATER_AREAS = frozenset(
    {
        ("natural", "water"),
        ("waterway", "riverbank"),
        ("waterway", "dock"),
        ("landuse", "reservoir"),
        ("landuse", "basin"),
    }
)
_WATER_LINES = {"river": 8, "canal": 11, "stream": 13, "drain": 14, "ditch": 14}
_PLACES = {
    "city": 5,
    "town": 7,
    "village": 9,
    "suburb": 11,
    "hamlet": 11,
    "neighbourhood": 12,
    "locality": 13,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A feature's layer, the zoom from which it is drawn, and its attributes."""

    layer: str
    from_zoom: int
    attributes: dict[str, str | int]


def line_of(tags: Tags) -> Shown | None:
    """What a line shows: a road, a railway, a stream; or None."""
    if tags.get("highway") in _ROADS and tags.get("area") != "yes":
        kind, zoom = _ROADS[tags["highway"]]
        return Shown("roads", zoom, {"class": kind, **_named(tags), **_road_details(tags)})
    if road_class(tags) == "ferry":
        return Shown("roads", 10, {"class": "ferry", **_named(tags)})
    if tags.get("railway") == "rail":
        return Shown("roads", 12 if "service" not in tags else 14, {"class": "rail"})
    if tags.get("waterway") in _WATER_LINES:
        return Shown("waterways", _WATER_LINES[tags["waterway"]], {"class": tags["waterway"], **_named(tags)})
    return None


def area_of(tags: Tags) -> Shown | None:
    """What an area shows: water, a park or other land, a building; or None."""
    pairs = [
        (key, tags[key]) for key in ("natural", "waterway", "landuse", "leisure", "amenity") if key in tags
    ]
    if any(pair in _WATER_AREAS for pair in pairs):
        return Shown("water", 6, {"class": tags.get("water", "water"), **_named(tags)})
    if "building" in tags and tags["building"] != "no":
        return Shown("buildings", 13, {})
    for pair in pairs:
        if pair in _LAND:
            kind, zoom = _LAND[pair]
            return Shown("land", zoom, {"class": kind, **(_named(tags) if kind == "park" else {})})
    return None


def point_of(tags: Tags) -> Shown | None:
    """What a point shows: a named place; or None."""
    if tags.get("place") in _PLACES and tags.get("name"):
        return Shown("places", _PLACES[tags["place"]], {"class": tags["place"], **_named(tags)})
    return None


def _named(tags: Tags) -> dict[str, str | int]:
    return {key: tags[key] for key in ("name",) if tags.get(key)}


def _road_details(tags: Tags) -> dict[str, str | int]:
    """Only what is drawn: every attribute more is carried by every tile."""
    details: dict[str, str | int] = {}
    if tags.get("ref") and tags["highway"] in ("motorway", "trunk", "primary", "secondary"):
        details["ref"] = tags["ref"]
    along, against = directions(tags, tags["highway"])
    if along != against:
        details["oneway"] = 1 if along else -1
    if tags.get("bridge", "no") != "no":
        details["bridge"] = 1
    if tags.get("tunnel", "no") != "no":
        details["tunnel"] = 1
    if access(tags) != "open":
        details["private"] = 1
    return details
