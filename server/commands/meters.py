"""`curbstop meters`: who has which meter on the van."""

import click

from server.commands.database import command_engine
from server.config import Config
from server.db import session_factory, transaction
from server.services import utc_now
from workorders.metering.rooms import VAN, WAREHOUSE, Place
from workorders.usecases.meters.stock import transfer


@click.group("meters")
def meters_command() -> None:
    """Meters in stock and on vans."""


@meters_command.command("move")
@click.argument("serials", nargs=-1, required=True)
@click.option("--to", "technician", help="The technician (an id such as t01) onto whose van they are loaded.")
@click.option("--stock", is_flag=True, help="Back into stock.")
@click.option("--reason", default="moved at the command line", help="Why, for the history of each meter.")
def move(serials: tuple[str, ...], technician: str | None, stock: bool, reason: str) -> None:
    """Load the meters SERIALS onto a van or put them back into stock, all of them or none.

    The tablets of the technicians who lose or get one show it at their next sync.
    """
    if (technician is None) is not stock:
        raise click.UsageError("Say either --to TECHNICIAN or --stock.")
    engine = command_engine(Config.from_env())
    try:
        with transaction(session_factory(engine)) as session:
            there = Place(WAREHOUSE) if technician is None else Place(VAN, technician)
            transfer(session, serials, there, reason=reason, now=utc_now(), actor="command")
    finally:
        engine.dispose()
    where = "in stock" if technician is None else f"on the van of {technician}"
    click.echo(f"{len(serials)} meter{'s' if len(serials) > 1 else ''} now {where}.")
