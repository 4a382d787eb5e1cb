"""What every document store must do, whatever keeps the documents.

A runner gives the fixture `store`; names of databases are made here, so that one server can serve many runs.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from sync.stores.contract import Attachment, Change, DatabaseMissing, DocumentStore
from tests.contract.leaf_contract import LeafContract

PHOTO = Attachment(b"\xff\xd8 a photo", "image/jpeg", "md5-QpAfFQcGoELzHyb2slDRoA==")


def changed(store: DocumentStore, db: str, since: str = "0") -> list[Change]:
    """Return what the feed has, but design documents, which a store may use for itself."""
    rows = store.changes(db, since=since, limit=1_000).rows
    return [row for row in rows if not row.doc_id.startswith("_design/")]


class StoreContract(LeafContract):
    """Tests every implementation of `DocumentStore` inherits."""

    @pytest.fixture
    def db(self, store: DocumentStore) -> Iterator[str]:
        """A fresh database, removed afterwards."""
        name = f"tech-{uuid.uuid4().hex[:12]}"
        store.ensure_database(name, members=[name])
        yield name
        store.delete_database(name)

    def test_databases_come_and_go(self, store: DocumentStore, db: str) -> None:
        store.ensure_database(db, members=[db])
        assert db in store.database_names()
        store.put_document(db, "order:1", {"n": 1})
        store.delete_database(db)
        store.delete_database(db)
        assert db not in store.database_names()
        store.ensure_database(db)
        assert store.get_document(db, "order:1") is None
        assert changed(store, db) == []

    def test_members_are_listed_and_changed(self, store: DocumentStore, db: str) -> None:
        assert store.members(db) == [db]
        store.ensure_database(db, members=["tech-a", "tech-b"])
        assert store.members(db) == ["tech-a", "tech-b"]
        store.ensure_database(db)
        assert store.members(db) == []

    def test_a_missing_database_is_said_to_be_missing(self, store: DocumentStore) -> None:
        missing = f"tech-{uuid.uuid4().hex[:12]}"
        for ask in (
            lambda: store.info(missing),
            lambda: store.members(missing),
            lambda: store.await_copies(missing),
            lambda: store.put_document(missing, "a", {}),
            lambda: store.put_documents(missing, {"a": {}}),
            lambda: store.changes(missing, since="0", limit=1),
            lambda: store.remove_document(missing, "a"),
            lambda: store.put_local(missing, "a", {}),
        ):
            with pytest.raises(DatabaseMissing):
                ask()

    def test_a_document_is_written_read_and_changed(self, store: DocumentStore, db: str) -> None:
        body = {"title": "Turn on", "cents": 2500, "nested": {"list": [1, 2.5, None, True, "é"]}}
        first = store.put_document(db, "order:1", body)
        assert first is not None
        assert first.startswith("1-")
        assert store.get_document(db, "order:1") == {"_id": "order:1", "_rev": first, **body}
        second = store.put_document(db, "order:1", {"title": "Turn off"})
        assert second is not None
        assert second.startswith("2-")
        assert store.get_document(db, "order:1") == {"_id": "order:1", "_rev": second, "title": "Turn off"}
        assert store.get_document(db, "order:2") is None

    def test_an_unchanged_document_is_not_written(self, store: DocumentStore, db: str) -> None:
        store.put_document(db, "order:1", {"a": 1, "b": {"c": 2}})
        before = store.changes(db, since="0", limit=100)
        assert store.put_document(db, "order:1", {"b": {"c": 2}, "a": 1}) is None
        assert store.put_documents(db, {"order:1": {"a": 1, "b": {"c": 2}}}) == {"order:1": None}
        assert store.changes(db, since=before.last_seq, limit=100).rows == []

    def test_the_same_edits_make_the_same_revisions(self, store: DocumentStore, db: str) -> None:
        other = f"{db}-b"
        store.ensure_database(other)
        try:
            revs = [store.put_document(name, "order:1", {"a": 1}) for name in (db, other)]
            assert revs[0] == revs[1]
        finally:
            store.delete_database(other)

    def test_many_documents_are_written_together(self, store: DocumentStore, db: str) -> None:
        store.put_document(db, "order:2", {"n": 2})
        answers = store.put_documents(db, {f"order:{n}": {"n": n} for n in range(5)})
        assert list(answers) == [f"order:{n}" for n in range(5)]
        assert answers["order:2"] is None
        assert sum(rev is not None for rev in answers.values()) == 4
        assert {row.doc_id for row in changed(store, db)} == set(answers)
        assert store.put_documents(db, {}) == {}

    def test_many_documents_are_read_together(self, store: DocumentStore, db: str) -> None:
        store.put_document(db, "order:1", {"n": 1}, attachments={"p.jpg": PHOTO})
        store.put_document(db, "order:1", {"n": 2})
        store.put_documents(db, {"order:2": {"n": 2}, "order:gone": {"n": 3}})
        store.remove_document(db, "order:gone")
        found = store.get_documents(db, ["order:2", "order:gone", "order:never", "order:1", "order:2"])
        assert found == {name: store.get_document(db, name) for name in ("order:1", "order:2")}
        assert store.get_documents(db, []) == {}

    def test_a_removed_document_leaves_a_deletion_and_can_come_back(
        self, store: DocumentStore, db: str
    ) -> None:
        store.put_document(db, "order:1", {"n": 1})
        gone = store.remove_document(db, "order:1")
        assert gone is not None
        assert gone.startswith("2-")
        assert store.remove_document(db, "order:1") is None
        assert store.remove_document(db, "order:9") is None
        assert store.get_document(db, "order:1") is None
        (row,) = changed(store, db)
        assert (row.doc_id, row.revs, row.deleted) == ("order:1", (gone,), True)
        back = store.put_document(db, "order:1", {"n": 1})
        assert back is not None
        assert back.startswith("3-")
        (row,) = changed(store, db)
        assert (row.revs, row.deleted) == ((back,), False)

    def test_the_feed_has_each_document_once_oldest_change_first(self, store: DocumentStore, db: str) -> None:
        for name in "abc":
            store.put_document(db, name, {"v": 1})
        store.put_document(db, "a", {"v": 2})
        rows = changed(store, db)
        assert [row.doc_id for row in rows] == ["b", "c", "a"]
        assert [row.doc["v"] for row in rows if row.doc] == [1, 1, 2]
        assert all(row.doc and row.doc["_rev"] == row.revs[0] for row in rows)

    def test_the_feed_is_read_in_pages(self, store: DocumentStore, db: str) -> None:
        start = store.info(db).update_seq
        for number in range(7):
            store.put_document(db, f"d{number}", {"n": number})
        seen: list[str] = []
        since, left = start, []
        while True:
            batch = store.changes(db, since=since, limit=3, include_docs=False)
            assert all(row.doc is None for row in batch.rows)
            seen += [row.doc_id for row in batch.rows]
            left.append(batch.pending)
            since = batch.last_seq
            if not batch.pending:
                break
        assert seen == [f"d{number}" for number in range(7)]
        assert left == [4, 1, 0]
        assert store.changes(db, since=since, limit=3).rows == []
        assert store.changes(db, since=batch.rows[-1].seq, limit=3).rows == []

    def test_figures(self, store: DocumentStore, db: str) -> None:
        before = store.info(db)
        store.put_documents(db, {"a": {}, "b": {}, "c": {}})
        store.remove_document(db, "b")
        after = store.info(db)
        assert after.name == db
        assert after.doc_count - before.doc_count == 2
        assert after.doc_del_count - before.doc_del_count == 1
        assert after.update_seq != before.update_seq

    def test_positions_show_which_databases_changed(self, store: DocumentStore, db: str) -> None:
        assert list(store.positions([db, "tech-nowhere"])) == [db]
        assert store.positions([]) == {}
        read = store.changes(db, since="0", limit=100).last_seq
        # Each copy in a cluster has a position of its own; that nothing follows it is asked seldom.
        asked = 0
        for _ in range(20):
            if store.positions([db])[db] != read:
                asked += 1
                batch = store.changes(db, since=read, limit=100)
                assert (batch.rows, batch.last_seq) == ([], read)
        assert asked <= 6
        store.put_document(db, "a", {})
        assert store.positions([db])[db] != read
        assert [row.doc_id for row in store.changes(db, since=read, limit=100).rows] == ["a"]

    def test_files_are_kept_read_and_replaced(self, store: DocumentStore, db: str) -> None:
        text = Attachment(b"words " * 100, "text/plain", "")
        store.put_document(db, "d", {"v": 1}, attachments={"p.jpg": PHOTO, "t.txt": text})
        document = store.get_document(db, "d")
        assert document is not None
        stub = document["_attachments"]["p.jpg"]
        assert (stub["content_type"], stub["length"], stub["stub"]) == ("image/jpeg", len(PHOTO.data), True)
        for name, sent in (("p.jpg", PHOTO), ("t.txt", text)):
            got = store.get_attachment(db, "d", name)
            assert got is not None
            assert (got.data, got.content_type) == (sent.data, sent.content_type)
            assert got.digest == document["_attachments"][name]["digest"]
        assert store.get_attachment(db, "d", "missing") is None
        assert store.get_attachment(db, "missing", "p.jpg") is None
        first = document["_rev"]
        store.put_document(db, "d", {"v": 2})
        assert store.get_attachment(db, "d", "p.jpg") is not None, "files stay unless replaced"
        store.put_document(db, "d", {"v": 2}, attachments={})
        assert store.get_attachment(db, "d", "p.jpg") is None
        kept = store.get_document(db, "d", first)
        assert kept is not None
        assert kept["v"] == 1

    def test_leaves_travel_with_histories_and_files(self, store: DocumentStore, db: str) -> None:
        leaves: list[dict[str, Any]] = [
            {
                "_id": "d",
                "_rev": "2-b",
                "_revisions": {"start": 2, "ids": ["b", "a"]},
                "v": "b",
                "_attachments": {"p": {"content_type": "image/jpeg", "data": "cGhvdG8="}},
            },
            {"_id": "d", "_rev": "3-c", "_revisions": {"start": 3, "ids": ["c", "x", "a"]}, "_deleted": True},
            {"_id": "d", "_rev": "2-a", "_revisions": {"start": 2, "ids": ["a", "a"]}, "v": "a"},
        ]
        store.write_leaves(db, leaves)
        store.write_leaves(db, leaves)
        (row,) = changed(store, db)
        assert row.revs[0] == "2-b", "a live leaf beats a deleted one, then the higher hash"
        assert set(row.revs) == {"2-b", "2-a", "3-c"}
        assert not row.deleted
        read = {leaf["_rev"]: leaf for leaf in store.read_leaves(db, ["d", "missing"])}
        assert set(read) == {"2-b", "2-a", "3-c"}
        assert read["3-c"]["_deleted"] is True
        assert read["3-c"]["_revisions"] == {"start": 3, "ids": ["c", "x", "a"]}
        assert read["2-b"]["_attachments"]["p"]["data"] == "cGhvdG8="
        gone = store.remove_document(db, "d")
        assert gone is not None
        (row,) = changed(store, db)
        assert row.deleted
        assert len(row.revs) == 3

    def test_purging_leaves_no_trace(self, store: DocumentStore, db: str) -> None:
        first = store.put_document(db, "old", {"v": 1}, attachments={"p.jpg": PHOTO})
        store.put_document(db, "kept", {"v": 1})
        assert first is not None
        assert store.purge(db, {"old": [first]})["old"] == [first]
        assert store.get_document(db, "old") is None
        assert store.get_attachment(db, "old", "p.jpg", first) is None
        assert [row.doc_id for row in changed(store, db)] == ["kept"]
        again = store.put_document(db, "old", {"v": 1})
        assert again is not None
        assert again.startswith("1-"), "nothing of the purged history is left"
        assert store.purge(db, {}) == {}

    def test_local_documents_stay_out_of_everything(self, store: DocumentStore, db: str) -> None:
        before = store.info(db)
        assert store.get_local(db, "checkpoint") is None
        store.put_local(db, "checkpoint", {"seq": "1"})
        store.put_local(db, "checkpoint", {"seq": "2"})
        assert store.get_local(db, "checkpoint") == {"seq": "2"}
        assert changed(store, db) == []
        assert store.info(db).doc_count == before.doc_count
