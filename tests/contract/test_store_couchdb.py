"""The store on a CouchDB keeps the contract against the one given for tests, and opens it to members only."""

from collections.abc import Iterator

import httpx
import pytest

from sync.stores.couch.store import CouchStore
from sync.stores.guard import GUARD_ID, VALIDATE
from tests.contract.couch_servers import Settled, couchdb_url
from tests.contract.store_contract import StoreContract

URL = couchdb_url()


@pytest.mark.xdist_group("couchdb")
class TestCouchdb(StoreContract):
    """Every test of the contract, and what only a CouchDB does."""

    @pytest.fixture(scope="class")
    @classmethod
    def store(cls) -> Iterator[CouchStore]:
        """A store on that CouchDB."""
        made = Settled(URL)
        yield made
        made.close()

    def test_a_database_has_one_shard_its_members_and_its_guard(self, store: CouchStore, db: str) -> None:
        reply = httpx.get(f"{URL}/{db}").json()
        assert reply["cluster"]["q"] == 1
        security = httpx.get(f"{URL}/{db}/_security").json()
        assert security["members"] == {"names": [], "roles": [db]}
        assert security["admins"]["roles"] == ["_admin"]
        guard = store.get_document(db, GUARD_ID)
        assert guard is not None
        assert guard["validate_doc_update"] == VALIDATE

    def test_closing_a_database_leaves_only_administrators(self, store: CouchStore, db: str) -> None:
        store.ensure_database(db)
        assert httpx.get(f"{URL}/{db}/_security").json()["members"] == {"names": [], "roles": ["_admin"]}
