"""From an OpenStreetMap file to lines of GeoJSON, one feature each, as the tile maker reads them."""

import math
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import osmium
import shapely

from ..distance import METRES_PER_DEGREE
from ..osm_file import osm_problems, sorted_file
from .kinds import Shown, area_of, line_of, point_of

_KEYS = ("highway", "railway", "waterway", "natural", "landuse", "leisure", "amenity", "building", "place")

_LARGEST_BUILDING_SQUARE_METRES = 1_000_000
"""The world's largest factories and market halls cover about this much ground, box around them included."""


def write_features(source: Path, out: BinaryIO) -> Counter[str]:
    """Write every feature the map shows. Returns how many, by layer.

    Raises Problem `street_file_unreadable`.
    """
    geometry = osmium.geom.GeoJSONFactory()
    counts: Counter[str] = Counter()
    with sorted_file(source) as path, osm_problems(source):
        keys = osmium.filter.KeyFilter(*_KEYS)
        processor = osmium.FileProcessor(path).with_areas(keys).with_filter(keys)
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
    try:
        if thing.is_node():
            return str(geometry.create_point(thing))
        if thing.is_area():
            return str(geometry.create_multipolygon(thing))
        return str(geometry.create_linestring(thing))
    except (RuntimeError, osmium.InvalidLocationError):
        return None


def _is_no_building(shape: str) -> bool:
    """Larger than any building: an editor's slip that would cover half a town."""
    west, south, east, north = shapely.from_geojson(shape).bounds
    high, wide = north - south, (east - west) * math.cos(math.radians(south))
    return bool(high * wide * METRES_PER_DEGREE**2 > _LARGEST_BUILDING_SQUARE_METRES)
