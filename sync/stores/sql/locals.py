"""`_local/` documents: checkpoints that never replicate, each caller's in a namespace of its own."""

from sync.stores.contract import DatabaseMissing
from sync.stores.sql.connection import Connection


def get(connection: Connection, database: str, owner: str, doc_id: str) -> tuple[str, bytes] | None:
    """Return (revision, body) or None; raise DatabaseMissing. One question, because tablets ask it often."""
    row = connection.row(
        "SELECT l.rev, l.body FROM sync_database d"
        " LEFT JOIN sync_local l ON l.db_id = d.id AND l.owner = ? AND l.doc_id = ? WHERE d.name = ?",
        (owner, doc_id, database),
    )
    if row is None:
        raise DatabaseMissing(database)
    return None if row[0] is None else (f"0-{row[0]}", row[1])


def put(
    connection: Connection,
    database: str,
    owner: str,
    doc_id: str,
    revision: tuple[int, bytes],
    *,
    alone: bool = False,
) -> str:
    """Write a revision, its number and its JSON, over what is there and return its id; raise DatabaseMissing.

    A stale revision is no error, as in CouchDB: only one client writes a checkpoint, and a lost answer must
    not stop it. `alone`: nothing else is in the transaction, whose commit then need not wait for the disk.
    """
    first, beside = connection.hasty if alone else ("", "")
    row = connection.row(
        f"{first} INSERT INTO sync_local (db_id, owner, doc_id, rev, body)"  # noqa: S608  # made of constants
        f" SELECT d.id, ?, ?, ?, ? FROM sync_database d{beside} WHERE d.name = ?"
        " ON CONFLICT (db_id, owner, doc_id) DO UPDATE SET rev = excluded.rev, body = excluded.body"
        " RETURNING rev",
        (owner, doc_id, *revision, database),
    )
    if row is None:
        raise DatabaseMissing(database)
    return f"0-{row[0]}"


def delete(connection: Connection, db_id: int, owner: str, doc_id: str) -> bool:
    """Remove one; return whether it was there."""
    gone = connection.run(
        "DELETE FROM sync_local WHERE db_id = ? AND owner = ? AND doc_id = ?", (db_id, owner, doc_id)
    )
    return gone > 0


def listing(connection: Connection, db_id: int, owner: str) -> list[tuple[str, str]]:
    """Return (id, revision) of all in order."""
    rows = connection.rows(
        "SELECT doc_id, rev FROM sync_local WHERE db_id = ? AND owner = ? ORDER BY doc_id", (db_id, owner)
    )
    return [(doc_id, f"0-{rev}") for doc_id, rev in rows]
