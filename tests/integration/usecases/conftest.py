"""One district per engine and module; every test acts in it and its changes are rolled back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from server.db import open_engine, session_factory
from tests.conftest import _drop, _postgres_database
from tests.integration.usecases import world
from workorders.queries import rules_cache


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def district_engine(
    request: pytest.FixtureRequest,
    migrated_template: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Engine]:
    """An engine on a migrated database with a small district in it, of each kind."""
    template = str(make_url(migrated_template[request.param]).database)
    if request.param == "sqlite":
        copy: Path = tmp_path_factory.mktemp("district") / "curbstop.sqlite"
        shutil.copy(template, copy)
        url = f"sqlite:///{copy}"
    else:
        url = _postgres_database(template)
    engine = open_engine(url)
    with session_factory(engine).begin() as session:
        world.build(session, households=6)
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        _drop(url)


@pytest.fixture
def session(district_engine: Engine) -> Iterator[Session]:
    """A session in the district; its commits are savepoints of a transaction that is rolled back."""
    with district_engine.connect() as connection, connection.begin() as transaction:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as opened:
            yield opened
        transaction.rollback()
    # What a test published was never committed for good, so no later one may go by it.
    rules_cache._books.pop(district_engine, None)
