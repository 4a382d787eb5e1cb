"""`curbstop import zones`: work zones, service area or meter-reading routes from a GIS file."""

from pathlib import Path

import click

from geo.area_files import KINDS, read_areas, replace_areas
from server.commands.database import command_engine
from server.commands.imports import import_command
from server.config import Config
from server.db import session_factory


@import_command.command("zones")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), default="work", show_default=True)
@click.option("--code-field", default="code", show_default=True, help="Column with a short unique code.")
@click.option("--name-field", default="name", show_default=True, help="Column with the name people read.")
@click.option("--epsg", type=int, help="Projection, when the file does not say it.")
@click.option("--dry-run", is_flag=True, help="Read and check only; change nothing.")
def import_zones(
    *, file: Path, kind: str, code_field: str, name_field: str, epsg: int | None, dry_run: bool
) -> None:
    """Bring in areas from GeoJSON, Shapefile or GeoPackage, all or nothing; premises follow."""
    areas = read_areas(file, code_field=code_field, name_field=name_field, epsg=epsg)
    for area in areas:
        if area.repaired:
            click.echo(f"{area.code}: its outline crossed itself and was mended.")
    if dry_run:
        click.echo(f"{len(areas)} areas can be read. Nothing was changed.")
        return
    engine = command_engine(Config.from_env())
    try:
        with session_factory(engine).begin() as session:
            moved = replace_areas(session, kind, areas)
    finally:
        engine.dispose()
    click.echo(f"{len(areas)} areas are in; {moved} premises changed their zone.")
