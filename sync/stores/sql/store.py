"""The embedded document store: the contract on SQLite or PostgreSQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

import orjson
from sqlalchemy import Engine

from sync.protocol import documents as document_rules
from sync.protocol.attachments import gunzip
from sync.protocol.documents import Edit
from sync.protocol.limits import Limits
from sync.stores.contract import Attachment, Change, ChangeBatch, DatabaseInfo, DatabaseMissing
from sync.stores.guard import member_roles, security_document
from sync.stores.sql import databases, feed, files, leaves, reading, writing
from sync.stores.sql import locals as local_rows
from sync.stores.sql.connection import Connection
from sync.stores.sql.own_edits import own_edit
from sync.stores.sql.pool import Connections
from sync.stores.sql.rows import DatabaseRow, RevisionRow, render
from sync.stores.sql.watch import Waker
from sync.stores.sql.writing import Batch, Written

T = TypeVar("T")
_SERVER = ""
"""Namespace of the server's own `_local/` documents."""


class SqlStore:
    """`DocumentStore` in the product's own SQL database, whose tables (sync.stores.sql.tables) must exist.

    The endpoint reads and writes through `reading`, `write` and `edit`. Safe to share between threads.
    """

    def __init__(self, engine: Engine, *, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.connections = Connections(engine)
        self.waker = Waker(self.connections)

    def close(self) -> None:
        """Stop the watching thread and close idle connections. Feeds still parked end."""
        self.waker.close()
        self.connections.close()

    @property
    def parallel_writes(self) -> int:
        """Writing is this process's own work, and SQLite has one writer."""
        return 1

    @contextmanager
    def reading(self, name: str) -> Iterator[tuple[Connection, DatabaseRow]]:
        """Yield a connection for queries and the database's row; raise DatabaseMissing."""
        with self.connections.reading() as connection:
            database = reading.database(connection, name)
            if database is None:
                raise DatabaseMissing(name)
            yield connection, database

    def write(self, name: str, work: Callable[[Connection, DatabaseRow], T], batch: Batch | None = None) -> T:
        """Run `work` in a transaction that holds the database's lock; wake its feeds after the commit.

        Returns what `work` returned, or the outcomes of `batch`, if that was stored in its place. Raises what
        `work` raised, with nothing written; DatabaseMissing.
        """
        touched: set[int] = set() if batch is None else {batch.database.id}

        def locked(connection: Connection) -> T:
            database = reading.database(connection, name, lock=True)
            if database is None:
                raise DatabaseMissing(name)
            touched.add(database.id)
            return work(connection, database)

        answer = self.connections.write(locked, batch=batch)
        self.waker.wake(touched)
        return answer

    def edit(self, name: str, edits: Sequence[Edit], *, new_edits: bool) -> list[Written]:
        """Store revisions in one transaction and return what became of each; raise DatabaseMissing."""
        prepared = self._prepared(name, edits, new_edits=new_edits)

        def store(connection: Connection, database: DatabaseRow) -> list[Written]:
            if prepared is not None and prepared.database == database:
                return prepared.store(connection)
            return writing.write(connection, database, edits, new_edits=new_edits, limits=self.limits)

        return self.write(name, store, prepared)

    def _prepared(self, name: str, edits: Sequence[Edit], *, new_edits: bool) -> Batch | None:
        """Work out before the lock what will be written: on SQLite everybody else waits while one writes.

        It holds as long as the database's row, which is read first, is the same. A compaction leaves no trace
        there, and may take the files away that stubs stand for.
        """
        if self.connections.postgres or any(file.stub for edit in edits for file in edit.attachments):
            return None
        with self.reading(name) as (connection, database):
            return writing.prepare(connection, database, edits, new_edits=new_edits, limits=self.limits)

    def put_local_for(self, name: str, owner: str, doc_id: str, revision: tuple[int, bytes]) -> str:
        """Write a revision (number, JSON) of somebody's `_local/` document over the one there; return its id.

        Nobody is woken and the commit does not wait for the disk: they are in no feed, and a checkpoint lost
        with the power costs a replicator one question. Raises DatabaseMissing.
        """

        def put(connection: Connection) -> str:
            return local_rows.put(connection, name, owner, doc_id, revision, alone=True)

        if not self.connections.postgres:
            return self.connections.write(put, durable=False)
        with self.connections.reading() as connection:
            return put(connection)

    def remove_local_for(self, name: str, owner: str, doc_id: str) -> bool:
        """Remove somebody's `_local/` document; return whether it was there. Raises DatabaseMissing."""

        def remove(connection: Connection) -> bool:
            database = reading.database(connection, name)
            if database is None:
                raise DatabaseMissing(name)
            return local_rows.delete(connection, database.id, owner, doc_id)

        return self.connections.write(remove, durable=False)

    def ensure_database(self, name: str, *, members: Sequence[str] = ()) -> None:
        """Create the database when it is missing; `members` are the roles that may open it from now on."""
        wanted = security_document(members)
        with suppress(DatabaseMissing), self.reading(name) as (connection, found):
            if orjson.loads(databases.security(connection, found)) == wanted:
                return

        def ensure(connection: Connection) -> None:
            if databases.create(connection, name, wanted):
                return
            database = reading.database(connection, name, lock=True)
            if database and orjson.loads(databases.security(connection, database)) != wanted:
                databases.set_security(connection, database, orjson.dumps(wanted))

        self.connections.write(ensure)

    def members(self, name: str) -> list[str]:
        """Return the roles that may open the database besides administrators."""
        with self.reading(name) as (connection, database):
            return member_roles(orjson.loads(databases.security(connection, database)))

    def delete_database(self, name: str) -> None:
        """Remove the database with everything in it; a missing one is no error."""
        with suppress(DatabaseMissing):
            self.write(name, databases.delete)

    def await_copies(self, name: str) -> None:
        """Return at once: what is committed is seen."""
        self.info(name)

    def database_names(self) -> list[str]:
        """Return all names in order."""
        with self.connections.reading() as connection:
            return databases.names(connection)

    def info(self, name: str) -> DatabaseInfo:
        """Return the database's figures."""
        with self.reading(name) as (_, row):
            return DatabaseInfo(name, row.doc_count, row.doc_del_count, row.seq(row.update_seq))

    def positions(self, names: Sequence[str]) -> dict[str, str]:
        """Return the newest position of each database that exists."""
        with self.connections.reading() as connection:
            return {row.name: row.seq(row.update_seq) for row in reading.databases(connection, names)}

    def put_document(
        self,
        db: str,
        doc_id: str,
        body: Mapping[str, Any],
        *,
        attachments: Mapping[str, Attachment] | None = None,
    ) -> str | None:
        """Write the server's own revision on top of the winner; None when nothing changed."""
        return self._put(db, {doc_id: body}, None if attachments is None else {doc_id: attachments})[doc_id]

    def put_documents(self, db: str, bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
        """Write many documents in one transaction, each as `put_document` does."""
        return self._put(db, bodies, None)

    def _put(
        self,
        db: str,
        bodies: Mapping[str, Mapping[str, Any]],
        replaced: Mapping[str, Mapping[str, Attachment]] | None,
    ) -> dict[str, str | None]:
        def put(connection: Connection, database: DatabaseRow) -> dict[str, str | None]:
            known = reading.documents_with_winner(connection, database.id, list(bodies))
            edits = []
            for doc_id, body in bodies.items():
                files_given = None if replaced is None else replaced.get(doc_id)
                winner = known[doc_id][1] if doc_id in known else None
                edit = own_edit(doc_id, body, winner, files_given, self.limits)
                if edit is not None:
                    edits.append(edit)
            written = writing.write(connection, database, edits, new_edits=True, limits=self.limits)
            answers: dict[str, str | None] = dict.fromkeys(bodies)
            for outcome in written:
                if outcome.refusal is not None:
                    raise outcome.refusal
                answers[outcome.doc_id] = outcome.rev
            return answers

        return self.write(db, put)

    def remove_document(self, db: str, doc_id: str) -> str | None:
        """Delete every live leaf; None when there was nothing live."""

        def remove(connection: Connection, database: DatabaseRow) -> str | None:
            document = reading.documents(connection, database.id, [doc_id]).get(doc_id)
            if document is None or document.deleted:
                return None
            live = [rev for rev, deleted in document.leaves() if not deleted]
            edits = [Edit(doc_id, (rev,), True, b"{}") for rev in live]
            writing.write(connection, database, edits, new_edits=True, limits=self.limits)
            after = reading.documents(connection, database.id, [doc_id])[doc_id]
            return after.rev

        return self.write(db, remove)

    def get_document(self, db: str, doc_id: str, rev: str | None = None) -> dict[str, Any] | None:
        """Return the winner, or the given revision, with stubs; None when missing or deleted."""
        with self.reading(db) as (connection, database):
            found = _revision(connection, database, doc_id, rev)
            if found is None or (found.deleted and rev is None):
                return None
            document: dict[str, Any] = orjson.loads(render(found))
            return document

    def get_documents(self, db: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the winners among these by id; no entry for one that is missing or deleted."""
        with self.reading(db) as (connection, database):
            found = reading.documents_with_winner(connection, database.id, list(ids)) if ids else {}
        live = {doc_id: winner for doc_id, (_, winner) in found.items() if not winner.deleted}
        return {doc_id: orjson.loads(render(winner)) for doc_id, winner in live.items()}

    def get_attachment(self, db: str, doc_id: str, name: str, rev: str | None = None) -> Attachment | None:
        """Return a file of the winner or of the given revision, or None."""
        with self.reading(db) as (connection, database):
            found = _revision(connection, database, doc_id, rev)
            entries = {} if found is None or found.files is None else orjson.loads(found.files)
            if found is None or name not in entries:
                return None
            content = files.content(connection, database.id, doc_id, found.rev, name)
        if content is None:
            return None
        entry = entries[name]
        plain = gunzip(content, max(entry["length"], 1)) if entry.get("encoding") == "gzip" else content
        return Attachment(plain, entry["content_type"], entry["digest"])

    def changes(self, db: str, *, since: str, limit: int, include_docs: bool = True) -> ChangeBatch:
        """Return up to `limit` documents changed after `since`, each once, oldest first."""
        with self.reading(db) as (connection, database):
            after = database.position(since)
            rows = feed.page(connection, database.id, after=after, limit=limit, bodies=include_docs)
            last = rows[-1].document.seq if rows else after
            if len(rows) < limit:
                # Nothing else up to the newest position known before the query; purges may have left gaps.
                last, pending = max(last, database.update_seq), 0
            else:
                pending = feed.count_after(connection, database.id, last)
        changes = [
            Change(
                database.seq(row.document.seq),
                row.document.doc_id,
                tuple(rev for rev, _ in row.document.leaves()),
                row.document.deleted,
                None if row.winner is None else orjson.loads(render(row.winner)),
            )
            for row in rows
        ]
        return ChangeBatch(changes, database.seq(last), pending)

    def read_leaves(self, db: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return every leaf of the documents with its history and files."""
        with self.reading(db) as (connection, database):
            return leaves.read(connection, database, ids)

    def write_leaves(self, db: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Merge leaves read from another store; known ones change nothing."""
        edits = [document_rules.parse_document(d, new_edits=False, limits=self.limits) for d in documents]
        for outcome in self.edit(db, edits, new_edits=False):
            if outcome.refusal is not None:
                raise outcome.refusal

    def purge(self, db: str, revs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Forget leaf revisions without a trace in the feed, and return those forgotten."""
        return self.write(db, partial(databases.purge, wanted=revs))

    def get_local(self, db: str, doc_id: str) -> dict[str, Any] | None:
        """Return the server's own `_local/` document without `_` fields."""
        with self.connections.reading() as connection:
            found = local_rows.get(connection, db, _SERVER, doc_id)
        return None if found is None else orjson.loads(found[1])

    def put_local(self, db: str, doc_id: str, body: Mapping[str, Any]) -> None:
        """Write the server's own `_local/` document over what was there."""
        raw = document_rules.local_body(body, self.limits)
        self.put_local_for(db, _SERVER, doc_id, (1, raw))


def _revision(
    connection: Connection, database: DatabaseRow, doc_id: str, rev: str | None
) -> RevisionRow | None:
    if rev is None:
        found = reading.documents_with_winner(connection, database.id, [doc_id]).get(doc_id)
        return None if found is None else found[1]
    return reading.revisions(connection, database.id, [(doc_id, rev)]).get((doc_id, rev))
