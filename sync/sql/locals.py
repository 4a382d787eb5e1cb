"""`_local/` documents: checkpoints that never replicate, each caller's in a namespace of its own."""

from sync.sql.connection import Connection


def get(connection: Connection, db_id: int, owner: str, doc_id: str) -> tuple[str, bytes] | None:
    """Return (revision, body) or None."""
    row = connection.row(
        "SELECT rev, body FROM sync_local WHERE db_id = ? AND owner = ? AND doc_id = ?",
        (db_id, owner, doc_id),
    )
    return None if row is None else (f"0-{row[0]}", row[1])


def put(connection: Connection, db_id: int, owner: str, doc_id: str, body: bytes) -> str:
    """Write over what is there and return the new revision.

    A stale `_rev` is no error, as in CouchDB: only one client writes a checkpoint, and a lost answer must
    not stop it.
    """
    row = connection.row(
        "INSERT INTO sync_local (db_id, owner, doc_id, rev, body) VALUES (?, ?, ?, 1, ?)"
        " ON CONFLICT (db_id, owner, doc_id) DO UPDATE SET rev = sync_local.rev + 1, body = excluded.body"
        " RETURNING rev",
        (db_id, owner, doc_id, body),
    )
    return f"0-{row[0] if row else 1}"


def delete(connection: Connection, db_id: int, owner: str, doc_id: str) -> bool:
    """Remove one; tell whether it was there."""
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
