"""`curbstop web`: the web server alone, where the worker runs elsewhere."""

import click

from server.services import keep_private


@click.command("web")
def web_command() -> None:
    """Serve pages, API and tablets until stopped, without a worker and without migrating.

    `curbstop run` starts this and a worker. Where each is a service or container of its own, exactly one
    `curbstop worker` runs beside any number of these.
    """
    from server import web  # noqa: PLC0415 - the HTTP server is loaded by no other command
    from server.config import Config  # noqa: PLC0415

    keep_private(Config.from_env().data_dir)
    web.main()
