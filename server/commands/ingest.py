"""`curbstop ingest`: ingest what tablets wrote, once, now."""

import json
from dataclasses import asdict

import click

from server.commands.database import command_services
from server.config import Config
from server.logs import configure_logs
from sync.pipeline.ingest import IngestResult, ingest_all, release_overdue, retry_quarantined


@click.command("ingest")
@click.option(
    "--retry",
    metavar="CODE",
    is_flag=False,
    flag_value="ingest_failed",
    help="First judge again what is kept aside for CODE (ingest_failed: the program failed on it).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def ingest_command(retry: str | None, as_json: bool) -> None:
    """Ingest every technician's feed to its end; the worker does the same all the time."""
    config = Config.from_env()
    configure_logs(config.log_level)
    services = command_services(config)
    total = IngestResult()
    if retry is not None:
        total += retry_quarantined(services.sessions, clock=services.clock, code=retry)
    release_overdue(services.sessions, now=services.clock())
    while (step := ingest_all(services.sessions, services.store, clock=services.clock)).reached:
        total += step
    services.engine.dispose()
    if as_json:
        click.echo(json.dumps({name: count for name, count in asdict(total).items() if name != "reached"}))
        return
    click.echo(
        f"{total.posted} posted, {total.review} in review, {total.quarantined} quarantined, "
        f"{total.duplicates} known already."
    )
