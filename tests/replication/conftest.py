"""Stores on fresh databases of each engine."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from sync.bare import make_engine
from sync.stores.sql.store import SqlStore
from sync.stores.sql.tables import sync_metadata
from tests.replication.served import Tokens, bearer, make_app


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """A store in an empty database."""
    engine = make_engine(database_url)
    sync_metadata.create_all(engine)
    made = SqlStore(engine)
    yield made
    made.close()
    engine.dispose()


@pytest.fixture
def tokens() -> Tokens:
    """An administrator, two technicians with a tablet each, and one without."""
    made = Tokens()
    made.admin("root")
    made.technician("tablet", "1", "d1")
    made.technician("other", "2", "d2")
    made.technician("person", "1", None)
    return made


@pytest.fixture
def db_client(store: SqlStore, tokens: Tokens) -> FlaskClient:
    """An administrator's client of the endpoint with an empty database `db`."""
    made = make_app(store, tokens, prefix="/").test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = bearer("root")["Authorization"]
    assert made.put("/db").status_code == 201
    return made
