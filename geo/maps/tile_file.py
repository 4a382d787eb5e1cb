"""Reading the head of a PMTiles file (version 3): where it is, which zooms, which layers, whose data.

Format: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

import gzip
import struct
from dataclasses import dataclass
from pathlib import Path

import orjson

from workorders.problems import Problem

_HEAD = struct.Struct("<7sB11Q6BiiiiBii")
_GZIP = 2


@dataclass(frozen=True, slots=True)
class TileFile:
    """What a tile file says about itself. Bounds are west, south, east, north in degrees."""

    bytes: int
    tiles: int
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]
    layers: tuple[str, ...]
    attribution: str


def read_tile_file(path: Path) -> TileFile:
    """Read the head and the metadata. Raises Problem `basemap_unreadable` for anything but such a file."""
    try:
        with path.open("rb") as file:
            head = _HEAD.unpack(file.read(_HEAD.size))
            magic, version, _, _, offset, length = head[:6]
            if magic != b"PMTiles" or version != 3:
                raise ValueError("it is no PMTiles file of version 3")
            file.seek(offset)
            packed = file.read(length)
        about = orjson.loads(gzip.decompress(packed) if head[14] == _GZIP else packed)
        west, south, east, north = (edge / 1e7 for edge in head[19:23])
        return TileFile(
            bytes=path.stat().st_size,
            tiles=head[10],
            min_zoom=head[17],
            max_zoom=head[18],
            bounds=(west, south, east, north),
            layers=tuple(sorted(layer["id"] for layer in about["vector_layers"])),
            attribution=str(about.get("attribution", "")),
        )
    except (OSError, ValueError, KeyError, TypeError, struct.error, EOFError) as error:
        raise Problem("basemap_unreadable", file=path.name, reason=str(error)) from error
