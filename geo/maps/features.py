"""From an OpenStreetMap file to lines of GeoJSON, one feature each, as the tile maker reads them."""

import math
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import osmium
import shapely

from geo.distance import METRES_PER_DEGREE
from geo.roads.osm_file import known_runs, osm_problems, prepared_extract

from .kinds import Shown, area_of, line_of, point_of

_KEYS = (
    "highway",
    "railway",
    "waterway",
    "natural",
    "landuse",
    "leisure",
    "amenity",
    "building",
    "place",
    "route",
)

_LARGEST_BUILDING_SQUARE_METRES = 1_000_000
"""The world's largest factories and market halls cover about this much ground, box around them included."""


def write_features(source: Path, out: BinaryIO) -> Counter[str]:
    """Write every feature the map shows. Returns how many, by layer.

    Raises Problem `street_file_unreadable`.
    """
    geometry = osmium.geom.GeoJSONFactory()
    counts: Counter[str] = Counter()
    with prepared_extract(source) as path, osm_problems(source):
        keys = osmium.filter.KeyFilter(*_KEYS)
        processor = osmium.FileProcessor(str(path)).with_areas(keys).with_filter(keys)
        for thing in processor:
            shown = _shown(thing)
            shape = _shape(geometry, thing) if shown is not None else None
            if shown is None or shape is None or (shown.layer == "buildings" and _is_no_building(shape)):
                continue
            counts[shown.layer] += 1
            about = orjson.dumps({"layer": shown.layer, "minzoom": shown.from_zoom})
            properties = orjson.dumps(shown.attributes)
            out.write(
                b'{"type":"Feature","tippecanoe":%s,"properties":%s,"geometry":%s}\n'
                % (about, properties, shape.encode())
            )
    return counts


def _shown(thing: Any) -> Shown | None:
    tags = dict(thing.tags)
    if thing.is_node():
        return point_of(tags)
    if thing.is_area():
        return area_of(tags)
    return line_of(tags) if thing.is_way() else None


def _shape(geometry: Any, thing: Any) -> str | None:
    """The feature's GeoJSON geometry; None for one that an extract's border or an editor left broken."""
    if thing.is_way():
        return _line(thing)
    try:
        if thing.is_node():
            return str(geometry.create_point(thing))
        return str(geometry.create_multipolygon(thing))
    except (RuntimeError, osmium.InvalidLocationError):
        return None


def _line(way: Any) -> str | None:
    """The stretches of a way that the road network drives as well."""
    lines = [[(x / 1e7, y / 1e7) for _, x, y in run] for run in known_runs(way)]
    if not lines:
        return None
    shape = {"type": "LineString", "coordinates": lines[0]}
    if len(lines) > 1:
        shape = {"type": "MultiLineString", "coordinates": lines}
    return orjson.dumps(shape).decode()


def _is_no_building(shape: str) -> bool:
    """Larger than any building: an editor's slip that would cover half a town."""
    west, south, east, north = shapely.from_geojson(shape).bounds
    high, wide = north - south, (east - west) * math.cos(math.radians(south))
    return bool(high * wide * METRES_PER_DEGREE**2 > _LARGEST_BUILDING_SQUARE_METRES)
