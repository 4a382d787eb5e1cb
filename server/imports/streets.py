"""Streets from an OpenStreetMap extract: the road network that plans and routes, and the map.

Everything is made beside the files in use and put in their place at the end, so that a broken extract
leaves the district with the streets it had.
"""

import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from geo.files import basemap_folder, network_file, streets_file
from geo.maps import build_basemap_folder
from geo.roads import build_network
from geo.roads.osm_file import prepared_extract
from server.progress import Progress


def import_streets(data_dir: Path, extract: Path, *, dry_run: bool, progress: Progress) -> dict[str, Any]:
    """Build network and map from `extract` (.osm.pbf, .osm) into the data folder; answers what was built.

    Raises Problem street_file_unreadable, no_roads_in_extract or basemap_failed; nothing was changed then.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (
        prepared_extract(extract) as source,
        tempfile.TemporaryDirectory(prefix="streets-", dir=data_dir) as folder,
    ):
        draft = Path(folder)
        network = build_network(
            source,
            network_file(draft),
            progress=lambda share, _words: progress("road network", round(share * 100), 100),
        )
        basemap = build_basemap_folder(
            source,
            basemap_folder(draft),
            progress=lambda share, _words: progress("map", round(share * 100), 100),
        )
        shutil.copyfile(source, streets_file(draft))
        if not dry_run:
            _put_in_place(draft, data_dir)
    return {"network": asdict(network), "features": basemap.features, "dry_run": dry_run}


def _put_in_place(draft: Path, data_dir: Path) -> None:
    """Replace every file in use by the one made; each replacement is whole or not at all."""
    basemap_folder(data_dir).mkdir(exist_ok=True)
    for made in basemap_folder(draft).iterdir():
        made.replace(basemap_folder(data_dir) / made.name)
    for place in (streets_file, network_file):
        place(draft).replace(place(data_dir))
