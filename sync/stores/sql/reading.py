"""Queries of documents and revisions. Each fetches a whole batch with one statement."""

from collections.abc import Iterable, Sequence

from sync.stores.sql.connection import Connection
from sync.stores.sql.rows import DatabaseRow, DocumentRow, RevisionRow

_DATABASES = (
    "SELECT id, name, uuid, update_seq, doc_count, doc_del_count, purge_seq, revs_limit FROM sync_database"
)
_DATABASE = f"{_DATABASES} WHERE name = ?"


def database(connection: Connection, name: str, *, lock: bool = False) -> DatabaseRow | None:
    """Return the database's row; with `lock`, no other writer passes until the transaction ends."""
    row = connection.row(_DATABASE + (connection.lock if lock else ""), (name,))
    return None if row is None else DatabaseRow(*row)


def databases(connection: Connection, names: Sequence[str]) -> list[DatabaseRow]:
    """Return the rows of the databases among `names` that exist."""
    rows = connection.rows(f"{_DATABASES} WHERE {connection.any_of('name')}", (connection.listing(names),))
    return [DatabaseRow(*row) for row in rows]


def documents(connection: Connection, db_id: int, ids: Sequence[str]) -> dict[str, DocumentRow]:
    """Return the documents among `ids` that exist, with their trees."""
    if len(ids) == 1:
        condition, parameter = "doc_id = ?", ids[0]
    else:
        condition, parameter = connection.any_of("doc_id"), connection.listing(ids)
    rows = connection.rows(
        f"SELECT doc_id, seq, rev, deleted, others, tree FROM sync_document WHERE db_id = ? AND {condition}",  # noqa: S608  # the condition is made of constants
        (db_id, parameter),
    )
    return {row[0]: DocumentRow(row[0], row[1], row[2], bool(row[3]), row[4], row[5]) for row in rows}


def weights(connection: Connection, db_id: int, ids: Sequence[str]) -> dict[str, int]:
    """Return how many bytes each of the documents that exist has here: all its revisions and its tree."""
    rows = connection.rows(
        "SELECT d.doc_id, length(d.tree) + coalesce("  # noqa: S608  # the condition is made of constants
        "(SELECT sum(length(r.body) + coalesce(length(r.files), 0))"
        " FROM sync_revision r WHERE r.db_id = d.db_id AND r.doc_id = d.doc_id), 0)"
        f" FROM sync_document d WHERE d.db_id = ? AND {connection.any_of('d.doc_id')}",
        (db_id, connection.listing(ids)),
    )
    return {doc_id: int(size) for doc_id, size in rows}


def documents_with_winner(
    connection: Connection, db_id: int, ids: Sequence[str]
) -> dict[str, tuple[DocumentRow, RevisionRow]]:
    """Return the documents among `ids` with their trees and the winner's body."""
    rows = connection.rows(
        "SELECT d.doc_id, d.seq, d.rev, d.deleted, d.others, d.tree, r.body, r.files FROM sync_document d"  # noqa: S608  # the condition is made of constants
        " JOIN sync_revision r ON r.db_id = d.db_id AND r.doc_id = d.doc_id AND r.rev = d.rev"
        f" WHERE d.db_id = ? AND {connection.any_of('d.doc_id')}",
        (db_id, connection.listing(ids)),
    )
    found = {}
    for doc_id, seq, rev, deleted, others, tree, body, files in rows:
        document = DocumentRow(doc_id, seq, rev, bool(deleted), others, tree)
        found[doc_id] = document, RevisionRow(doc_id, rev, bool(deleted), body, files)
    return found


def revisions(
    connection: Connection, db_id: int, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], RevisionRow]:
    """Return the stored revisions among the wanted (document, revision) pairs."""
    pairs = set(wanted)
    if not pairs:
        return {}
    rows = connection.rows(
        "SELECT doc_id, rev, deleted, body, files FROM sync_revision"  # noqa: S608  # the conditions are made of constants
        f" WHERE db_id = ? AND {connection.any_of('doc_id')} AND {connection.any_of('rev')}",
        (
            db_id,
            connection.listing(list({doc_id for doc_id, _ in pairs})),
            connection.listing(list({rev for _, rev in pairs})),
        ),
    )
    return {
        (row[0], row[1]): RevisionRow(row[0], row[1], bool(row[2]), row[3], row[4])
        for row in rows
        if (row[0], row[1]) in pairs
    }


def stored_revisions(connection: Connection, db_id: int, doc_id: str) -> dict[str, bool]:
    """Return the revisions of a document whose bodies are still here, each with whether it is a deletion."""
    rows = connection.rows(
        "SELECT rev, deleted FROM sync_revision WHERE db_id = ? AND doc_id = ?", (db_id, doc_id)
    )
    return {rev: bool(deleted) for rev, deleted in rows}
