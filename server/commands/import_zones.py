"""`curbstop import zones`: work zones, service area or meter-reading routes from a GIS file."""

from pathlib import Path

import click

from geo.territory.area_files import KINDS, Area, Replacement, check_axes, read_areas, replace_areas
from geo.territory.extent import Extent, district_extent
from server.commands.database import command_engine
from server.commands.imports import import_command
from server.config import Config
from server.db import session_factory
from server.services import utc_now
from workorders.problems import Problem
from workorders.usecases.history import enqueue_reference

NAMED_AT_MOST = 12


@import_command.command("zones")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), default="work", show_default=True)
@click.option("--code-field", default="code", show_default=True, help="Column with a short unique code.")
@click.option("--name-field", default="name", show_default=True, help="Column with the name people read.")
@click.option("--epsg", type=int, help="Projection, when the file does not say it, or says it wrongly.")
@click.option("--replace", is_flag=True, help="Go on although something is taken away.")
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
def import_zones(
    *,
    file: Path,
    kind: str,
    code_field: str,
    name_field: str,
    epsg: int | None,
    replace: bool,
    dry_run: bool,
) -> None:
    """Bring in areas from GeoJSON, Shapefile or GeoPackage, all or nothing; premises follow.

    The file's areas become all zones of their kind. When that takes away what is there, or an area lies far
    from the district, it is said and nothing is done unless --replace is given.
    """
    areas = read_areas(file, code_field=code_field, name_field=name_field, epsg=epsg)
    for area in areas:
        if area.repaired:
            click.echo(f"{area.code}: its outline crossed itself and was mended.")
    config = Config.from_env()
    engine = command_engine(config)
    try:
        with session_factory(engine)() as session:
            extent = district_extent(session, config.data_dir)
            check_axes(file.name, areas, extent)
            made = replace_areas(session, kind, areas)
            far = distance_words(areas, extent)
            words = effect_words(made, far)
            if dry_run:
                session.rollback()
                click.echo(f"{len(areas)} areas can be read: {words}. Nothing was changed.")
                return
            if (made.takes_away or far) and not replace:
                raise Problem("replacement_not_confirmed", kind=kind, effect=words)
            if kind == "work":
                # A tablet shows the name of its technician's zone.
                enqueue_reference(session, "technician", now=utc_now())
            session.commit()
    finally:
        engine.dispose()
    click.echo(f"{len(areas)} areas are in: {words}.")


def effect_words(made: Replacement, far: str) -> str:
    """What a replacement does, as one clause."""
    parts = [f"{len(made.added)} new, {len(made.kept)} kept, {len(made.gone)} gone"]
    if made.gone:
        named = ", ".join(made.gone[:NAMED_AT_MOST])
        more = len(made.gone) - NAMED_AT_MOST
        parts[0] += f" ({named}{f' and {more} more' if more > 0 else ''})"
    parts.append(f"{made.premises_changed:,} premises change their zone")
    if made.premises_without:
        parts[-1] += f", of which {made.premises_without:,} have none afterwards"
    if made.technicians_without:
        parts.append(f"{made.technicians_without:,} technicians lose theirs")
    return "; ".join([*parts, *([far] if far else [])])


def distance_words(areas: list[Area], extent: Extent | None) -> str:
    """Which areas lie far from the district, and how far; "" when none does."""
    if extent is None:
        return ""
    middles = {area.code: area.shape.centroid for area in areas}
    far = [code for code, at in middles.items() if not extent.holds(at.x, at.y)]
    if not far:
        return ""
    metres = min(extent.metres_to(middles[code].x, middles[code].y) for code in far)
    named = ", ".join(far[:NAMED_AT_MOST]) + (" and others" if len(far) > NAMED_AT_MOST else "")
    return f"{named} at least {metres / 1000:,.0f} km from the district’s premises and streets"
