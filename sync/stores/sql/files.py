"""Attachment bytes: kept once per database under the SHA-256 of their stored form."""

from collections.abc import Mapping, Sequence

import orjson

from sync.protocol.attachments import AttachmentMeta
from sync.stores.sql.connection import Connection


def stubs(files: Mapping[str, AttachmentMeta]) -> bytes | None:
    """Return a revision's `_attachments` as it is stored: JSON stubs, None when there are none."""
    if not files:
        return None
    return orjson.dumps({name: {**meta.public(), "stub": True} for name, meta in files.items()})


def metas(stored: bytes | None, hashes: Mapping[str, bytes]) -> dict[str, AttachmentMeta]:
    """Return what `stubs` wrote, joined with where the bytes are."""
    if stored is None:
        return {}
    return {
        name: AttachmentMeta(
            content_type=entry["content_type"],
            digest=entry["digest"],
            length=entry["length"],
            revpos=entry["revpos"],
            sha256=hashes[name],
            encoding=entry.get("encoding"),
            encoded_length=entry.get("encoded_length"),
        )
        for name, entry in orjson.loads(stored).items()
    }


def of_documents(
    connection: Connection, db_id: int, ids: Sequence[str]
) -> dict[tuple[str, str], dict[str, AttachmentMeta]]:
    """Return the attachments of every stored revision of the given documents, by (document, revision)."""
    rows = connection.rows(
        "SELECT a.doc_id, a.rev, a.name, a.sha256, r.files FROM sync_attachment a"  # noqa: S608  # the condition is made of constants
        " JOIN sync_revision r ON r.db_id = a.db_id AND r.doc_id = a.doc_id AND r.rev = a.rev"
        f" WHERE a.db_id = ? AND {connection.any_of('a.doc_id')}",
        (db_id, connection.listing(ids)),
    )
    hashes: dict[tuple[str, str], dict[str, bytes]] = {}
    found: dict[tuple[str, str], bytes] = {}
    for doc_id, rev, name, sha256, files in rows:
        hashes.setdefault((doc_id, rev), {})[name] = bytes(sha256)
        found[doc_id, rev] = files
    return {key: metas(found[key], hashes[key]) for key in found}


def contents(
    connection: Connection, db_id: int, wanted: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, bytes]]:
    """Return the stored bytes of every attachment of the given (document, revision) pairs."""
    found: dict[tuple[str, str], dict[str, bytes]] = {}
    for doc_id, rev in wanted:
        rows = connection.rows(
            "SELECT a.name, b.content FROM sync_attachment a"
            " JOIN sync_blob b ON b.db_id = a.db_id AND b.sha256 = a.sha256"
            " WHERE a.db_id = ? AND a.doc_id = ? AND a.rev = ?",
            (db_id, doc_id, rev),
        )
        found[doc_id, rev] = dict(rows)
    return found


def content(connection: Connection, db_id: int, doc_id: str, rev: str, name: str) -> bytes | None:
    """Return the stored bytes of one attachment, or None."""
    row = connection.row(
        "SELECT b.content FROM sync_attachment a"
        " JOIN sync_blob b ON b.db_id = a.db_id AND b.sha256 = a.sha256"
        " WHERE a.db_id = ? AND a.doc_id = ? AND a.rev = ? AND a.name = ?",
        (db_id, doc_id, rev, name),
    )
    return None if row is None else row[0]


def drop_unused(connection: Connection, db_id: int) -> int:
    """Delete bytes that no revision of the database names any more, and return how many files that were."""
    return connection.run(
        "DELETE FROM sync_blob WHERE db_id = ? AND NOT EXISTS (SELECT 1 FROM sync_attachment a"
        " WHERE a.db_id = sync_blob.db_id AND a.sha256 = sync_blob.sha256)",
        (db_id,),
    )
