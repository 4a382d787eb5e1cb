"""`curbstop migrate`: bring the schema to the newest revision."""

import click

from server.config import Config
from server.db import open_engine
from server.migrate import downgrade, is_current, upgrade
from server.services import keep_private


@click.command("migrate")
@click.option("--down-to", metavar="REVISION", help="Go down to this revision instead (base: empty).")
@click.option("--check", is_flag=True, help="Only say whether the schema is current; exit status 1 when not.")
@click.pass_context
def migrate_command(context: click.Context, down_to: str | None, check: bool) -> None:
    """Bring the database's schema to the newest revision."""
    config = Config.from_env()
    keep_private(config.data_dir)
    engine = open_engine(config.database_url)
    if check:
        current = is_current(engine)
        click.echo("The schema is current." if current else "The schema is behind: run “curbstop migrate”.")
        context.exit(0 if current else 1)
    if down_to:
        downgrade(engine, down_to)
    else:
        upgrade(engine)
    click.echo("The schema is current." if not down_to else f"The schema is at {down_to}.")
