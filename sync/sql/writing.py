"""Storing a batch of revisions in one transaction under the database's lock."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import orjson

from sync import revtree
from sync.attachments import AttachmentEdit, AttachmentMeta, missing_stub
from sync.documents import Edit, next_revision
from sync.errors import ProtocolError, bad_request, conflict, too_large
from sync.limits import Limits
from sync.revtree import BadRevision, Tree
from sync.sql import files, reading
from sync.sql.connection import Connection
from sync.sql.rows import DatabaseRow, DocumentRow
from sync.winner import generation


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one edit: its revision, or why it was refused. `new` is False for one already known."""

    doc_id: str
    rev: str | None = None
    refusal: ProtocolError | None = None
    new: bool = False


@dataclass(slots=True)
class _Document:
    before: DocumentRow | None
    tree: Tree
    files: dict[str, dict[str, AttachmentMeta]] = field(default_factory=dict)
    """Attachments by revision."""
    changed: bool = False


@dataclass(slots=True)
class _Rows:
    revisions: list[tuple[object, ...]] = field(default_factory=list)
    links: list[tuple[object, ...]] = field(default_factory=list)
    blobs: dict[bytes, tuple[object, ...]] = field(default_factory=dict)


def write(
    connection: Connection, database: DatabaseRow, edits: Sequence[Edit], *, new_edits: bool, limits: Limits
) -> list[Written]:
    """Store the edits in order and return one outcome each.

    `database` must have been read with its lock. With `new_edits` each edit makes the next revision on a
    leaf and conflicts otherwise; without, histories are merged as they come and a known revision changes
    nothing."""
    ids = list(dict.fromkeys(edit.doc_id for edit in edits))
    known = reading.documents(connection, database.id, ids) if ids else {}
    documents = {
        doc_id: _Document(row, revtree.load(row.tree) if row else revtree.EMPTY)
        for doc_id, row in ((doc_id, known.get(doc_id)) for doc_id in ids)
    }
    stubbed = [edit.doc_id for edit in edits if any(file.stub for file in edit.attachments)]
    if stubbed:
        for (doc_id, rev), metas in files.of_documents(connection, database.id, stubbed).items():
            documents[doc_id].files[rev] = metas
    rows = _Rows()
    written = []
    for edit in edits:
        try:
            written.append(_apply(edit, documents[edit.doc_id], rows, database, new_edits, limits))
        except ProtocolError as refusal:
            written.append(Written(edit.doc_id, refusal=refusal))
    _store(connection, database, documents, rows)
    return written


def _apply(
    edit: Edit, document: _Document, rows: _Rows, database: DatabaseRow, new_edits: bool, limits: Limits
) -> Written:
    path = _own_path(edit, document.tree) if new_edits else edit.path
    rev = path[0]
    try:
        merged, new = revtree.merge(document.tree, path, deleted=edit.deleted, limit=database.revs_limit)
    except BadRevision as error:
        raise bad_request(str(error)) from None
    if not new:
        if merged.parents != document.tree.parents:
            document.tree, document.changed = merged, True
        return Written(edit.doc_id, rev)
    if len(merged.parents) > limits.leaves_per_document:
        _check_leaves(merged, edit.doc_id, limits)
    metas = _files(edit, path, document)
    document.tree, document.changed = merged, True
    _collect(edit, rev, metas, rows, database.id)
    if metas:
        document.files[rev] = metas
    return Written(edit.doc_id, rev, new=True)


def _own_path(edit: Edit, tree: Tree) -> tuple[str, ...]:
    leaves = revtree.leaves(tree)
    if edit.path:
        parent: str | None = edit.path[0]
        if all(parent != rev for rev, _ in leaves):
            raise conflict()
    elif not leaves:
        parent = None
    else:
        # A deleted document may be written again without naming its deletion.
        parent, deleted = leaves[0]
        if not deleted:
            raise conflict()
    rev = next_revision(edit, parent)
    return (rev,) if parent is None else (rev, parent)


def _check_leaves(tree: Tree, doc_id: str, limits: Limits) -> None:
    if len(revtree.leaves(tree)) > limits.leaves_per_document:
        raise too_large("document_too_large", f"{doc_id}: too many conflicting revisions")


def _files(edit: Edit, path: Sequence[str], document: _Document) -> dict[str, AttachmentMeta]:
    found = {}
    for file in edit.attachments:
        meta = file.meta
        if file.stub:
            meta = _resolve(file, path, document)
        elif meta is not None and not meta.revpos:
            meta = replace(meta, revpos=generation(path[0]))
        if meta is None:
            raise bad_request(f"attachment {file.name!r} was announced and did not follow")
        found[file.name] = meta
    return found


def _resolve(file: AttachmentEdit, path: Sequence[str], document: _Document) -> AttachmentMeta:
    ancestors = [rev for rev in path if rev in document.files]
    others = [rev for rev in document.files if rev not in path]
    candidates = [document.files[rev].get(file.name) for rev in ancestors]
    by_digest = [document.files[rev].get(file.name) for rev in others] if file.digest else []
    named = [meta for meta in candidates if meta is not None]
    same = [meta for meta in [*named, *by_digest] if meta is not None and meta.digest == file.digest]
    chosen = (same or named)[:1]
    if not chosen:
        raise missing_stub(file.name)
    return chosen[0]


def _collect(edit: Edit, rev: str, metas: dict[str, AttachmentMeta], rows: _Rows, db_id: int) -> None:
    rows.revisions.append((db_id, edit.doc_id, rev, edit.deleted, edit.body, files.stubs(metas)))
    for name, meta in metas.items():
        rows.links.append((db_id, edit.doc_id, rev, name, meta.sha256))
    for file in edit.attachments:
        if file.content is not None and file.meta is not None:
            rows.blobs[file.meta.sha256] = (db_id, file.meta.sha256, file.content)


def _store(
    connection: Connection, database: DatabaseRow, documents: dict[str, _Document], rows: _Rows
) -> None:
    seq, live, dead = database.update_seq, database.doc_count, database.doc_del_count
    upserts = []
    for doc_id, document in documents.items():
        if not document.changed:
            continue
        (rev, deleted), *others = revtree.leaves(document.tree)
        seq += 1
        if document.before is None or document.before.deleted != deleted:
            live += not deleted
            dead += deleted
            if document.before is not None:
                live -= deleted
                dead -= not deleted
        tree = revtree.dump(document.tree)
        told = orjson.dumps(others) if others else None
        upserts.append((database.id, doc_id, seq, rev, deleted, told, tree))
    if not upserts:
        return
    connection.many(
        "INSERT INTO sync_document (db_id, doc_id, seq, rev, deleted, others, tree) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (db_id, doc_id) DO UPDATE SET seq = excluded.seq, rev = excluded.rev,"
        " deleted = excluded.deleted, others = excluded.others, tree = excluded.tree",
        upserts,
    )
    connection.many(
        "INSERT INTO sync_revision (db_id, doc_id, rev, deleted, body, files) VALUES (?, ?, ?, ?, ?, ?)",
        rows.revisions,
    )
    connection.many(
        "INSERT INTO sync_blob (db_id, sha256, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        list(rows.blobs.values()),
    )
    connection.many(
        "INSERT INTO sync_attachment (db_id, doc_id, rev, name, sha256) VALUES (?, ?, ?, ?, ?)", rows.links
    )
    connection.run(
        "UPDATE sync_database SET update_seq = ?, doc_count = ?, doc_del_count = ? WHERE id = ?",
        (seq, live, dead, database.id),
    )
    connection.notify(database.id)
