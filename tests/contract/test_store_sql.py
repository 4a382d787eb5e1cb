"""The embedded store keeps the contract on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest

from sync.bare import make_engine
from sync.stores.sql.store import SqlStore
from sync.stores.sql.tables import sync_metadata
from tests.contract.store_contract import StoreContract


class TestSqlStore(StoreContract):
    """Runs every test of the contract on each engine."""

    @pytest.fixture
    def store(self, database_url: str) -> Iterator[SqlStore]:
        """A store in an empty database."""
        engine = make_engine(database_url)
        sync_metadata.create_all(engine)
        made = SqlStore(engine)
        yield made
        made.close()
        engine.dispose()
