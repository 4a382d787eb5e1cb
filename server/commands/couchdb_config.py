"""`curbstop couchdb-config`: what a CouchDB must be told so that tablets' tokens open it."""

import click

from mobile_api.keys import couchdb_jwt_settings
from server.config import Config


@click.command("couchdb-config")
def couchdb_config_command() -> None:
    """Print the lines for CouchDB's local.ini that make it accept the access tokens of this installation."""
    config = Config.from_env()
    click.echo(couchdb_jwt_settings(config.secret_key), nl=False)
    if config.cors_origins:
        origins = ", ".join(config.cors_origins)
        click.echo(f"\n[chttpd]\nenable_cors = true\n\n[cors]\norigins = {origins}\ncredentials = true")
