"""`curbstop basemap`: the map of tablets and consoles, made anew without touching the road network."""

import json
from pathlib import Path

import click
from rich.console import Console

from geo.files import basemap_folder
from geo.maps import build_basemap_folder
from server.config import Config
from server.progress import progress_bars


@click.command("basemap")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put it, to look at it first or to serve it elsewhere (default: the district's own map).",
)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def basemap_command(file: Path, folder: Path | None, as_json: bool) -> None:
    """Make map tiles (PMTiles) and the styles from FILE, an OpenStreetMap extract (.osm.pbf).

    `curbstop import streets` does this too; here the roads that plans use stay as they are.
    """
    place = folder or basemap_folder(Config.from_env().data_dir)
    with progress_bars(Console(stderr=True)) as progress:
        made = build_basemap_folder(
            file, place, progress=lambda share, _words: progress("map", round(share * 100), 100)
        )
    if as_json:
        click.echo(json.dumps({"folder": str(place), "features": made.features}))
        return
    click.echo(f"The map with {sum(made.features.values()):,} features is in {place}.")
