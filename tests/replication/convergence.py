"""Replicas of one database that are edited and replicated at random, as a state machine."""

import uuid
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sync.protocol import revtree
from sync.protocol.documents import parse_document
from sync.protocol.winner import winner
from sync.stores.contract import Attachment
from sync.stores.sql import reading, writing
from sync.stores.sql.connection import Connection
from sync.stores.sql.rows import DatabaseRow
from sync.stores.sql.store import SqlStore

REPLICAS = 3
docs = st.sampled_from(["order:1", "event:d:1", "ref:x"])
replicas = st.integers(0, REPLICAS - 1)
bodies = st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 3), max_size=2)
names = st.sampled_from(["p.jpg", "t.txt"])


class Replicas(RuleBasedStateMachine):
    """Random edits, deletions, conflicts, files and replications; all replicas must end equal."""

    store: ClassVar[SqlStore]

    def __init__(self) -> None:
        super().__init__()
        self.databases: list[str] = []
        self.acknowledged: list[set[tuple[str, str]]] = []

    @initialize()
    def begin(self) -> None:
        """Make empty replicas."""
        for _ in range(REPLICAS):
            name = f"r{uuid.uuid4().hex}"
            self.store.ensure_database(name)
            self.databases.append(name)
            self.acknowledged.append(set())

    @rule(at=replicas, doc=docs, body=bodies)
    def edit(self, at: int, doc: str, body: dict[str, int]) -> None:
        """Write on top of the winner."""
        rev = self.store.put_document(self.databases[at], doc, body)
        if rev is not None:
            self.acknowledged[at].add((doc, rev))

    @rule(at=replicas, doc=docs, name=names, data=st.binary(max_size=3))
    def attach(self, at: int, doc: str, name: str, data: bytes) -> None:
        """Write a file, the same bytes now and then."""
        kind = "text/plain" if name.endswith("txt") else "image/jpeg"
        file = Attachment(data, kind, "")
        rev = self.store.put_document(self.databases[at], doc, {"with": name}, attachments={name: file})
        if rev is not None:
            self.acknowledged[at].add((doc, rev))

    @rule(at=replicas, doc=docs)
    def remove(self, at: int, doc: str) -> None:
        """Delete every live leaf."""
        rev = self.store.remove_document(self.databases[at], doc)
        if rev is not None:
            self.acknowledged[at].add((doc, rev))

    @rule(at=replicas, doc=docs, body=bodies, data=st.data())
    def edit_a_losing_leaf(self, at: int, doc: str, body: dict[str, int], data: st.DataObject) -> None:
        """Write on top of any leaf, so that conflicts grow."""

        def edit(connection: Connection, database: DatabaseRow) -> None:
            known = reading.documents(connection, database.id, [doc]).get(doc)
            if known is None:
                return
            leaf = data.draw(st.sampled_from([rev for rev, _ in known.leaves()]))
            written = {"_id": doc, "_rev": leaf, "_deleted": data.draw(st.booleans()), **body}
            made = parse_document(written, new_edits=True, limits=self.store.limits)
            (outcome,) = writing.write(connection, database, [made], new_edits=True, limits=self.store.limits)
            assert outcome.rev is not None
            self.acknowledged[at].add((doc, outcome.rev))

        self.store.write(self.databases[at], edit)

    @rule(source=replicas, to=replicas)
    def replicate(self, source: int, to: int) -> None:
        """Move what the other lacks, in pages, as a replicator does."""
        pull(self.store, self.databases[source], self.databases[to])

    @invariant()
    def nothing_acknowledged_is_lost(self) -> None:
        """Every revision a replica answered for is a leaf of it or an ancestor of one."""
        for name, written in zip(self.databases, self.acknowledged, strict=True):
            with self.store.reading(name) as (connection, database):
                known = reading.documents(
                    connection, database.id, sorted({doc for doc, _ in written}) or [""]
                )
            for doc, rev in written:
                assert rev in revtree.load(known[doc].tree).parents

    @invariant()
    def figures_are_right(self) -> None:
        """Counts kept beside the documents are those of the documents."""
        for name in self.databases:
            info = self.store.info(name)
            rows = self.store.changes(name, since="0", limit=1_000, include_docs=False).rows
            assert info.doc_count == sum(not row.deleted for row in rows)
            assert info.doc_del_count == sum(row.deleted for row in rows)

    def teardown(self) -> None:
        """Replicate everywhere; then all must have the same leaves, winner and files."""
        for _ in range(REPLICAS):
            for source in self.databases:
                for target in self.databases:
                    pull(self.store, source, target)
        states = [state(self.store, name) for name in self.databases]
        assert all(one == states[0] for one in states)
        for leaves, first in states[0].values() if states else ():
            assert first == winner([(rev, gone) for rev, gone, _ in leaves])[0]
        for name in self.databases:
            self.store.delete_database(name)


def pull(store: SqlStore, source: str, target: str) -> None:
    """Replicate one way."""
    since = "0"
    while True:
        batch = store.changes(source, since=since, limit=2, include_docs=False)
        ids = [row.doc_id for row in batch.rows]
        if ids:
            store.write_leaves(target, store.read_leaves(source, ids))
        since = batch.last_seq
        if not batch.pending:
            return


def state(store: SqlStore, name: str) -> dict[str, Any]:
    """Return, by document, the leaves with what they hold and the winner."""
    found = {}
    for row in store.changes(name, since="0", limit=1_000, include_docs=False).rows:
        leaves = []
        for leaf in store.read_leaves(name, [row.doc_id]):
            files = {key: entry["data"] for key, entry in sorted(leaf.get("_attachments", {}).items())}
            plain = {key: value for key, value in leaf.items() if not key.startswith("_")}
            leaves.append((leaf["_rev"], leaf.get("_deleted", False), (plain, files)))
        assert {rev for rev, _, _ in leaves} == set(row.revs)
        found[row.doc_id] = (sorted(leaves, key=lambda leaf: leaf[0]), row.revs[0])
    return found


def machine(store: SqlStore) -> type[Replicas]:
    """Return the machine bound to one store."""
    return type("BoundReplicas", (Replicas,), {"store": store})
