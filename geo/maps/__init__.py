"""The district's own map: vector tiles and styles made from its streets, drawn without any other host."""

from .build import OSM_ATTRIBUTION, TILES, BasemapSummary, build_basemap, build_basemap_folder
from .style import THEMES, map_style
from .tile_file import TileFile, read_tile_file

__all__ = [
    "OSM_ATTRIBUTION",
    "THEMES",
    "TILES",
    "BasemapSummary",
    "TileFile",
    "build_basemap",
    "build_basemap_folder",
    "map_style",
    "read_tile_file",
]
