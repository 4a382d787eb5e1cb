"""`curbstop couchdb-config`: the settings with which a CouchDB takes tablets' tokens."""

from collections.abc import Sequence

import click

from mobile_api.keys import couchdb_jwt_settings
from server.config import Config


@click.command("couchdb-config")
def couchdb_config_command() -> None:
    """Print the lines for CouchDB's local.ini that make it accept the access tokens of this installation."""
    config = Config.from_env()
    click.echo(couchdb_settings(config.secret_key, config.cors_origins), nl=False)


def couchdb_settings(secret: str, origins: Sequence[str]) -> str:
    """Return those lines: tokens signed with `secret` are believed, pages of `origins` may ask."""
    lines = couchdb_jwt_settings(secret)
    if origins:
        lines += (
            f"\n[chttpd]\nenable_cors = true\n\n[cors]\norigins = {', '.join(origins)}\ncredentials = true\n"
        )
    return lines
