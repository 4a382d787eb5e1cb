"""`curbstop worker`: publish and ingest until stopped."""

import click

from server.commands.database import command_services
from server.config import Config
from server.logs import configure_logs
from server.stopping import StopRequest
from server.worker import work
from sync import collector


@click.command("worker")
def worker_command() -> None:
    """Publish documents to tablets and ingest what they send, until stopped."""
    config = Config.from_env()
    configure_logs(config.log_level)
    stop = StopRequest()
    stop.listen()
    services = command_services(config)
    collector.freeze_loaded()
    work(services, stop)
