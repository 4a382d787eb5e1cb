"""What this folder needs of the application it is mounted in: settings, sessions and the clock."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol, cast

from flask import Flask, current_app
from sqlalchemy.orm import Session, sessionmaker


class Settings(Protocol):
    """The settings read here; the composition root's Config has them."""

    @property
    def secret_key(self) -> str:
        """Secret from which signing key and code hashes are derived."""

    @property
    def data_dir(self) -> Path:
        """Folder of the maps and the bundle that tablets fetch."""

    @property
    def token_minutes(self) -> int:
        """Life of an access token, in minutes."""

    @property
    def enrolment_minutes(self) -> int:
        """Life of a one-time enrolment code, in minutes."""

    @property
    def couchdb_url(self) -> str | None:
        """The real CouchDB, or None for the embedded endpoint."""

    @property
    def public_couch_url(self) -> str | None:
        """Where tablets reach that CouchDB, or None for `couchdb_url` without its credentials."""


class Services(Protocol):
    """The shared services of one process."""

    @property
    def config(self) -> Settings:
        """The settings."""

    @property
    def sessions(self) -> sessionmaker[Session]:
        """Sessions that may write."""

    @property
    def read_sessions(self) -> sessionmaker[Session]:
        """Sessions that cannot write and take no lock."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """What time it is."""


def services_of(app: Flask) -> Services:
    """The services of an application."""
    return cast(Services, app.extensions["curbstop"])


def services() -> Services:
    """The services of the running application."""
    return services_of(current_app)
