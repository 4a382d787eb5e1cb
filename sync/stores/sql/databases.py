"""Making, removing and describing databases, and forgetting what they need no longer."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from sync.protocol import revtree
from sync.stores.sql import files, reading
from sync.stores.sql.connection import Connection
from sync.stores.sql.rows import DatabaseRow

TABLES = ("sync_attachment", "sync_blob", "sync_revision", "sync_document", "sync_local")


def create(connection: Connection, name: str, security: Mapping[str, Any]) -> bool:
    """Make a database; return False when there is one of that name."""
    made = connection.run(
        "INSERT INTO sync_database"
        " (name, uuid, update_seq, doc_count, doc_del_count, purge_seq, revs_limit, security)"
        " VALUES (?, ?, 0, 0, 0, 0, 1000, ?) ON CONFLICT DO NOTHING",
        (name, secrets.token_hex(16), orjson.dumps(security)),
    )
    return made == 1


def delete(connection: Connection, database: DatabaseRow) -> None:
    """Remove the database with everything in it; its row must be locked."""
    for table in TABLES:
        connection.run(f"DELETE FROM {table} WHERE db_id = ?", (database.id,))  # noqa: S608  # a constant name
    connection.run("DELETE FROM sync_database WHERE id = ?", (database.id,))
    connection.notify(database.id)


def names(connection: Connection) -> list[str]:
    """Return all names in order."""
    return [row[0] for row in connection.rows("SELECT name FROM sync_database ORDER BY name")]


def security(connection: Connection, database: DatabaseRow) -> bytes:
    """Return the JSON of `_security`."""
    row = connection.row("SELECT security FROM sync_database WHERE id = ?", (database.id,))
    return b"{}" if row is None else row[0]


def set_security(connection: Connection, database: DatabaseRow, security: bytes) -> None:
    """Store `_security`."""
    connection.run("UPDATE sync_database SET security = ? WHERE id = ?", (security, database.id))


def set_revs_limit(connection: Connection, database: DatabaseRow, limit: int) -> None:
    """Store how many ancestors each leaf keeps; applies to later writes."""
    connection.run("UPDATE sync_database SET revs_limit = ? WHERE id = ?", (limit, database.id))


def purge(
    connection: Connection, database: DatabaseRow, wanted: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Forget leaf revisions with their bodies and files, and return those forgotten.

    A document without a leaf left is gone from the feed; one that lost only some leaves appears in it again.
    """
    known = reading.documents(connection, database.id, list(wanted)) if wanted else {}
    seq, live, dead = database.update_seq, database.doc_count, database.doc_del_count
    purged = {}
    for doc_id, revs in wanted.items():
        document = known.get(doc_id)
        tree = revtree.EMPTY if document is None else revtree.load(document.tree)
        remaining, gone = revtree.purge(tree, revs)
        purged[doc_id] = gone
        if document is None or not gone:
            continue
        live -= not document.deleted
        dead -= document.deleted
        seq += 1
        _forget_bodies(connection, database.id, doc_id, remaining)
        if remaining.parents:
            (rev, deleted), *others = revtree.leaves(remaining)
            live += not deleted
            dead += deleted
            losing = orjson.dumps(others) if others else None
            connection.run(
                "UPDATE sync_document SET seq = ?, rev = ?, deleted = ?, others = ?, tree = ?"
                " WHERE db_id = ? AND doc_id = ?",
                (seq, rev, deleted, losing, revtree.dump(remaining), database.id, doc_id),
            )
        else:
            connection.run("DELETE FROM sync_document WHERE db_id = ? AND doc_id = ?", (database.id, doc_id))
    if any(purged.values()):
        files.drop_unused(connection, database.id)
        connection.run(
            "UPDATE sync_database SET update_seq = ?, doc_count = ?, doc_del_count = ?, purge_seq = ?"
            " WHERE id = ?",
            (seq, live, dead, database.purge_seq + 1, database.id),
        )
        connection.notify(database.id)
    return purged


def _forget_bodies(connection: Connection, db_id: int, doc_id: str, remaining: revtree.Tree) -> None:
    stored = reading.stored_revisions(connection, db_id, doc_id)
    gone = [(db_id, doc_id, rev) for rev in stored if rev not in remaining.parents]
    for table in ("sync_attachment", "sync_revision"):
        connection.many(f"DELETE FROM {table} WHERE db_id = ? AND doc_id = ? AND rev = ?", gone)  # noqa: S608  # a constant name


def compact(connection: Connection, database: DatabaseRow) -> None:
    """Forget the bodies and files of revisions that are no leaves, and ancestors beyond `_revs_limit`."""
    _stem(connection, database)
    rows = connection.rows("SELECT doc_id, rev, others FROM sync_document WHERE db_id = ?", (database.id,))
    leaves = {(doc_id, rev) for doc_id, rev, _ in rows}
    leaves.update((doc_id, rev) for doc_id, _, others in rows if others for rev, _ in orjson.loads(others))
    stored = connection.rows("SELECT doc_id, rev FROM sync_revision WHERE db_id = ?", (database.id,))
    gone = [(database.id, *pair) for pair in stored if pair not in leaves]
    for table in ("sync_attachment", "sync_revision"):
        connection.many(f"DELETE FROM {table} WHERE db_id = ? AND doc_id = ? AND rev = ?", gone)  # noqa: S608  # a constant name
    if gone:
        files.drop_unused(connection, database.id)


def _stem(connection: Connection, database: DatabaseRow) -> None:
    """Shorten histories that are longer than the limit, which may have been lowered since."""
    rows = connection.rows("SELECT doc_id, tree FROM sync_document WHERE db_id = ?", (database.id,))
    trees = ((doc_id, revtree.load(tree)) for doc_id, tree in rows)
    shorter = [
        (revtree.dump(revtree.stem(tree, database.revs_limit)), database.id, doc_id)
        for doc_id, tree in trees
        if len(tree.parents) > database.revs_limit
    ]
    connection.many("UPDATE sync_document SET tree = ? WHERE db_id = ? AND doc_id = ?", shorter)
