"""What every document store must do with conflicts, histories, odd names and positions."""

import uuid
from typing import Any

import pytest

from sync.stores.contract import Attachment, DatabaseMissing, DocumentStore

IDS = ("event:ab12:00000001", "ref:a b", "ä/é?x=1&y#z", "plus+and%25", 'quoted"\\', "日本")
TEXT = Attachment(b"words " * 50, "text/plain", "")


def leaf(doc_id: str, rev: str, *older: str, **body: Any) -> dict[str, Any]:
    """Return a revision with its history, as it travels between stores."""
    generation, _, digest = rev.partition("-")
    history = {"start": int(generation), "ids": [digest, *older]}
    return {"_id": doc_id, "_rev": rev, "_revisions": history, **body}


def leaves_of(store: DocumentStore, db: str, ids: tuple[str, ...]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return every leaf by document and revision; of files what travels, not where they were added."""
    found = {}
    for document in store.read_leaves(db, ids):
        files = {
            name: (file["content_type"], file["digest"], file["data"])
            for name, file in document.pop("_attachments", {}).items()
        }
        found[document["_id"], document["_rev"]] = document | {"files": files}
    return found


class LeafContract:
    """Tests that `StoreContract` adds to its own."""

    def test_every_question_about_a_missing_database_says_so(self, store: DocumentStore) -> None:
        missing = f"tech-{uuid.uuid4().hex[:12]}"
        for ask in (
            lambda: store.get_document(missing, "a"),
            lambda: store.get_documents(missing, ["a"]),
            lambda: store.get_attachment(missing, "a", "p.jpg"),
            lambda: store.read_leaves(missing, ["a"]),
            lambda: store.write_leaves(missing, [leaf("a", "1-a")]),
            lambda: store.purge(missing, {"a": ["1-a"]}),
            lambda: store.get_local(missing, "a"),
        ):
            with pytest.raises(DatabaseMissing):
                ask()

    def test_any_name_is_kept_as_it_is(self, store: DocumentStore, db: str) -> None:
        for doc_id in IDS:
            assert store.put_document(db, doc_id, {"about": doc_id})
        assert store.put_documents(db, {doc_id: {"about": doc_id} for doc_id in IDS}) == dict.fromkeys(IDS)
        for doc_id in IDS:
            found = store.get_document(db, doc_id)
            assert found is not None
            assert (found["_id"], found["about"]) == (doc_id, doc_id)
        assert {document["_id"] for document in store.read_leaves(db, IDS)} == set(IDS)
        assert all(store.remove_document(db, doc_id) for doc_id in IDS)

    def test_a_losing_revision_is_kept_until_it_is_removed(self, store: DocumentStore, db: str) -> None:
        store.write_leaves(db, [leaf("d", "1-a", v="a"), leaf("d", "1-b", v="b")])
        loser = store.get_document(db, "d", "1-a")
        assert loser is not None
        assert (loser["_rev"], loser["v"]) == ("1-a", "a")
        written = store.put_document(db, "d", {"v": "c"})
        assert written is not None
        assert set(leaves_of(store, db, ("d",))) == {("d", "1-a"), ("d", written)}
        store.remove_document(db, "d")
        left = leaves_of(store, db, ("d",))
        assert all(document["_deleted"] for document in left.values())
        assert {rev[0] for _, rev in left} == {"2", "3"}
        assert store.get_document(db, "d") is None

    def test_a_copy_has_the_same_leaves(self, store: DocumentStore, db: str) -> None:
        copy = f"{db}-copy"
        store.ensure_database(copy)
        try:
            store.put_document(db, "t", {"v": 1}, attachments={"t.txt": TEXT})
            store.put_document(db, "t", {"v": 2})
            store.write_leaves(db, [leaf("d", "2-b", "a", v="b"), leaf("d", "2-c", "a", _deleted=True)])
            document = store.read_leaves(db, ["t", "d"])
            store.write_leaves(copy, document)
            assert leaves_of(store, copy, ("t", "d")) == leaves_of(store, db, ("t", "d"))
            found = store.get_attachment(copy, "t", "t.txt")
            assert found is not None
            assert found.data == TEXT.data
            store.put_document(copy, "t", {"v": 3})
            store.write_leaves(copy, document)
            assert [rev[0] for _, rev in leaves_of(store, copy, ("t",))] == ["3"], "ancestors come in vain"
        finally:
            store.delete_database(copy)

    def test_many_documents_are_purged_and_of_a_conflict_one_side(
        self, store: DocumentStore, db: str
    ) -> None:
        ids = tuple(f"d{number}" for number in range(230))
        revs = store.put_documents(db, {doc_id: {} for doc_id in ids})
        store.write_leaves(db, [leaf("c", "1-a"), leaf("c", "1-b"), leaf("c", "1-c")])
        wanted = {doc_id: [str(rev)] for doc_id, rev in revs.items()} | {"c": ["1-c", "1-a"], "none": ["1-a"]}
        purged = store.purge(db, wanted)
        assert {doc_id for doc_id, of in purged.items() if of} == {*ids, "c"}
        assert set(purged["c"]) == {"1-a", "1-c"}
        assert set(leaves_of(store, db, (*ids[:3], "c"))) == {("c", "1-b")}
        assert store.read_leaves(db, ids[-3:]) == []

    def test_a_position_of_another_store_counts_as_the_beginning(self, store: DocumentStore, db: str) -> None:
        store.put_document(db, "a", {})
        for foreign in (
            "12-0123456789ab",
            "9-g1AAAABteJzLYWBgYMpgTmEQTM4vTc5ISXIwNDLXMwBCwxygVCJDUv3___-zMpgT",
        ):
            batch = store.changes(db, since=foreign, limit=100)
            assert "a" in {row.doc_id for row in batch.rows}
            assert store.changes(db, since=batch.last_seq, limit=100).rows == []

    def test_positions_of_very_many_databases(self, store: DocumentStore, db: str) -> None:
        names = [f"tech-nowhere-{number}" for number in range(240)]
        assert set(store.positions([*names[:120], db, *names[120:]])) == {db}
