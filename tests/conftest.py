"""Fixtures every suite shares: empty and migrated databases on both engines, settings, sessions."""

import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from server.config import Config
from server.db import open_engine, session_factory
from server.migrate import upgrade
from tests import postgres
from tests.compiled_rules import CompiledRule
from tests.compiled_templates import CompiledTemplates

POSTGRES = "CURBSTOP_TEST_POSTGRES_URL"
MEMORY = Path("/dev/shm")  # noqa: S108 - names within it are made by tempfile
ROOM_BYTES = 8 * 2**30
"""Free memory below which tests keep their files on the disk."""
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
"""A Monday morning in Chicago; tests that need another time say so."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--quick`: SQLite only, and nothing that needs a browser, Node, PostgreSQL, or ten seconds.

    `--long`: many more rounds of what races, and what measures seconds on a machine that does nothing else.
    """
    parser.addoption("--long", action="store_true", help="200 rounds of races; timed tests")
    parser.addoption("--quick", action="store_true", help="SQLite only; no browser, Node or slow tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of a quick run what `--quick` promises to leave out."""
    if not config.option.quick:
        return
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        (left if _is_left_out(item) else kept).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def _is_left_out(item: pytest.Item) -> bool:
    if any(item.get_closest_marker(name) for name in ("browser", "node", "slow")):
        return True
    call = getattr(item, "callspec", None)
    if call is not None and "postgresql" in map(str, call.params.values()):
        return True
    return any(part in {"browser", "replication", "couchdb", "crash"} for part in item.path.parts)


def pytest_configure(config: pytest.Config) -> None:
    """Keep files in memory where there is room; start one private PostgreSQL for all test processes."""
    gc.disable()  # until all tests are known: what is imported stays
    # Compiling both took more than half of the time of tests that read pages.
    Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}
    Flask.url_rule_class = CompiledRule
    if hasattr(config, "workerinput"):
        return
    _keep_files_in_memory()
    if os.environ.get(POSTGRES):
        return
    if config.option.collectonly or config.option.quick:
        return
    cluster = postgres.start()
    os.environ[POSTGRES] = cluster.url
    config.add_cleanup(cluster.stop)


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not among what every test shares: it took a third of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    gc.enable()


def _keep_files_in_memory() -> None:
    # Thousands of databases are made and dropped: on a disk that takes a third of the run.
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _on_postgres(statement: str) -> None:
    maintenance = create_engine(os.environ[POSTGRES], isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        if statement.startswith("CREATE") and (connection.dialect.server_version_info or (0,)) >= (15,):
            # Older ones know no other way; the default of newer ones writes each page to the log.
            statement += " STRATEGY FILE_COPY"
        connection.execute(text(statement))
    maintenance.dispose()


def _postgres_database(template: str) -> str:
    name = f"t_{uuid.uuid4().hex}"
    _on_postgres(f'CREATE DATABASE {name} TEMPLATE "{template}"')
    return make_url(os.environ[POSTGRES]).set(database=name).render_as_string(hide_password=False)


def _drop(url: str) -> None:
    name = make_url(url).database
    _on_postgres(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A migrated database of each engine, to be copied; made once per test process."""
    made = {"sqlite": f"sqlite:///{tmp_path_factory.mktemp('template') / 'template.sqlite'}"}
    if os.environ.get(POSTGRES):
        made["postgresql"] = _postgres_database("template0")
    for url in made.values():
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Each SQL engine in turn."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh EMPTY database (no schema) on each engine."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    url = _postgres_database("template0")
    yield url
    _drop(url)


@pytest.fixture
def migrated_url(backend: str, migrated_template: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with the migrated schema on each engine."""
    if backend == "sqlite":
        target = tmp_path / "curbstop.sqlite"
        shutil.copy(str(make_url(migrated_template["sqlite"]).database), target)
        yield f"sqlite:///{target}"
        return
    url = _postgres_database(str(make_url(migrated_template["postgresql"]).database))
    yield url
    _drop(url)


@pytest.fixture
def config(migrated_url: str, tmp_path: Path) -> Config:
    """Settings of a test district on each engine, in a folder of its own."""
    return Config(
        data_dir=tmp_path / "data", database_url=migrated_url, secret_key="x" * 40, log_level="WARNING"
    ).checked()


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    """An engine on a fresh migrated database of each kind."""
    opened = open_engine(migrated_url)
    yield opened
    opened.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on a fresh migrated database; the test decides about commit."""
    with session_factory(engine)() as opened:
        yield opened
