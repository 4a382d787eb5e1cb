"""Whole documents, as they are carried from one store to another: every leaf with its history and files."""

from collections.abc import Sequence
from typing import Any

import orjson

from sync.protocol import revtree
from sync.protocol.attachments import gunzip
from sync.stores.sql import files, reading
from sync.stores.sql.connection import Connection
from sync.stores.sql.rows import DatabaseRow, RevisionRow, render, revisions_field, with_data


def read(connection: Connection, database: DatabaseRow, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return every leaf of the documents with `_revisions` and inline `_attachments`."""
    found = reading.documents(connection, database.id, ids)
    wanted = [(doc_id, rev) for doc_id, row in found.items() for rev, _ in row.leaves()]
    rows = reading.revisions(connection, database.id, wanted)
    trees = {doc_id: revtree.load(row.tree) for doc_id, row in found.items()}
    leaves = []
    for doc_id, rev in wanted:
        row = rows[doc_id, rev]
        history = {"_revisions": revisions_field(revtree.ancestry(trees[doc_id], rev))}
        leaves.append(orjson.loads(render(row, history, _with_files(connection, database.id, row))))
    return leaves


def _with_files(connection: Connection, db_id: int, row: RevisionRow) -> bytes | None:
    if row.files is None:
        return None
    entries = orjson.loads(row.files)
    stored = files.contents(connection, db_id, [(row.doc_id, row.rev)])[row.doc_id, row.rev]
    plain = {
        name: gunzip(content, entries[name]["length"]) if entries[name].get("encoding") == "gzip" else content
        for name, content in stored.items()
    }
    return with_data(row.files, plain)
