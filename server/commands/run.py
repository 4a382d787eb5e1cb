"""`curbstop run`: everything one machine needs, in one command."""

import sys

import click
from rich.console import Console
from sqlalchemy import select

from server.config import Config
from server.db import open_engine, session_factory
from server.demonstration import demo_part
from server.migrate import is_current, upgrade
from server.services import keep_private, utc_now
from server.supervisor import Supervisor
from workorders.tables import Account


@click.command("run")
@click.option("--demo", is_flag=True, help="Load a demo district when the database is empty.")
@click.option("--accounts", default=2500, show_default=True, help="Size of the demo district.")
@click.option("--seed", default=7, show_default=True, help="Seed of the demo district.")
def run_command(demo: bool, accounts: int, seed: int) -> None:
    """Migrate, start the server and the worker, and keep them until Ctrl-C."""
    config = Config.from_env()
    keep_private(config.data_dir)
    console = Console(stderr=True)
    engine = open_engine(config.database_url)
    if not is_current(engine):
        with console.status("Preparing the database …"):
            upgrade(engine)
    district = demo_part("district") if demo else None
    if demo and district is None:
        raise click.UsageError("The demo is not part of this installation.")
    if district is not None:
        with session_factory(engine, read_only=True)() as session:
            empty = session.scalar(select(Account.id).limit(1)) is None
        if empty:
            district.load_demo(
                session_factory(engine), config, accounts=accounts, seed=seed, now=utc_now(), console=console
            )
    engine.dispose()
    supervisor = Supervisor(config)
    with console.status("Starting the server and the worker …"):
        supervisor.start()
    if not supervisor.stopping.is_set():
        _welcome(console, config, supervisor.url)
    status = supervisor.watch()
    console.print("Stopped.")
    sys.exit(status)


def _welcome(console: Console, config: Config, url: str) -> None:
    console.print(f"\n[bold]{config.district}[/bold] is running. Ctrl-C stops it.\n")
    for title, path in (
        ("Dispatchers", "/dispatch/"),
        ("CSRs", "/csr/"),
        ("Office", "/office/"),
        ("Tablets", "/tablet/"),
        ("API", "/api/"),
    ):
        console.print(f"  {title:<12} {url}{path}")
    signins = demo_part("signins")
    if signins is not None:
        console.print(signins.describe_sign_ins(config))
