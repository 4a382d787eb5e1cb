"""`curbstop backup`: a copy of everything, taken while the district works, and checked."""

import json
from pathlib import Path

import click

from server.backups.taking import take_backup
from server.config import Config
from server.services import utc_now


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def backup_command(folder: Path, as_json: bool) -> None:
    """Write database, evidence, maps and keys into FOLDER, which must not exist yet or be empty.

    The server goes on. What was written is read again and compared before the command ends. The folder holds
    the key that signs tablets' tokens: keep it as safe as the server.
    """
    taken = take_backup(Config.from_env(), folder, clock=utc_now)
    made = taken.manifest
    if as_json:
        summary = {"taken_at": made.taken_at.isoformat(), "files": len(made.files), "engine": made.engine}
        click.echo(json.dumps(summary | {"photos_lacking": list(taken.photos_lacking)}))
        return
    until = f"{made.taken_at:%Y-%m-%d %H:%M:%S} UTC"
    click.echo(f"{folder}: {len(made.files)} files, checked. It holds all until {until}.")
    for digest in taken.photos_lacking:
        click.echo(f"The photo {digest} is in the records, but missing or damaged on the disk.", err=True)
