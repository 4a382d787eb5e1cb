"""The store on a CouchDB keeps the contract against two servers of the protocol."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from sync.stores.couch.store import CouchStore
from tests.contract.couch_servers import pouchdb_server
from tests.contract.store_contract import StoreContract
from tests.replication.served import bare_server

FILE = {"p": {"content_type": "image/jpeg", "data": "cGhvdG8="}}


@pytest.mark.xdist_group("own_endpoint")
class TestOwnEndpoint(StoreContract):
    """Against the embedded endpoint, served bare."""

    @pytest.fixture(scope="class")
    @classmethod
    def store(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CouchStore]:
        """A store on a process of its own."""
        data = tmp_path_factory.mktemp("own") / "sync.sqlite"
        with bare_server(f"sqlite:///{data}", workers=1) as url:
            made = CouchStore(url)
            yield made
            made.close()


@pytest.mark.node
@pytest.mark.xdist_group("pouchdb_server")
class TestPouchdbServer(StoreContract):
    """Against another implementation of the protocol."""

    CANNOT: ClassVar = {
        "test_figures": "it does not count deletions",
        "test_the_feed_is_read_in_pages": "it does not count what is left",
        "test_purging_leaves_no_trace": "it does not purge",
        "test_many_documents_are_purged_and_of_a_conflict_one_side": "it does not purge",
        "test_a_position_of_another_store_counts_as_the_beginning": "its positions are plain numbers",
        "test_leaves_travel_with_histories_and_files": "its feed does not name the winner first",
    }

    @pytest.fixture(autouse=True)
    def _what_it_can(self, request: pytest.FixtureRequest) -> None:
        assert all(hasattr(StoreContract, name) for name in self.CANNOT)
        reason = self.CANNOT.get(request.node.name)
        if reason:
            pytest.skip(f"pouchdb-server: {reason}")

    @pytest.fixture(scope="class")
    @classmethod
    def store(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CouchStore]:
        """A store on a pouchdb-server of its own."""
        with pouchdb_server(tmp_path_factory.mktemp("pouchdb")) as url:
            # With a validate function in a database it forgets the histories of what it stores.
            made = CouchStore(url, guard=False)
            yield made
            made.close()

    def test_every_page_is_read_without_a_count(self, store: CouchStore, db: str) -> None:
        store.put_documents(db, {f"d{number}": {"n": number} for number in range(7)})
        seen, since, pending = [], "0", 1
        while pending:
            batch = store.changes(db, since=since, limit=3, include_docs=False)
            seen += [row.doc_id for row in batch.rows]
            since, pending = batch.last_seq, batch.pending
        assert sorted(seen) == [f"d{number}" for number in range(7)]

    def test_leaves_travel_whole(self, store: CouchStore, db: str) -> None:
        leaves: list[dict[str, Any]] = [
            {"_id": "d", "_rev": "2-b", "_revisions": {"start": 2, "ids": ["b", "a"]}, "_attachments": FILE},
            {"_id": "c", "_rev": "1-c", "_revisions": {"start": 1, "ids": ["c"]}, "v": 1},
            {"_id": "c", "_rev": "1-d", "_revisions": {"start": 1, "ids": ["d"]}, "_deleted": True},
        ]
        store.write_leaves(db, leaves)
        read = {leaf["_rev"]: leaf for leaf in store.read_leaves(db, ["c", "d", "missing"])}
        assert set(read) == {"2-b", "1-c", "1-d"}
        assert read["1-d"]["_deleted"] is True
        assert read["2-b"]["_revisions"] == {"start": 2, "ids": ["b", "a"]}
        assert read["2-b"]["_attachments"]["p"]["data"] == FILE["p"]["data"]
