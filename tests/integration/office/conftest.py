"""The whole application on a morning of a small district: built once per engine, copied for changes."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.engine import make_url

from server.app import create_app
from server.config import Config
from server.services import Services, open_services
from server.tables import User
from tests.conftest import _drop, _postgres_database
from tests.integration.office import morning

TOKEN = "the-token-of-this-session"


@dataclass(frozen=True)
class Office:
    """The application, what it stands on, and the orders of the morning by a word."""

    app: Flask
    services: Services
    numbers: dict[str, str]

    def client(self, name: str | None = None) -> FlaskClient:
        """A browser; named, with the session that signing in as that person would have given."""
        client = self.app.test_client()
        client.environ_base["HTTP_ACCEPT"] = "text/html"
        if name is not None:
            with self.services.read_sessions() as session:
                user = session.scalars(select(User).where(User.name == name)).one()
            with client.session_transaction() as cookie:
                at = morning.CLOCK.timestamp()
                cookie["staff"] = {"id": user.id, "epoch": user.session_epoch, "at": at, "session": name}
                cookie["csrf"] = TOKEN
        return client

    def post(self, name: str, path: str, /, **form: Any) -> Any:
        """What a plain form of a signed-in person answers."""
        return self.client(name).post(path, data=form | {"csrf_token": TOKEN})


def csrf_of(client: FlaskClient, page: str) -> str:
    """The token that a form on `page` would send."""
    text = client.get(page).text
    return text.split('name="csrf_token" value="')[1].split('"')[0]


def _services(url: str, folder: Path) -> Services:
    config = Config(data_dir=folder, database_url=url, secret_key="x" * 40, log_level="ERROR").checked()
    return open_services(config, clock=lambda: morning.CLOCK)


@contextmanager
def _copied(template: str, folder: Path) -> Iterator[str]:
    """The URL of a copy of a database."""
    url = make_url(template)
    if url.get_backend_name() == "sqlite":
        shutil.copy(str(url.database), folder / "curbstop.sqlite")
        yield f"sqlite:///{folder / 'curbstop.sqlite'}"
        return
    copy = _postgres_database(str(url.database))
    yield copy
    _drop(copy)


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def morning_template(
    request: pytest.FixtureRequest,
    migrated_template: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, dict[str, str]]]:
    """The URL of a database with the morning in it, and its orders by a word. Nobody writes to it."""
    folder = tmp_path_factory.mktemp("morning")
    with _copied(migrated_template[request.param], folder) as url:
        services = _services(url, folder)
        with services.sessions() as session:
            numbers = morning.build(session)
        services.engine.dispose()
        if request.param == "sqlite":
            # A copied file must hold everything: the log of SQLite's WAL mode is a file of its own.
            assert not (folder / "curbstop.sqlite-wal").exists()
        yield url, numbers


@pytest.fixture(scope="package")
def shared_office(
    morning_template: tuple[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """For tests that only read."""
    url, numbers = morning_template
    folder = tmp_path_factory.mktemp("office")
    with _copied(url, folder) as copy:
        services = _services(copy, folder)
        yield Office(create_app(services=services), services, numbers)
        services.engine.dispose()


@pytest.fixture
def office(morning_template: tuple[str, dict[str, str]], tmp_path: Path) -> Iterator[Office]:
    """For tests that change something."""
    url, numbers = morning_template
    with _copied(url, tmp_path) as copy:
        services = _services(copy, tmp_path)
        yield Office(create_app(services=services), services, numbers)
        services.engine.dispose()
