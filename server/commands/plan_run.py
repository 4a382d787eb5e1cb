"""`curbstop plan-run`: what the worker starts for each plan that a dispatcher asked for."""

import click

from server.commands.database import command_services
from server.config import Config
from server.logs import configure_logs
from server.planning.runs import carry_out


@click.command("plan-run", hidden=True)
@click.argument("run", type=int)
def plan_run_command(run: int) -> None:
    """Compute the plan with this number and keep its result."""
    config = Config.from_env()
    configure_logs(config.log_level)
    services = command_services(config)
    carry_out(services, run)
