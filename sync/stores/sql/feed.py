"""The changes feed: documents in the order of their last change."""

from dataclasses import dataclass
from typing import Any

from sync.stores.sql.connection import Connection
from sync.stores.sql.rows import DocumentRow, RevisionRow


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A changed document, with the winner's body when it was asked for."""

    document: DocumentRow
    winner: RevisionRow | None


def page(
    connection: Connection,
    db_id: int,
    *,
    after: int,
    limit: int,
    bodies: bool,
    heads: bool = False,
    before: int | None = None,
    ids: list[str] | None = None,
) -> list[FeedRow]:
    """Return up to `limit` documents changed after position `after`, oldest first.

    `heads` gives winners without their bodies, as if those were empty. With `before` the newest come first,
    starting below that position. `ids` keeps only those documents.
    """
    sql = "SELECT d.seq, d.doc_id, d.rev, d.deleted, d.others"
    if bodies or heads:
        sql += (
            f", {'r.body' if bodies else 'NULL'}, r.files FROM sync_document d"
            " JOIN sync_revision r ON r.db_id = d.db_id AND r.doc_id = d.doc_id AND r.rev = d.rev"
        )
    else:
        sql += " FROM sync_document d"
    sql += " WHERE d.db_id = ? AND d.seq > ?"
    params: list[Any] = [db_id, after]
    if before is not None:
        sql += " AND d.seq < ?"
        params.append(before)
    if ids is not None:
        sql += f" AND {connection.any_of('d.doc_id')}"
        params.append(connection.listing(ids))
    sql += " ORDER BY d.seq" + (" DESC" if before is not None else "") + " LIMIT ?"
    params.append(limit)
    found = []
    for seq, doc_id, rev, deleted, others, *rest in connection.rows(sql, params):
        document = DocumentRow(doc_id, seq, rev, bool(deleted), others)
        winner = RevisionRow(doc_id, rev, bool(deleted), rest[0] or b"{}", rest[1]) if rest else None
        found.append(FeedRow(document, winner))
    return found


def count_after(connection: Connection, db_id: int, position: int) -> int:
    """Return how many documents changed after a position."""
    row = connection.row("SELECT count(*) FROM sync_document WHERE db_id = ? AND seq > ?", (db_id, position))
    return 0 if row is None else int(row[0])
