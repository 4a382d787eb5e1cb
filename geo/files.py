"""Names of the district's map files in the data folder; everybody who writes or reads one uses these."""

from pathlib import Path

STREETS = "streets.osm.pbf"
"""The OpenStreetMap extract as it was imported."""
NETWORK = "streets.network"
"""The road network built from it (geo.roads)."""
BASEMAP = "basemap"
"""Folder of `district.pmtiles` and its styles (geo.maps)."""


def streets_file(data_dir: Path) -> Path:
    """Where the imported extract lies."""
    return data_dir / STREETS


def network_file(data_dir: Path) -> Path:
    """Where the road network lies; absent until streets were imported."""
    return data_dir / NETWORK


def basemap_folder(data_dir: Path) -> Path:
    """Where map tiles and styles lie; absent until streets were imported."""
    return data_dir / BASEMAP
