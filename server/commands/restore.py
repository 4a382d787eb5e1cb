"""`curbstop restore`: put a backup back as a new incarnation of the district's database."""

from pathlib import Path

import click

from server.backups.integrity import page_damage
from server.backups.restoring import Restored, restore_backup
from server.config import Config
from server.db import session_factory
from server.services import open_services, utc_now
from sync.pipeline.new_incarnation import continue_documents
from sync.stores.contract import StoreUnavailable
from workorders.queries.verify import verify_ledger


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--replace", is_flag=True, help="Put it over the database that is there.")
@click.pass_context
def restore_command(context: click.Context, folder: Path, replace: bool) -> None:
    """Put the backup in FOLDER back where the settings point. Stop the server and the worker first.

    The database begins a new incarnation: no number given out since the backup is given again, tablets read
    their feeds from the beginning and send again what the backup does not have.
    """
    config = Config.from_env()
    done = restore_backup(config, folder, replace=replace, now=utc_now())
    # The key may be another one now.
    sound = _go_on(Config.from_env())
    _print(done)
    context.exit(0 if sound else 1)


def _go_on(config: Config) -> bool:
    services = open_services(config)
    try:
        days = config.retention_days
        raised = continue_documents(services.sessions, services.store, now=services.clock(), days=days)
        click.echo(f"{raised} documents of technicians were raised above what tablets may hold.")
    except StoreUnavailable as error:
        click.echo(f"{error} The worker raises technicians' documents when it is back.", err=True)
    with session_factory(services.engine, read_only=True)() as session:
        found = [one.words for one in verify_ledger(session).differences]
    found += page_damage(services.engine)
    services.engine.dispose()
    for words in found:
        click.echo(f"DIFFERENCE  {words}", err=True)
    return not found


def _print(done: Restored) -> None:
    click.echo(
        f"Restored as of {done.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC: incarnation {done.incarnation}."
    )
    if done.set_aside is not None:
        click.echo(f"The database that was there is kept as {done.set_aside}.")
    for device in done.revoked:
        click.echo(f"Tablet {device} was revoked after the backup and still is.")
    click.echo(
        "Next: revoke again every tablet that was lost since (curbstop devices list); enrol again those that "
        "were enrolled since, without resetting them; enter again what the office recorded since. "
        "See docs/backup.md."
    )
