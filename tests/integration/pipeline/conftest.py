"""A district whose two technicians have their databases in the embedded store, on both engines."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from server.db import session_factory
from sync.pipeline.publish import ensure_technician
from sync.stores.sql.store import SqlStore
from tests.integration.pipeline.feed import Sessions
from tests.integration.usecases import world
from tests.integration.usecases.world import NOW


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    made = session_factory(engine)
    with made.begin() as session:
        world.build(session)
    return made


@pytest.fixture
def store(engine: Engine, sessions: Sessions) -> Iterator[SqlStore]:
    made = SqlStore(engine)
    for technician in ("t01", "t02"):
        ensure_technician(sessions, made, technician, now=NOW)
    yield made
    made.close()
