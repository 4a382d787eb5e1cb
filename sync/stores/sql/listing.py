"""Live documents by id."""

from dataclasses import dataclass
from typing import Any

from sync.stores.sql.connection import Connection
from sync.stores.sql.rows import DocumentRow, RevisionRow


@dataclass(frozen=True, slots=True)
class Range:
    """Ids from `low` to `high` (None for no bound), in either direction."""

    low: str | None = None
    high: str | None = None
    low_included: bool = True
    high_included: bool = True
    descending: bool = False
    limit: int = 2**62
    skip: int = 0


def page(
    connection: Connection, db_id: int, wanted: Range, *, bodies: bool
) -> list[tuple[DocumentRow, RevisionRow | None]]:
    """Return the live documents of a range, in its order, with the winner's body when asked for."""
    sql = "SELECT d.doc_id, d.seq, d.rev, d.others"
    if bodies:
        sql += (
            ", r.body, r.files FROM sync_document d"
            " JOIN sync_revision r ON r.db_id = d.db_id AND r.doc_id = d.doc_id AND r.rev = d.rev"
        )
    else:
        sql += " FROM sync_document d"
    condition, params = _bounds(wanted)
    sql += f" WHERE d.db_id = ? AND NOT d.deleted{condition} ORDER BY d.doc_id"
    sql += (" DESC" if wanted.descending else "") + " LIMIT ? OFFSET ?"
    found: list[tuple[DocumentRow, RevisionRow | None]] = []
    for doc_id, seq, rev, others, *rest in connection.rows(sql, [db_id, *params, wanted.limit, wanted.skip]):
        body = RevisionRow(doc_id, rev, False, rest[0], rest[1]) if rest else None
        found.append((DocumentRow(doc_id, seq, rev, False, others), body))
    return found


def count_before(connection: Connection, db_id: int, wanted: Range) -> int:
    """Return how many live documents stand before the range in its direction."""
    bound = wanted.high if wanted.descending else wanted.low
    if bound is None:
        return 0
    sign = ">" if wanted.descending else "<"
    row = connection.row(
        f"SELECT count(*) FROM sync_document WHERE db_id = ? AND NOT deleted AND doc_id {sign} ?",  # noqa: S608  # a constant sign
        (db_id, bound),
    )
    return 0 if row is None else int(row[0])


def _bounds(wanted: Range) -> tuple[str, list[Any]]:
    sql, params = "", []
    if wanted.low is not None:
        sql += " AND d.doc_id " + (">= ?" if wanted.low_included else "> ?")
        params.append(wanted.low)
    if wanted.high is not None:
        sql += " AND d.doc_id " + ("<= ?" if wanted.high_included else "< ?")
        params.append(wanted.high)
    return sql, params
