"""Storing a batch of revisions in one transaction under the database's lock."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import orjson

from sync.protocol import revtree
from sync.protocol.attachments import AttachmentEdit, AttachmentMeta, missing_stub
from sync.protocol.documents import Edit, next_revision
from sync.protocol.errors import ProtocolError, bad_request, conflict, too_large
from sync.protocol.limits import Limits
from sync.protocol.revtree import BadRevision, Tree
from sync.protocol.winner import generation
from sync.stores.sql import files, reading
from sync.stores.sql.connection import Connection, Insert
from sync.stores.sql.rows import DatabaseRow, DocumentRow


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


def write(
    connection: Connection, database: DatabaseRow, edits: Sequence[Edit], *, new_edits: bool, limits: Limits
) -> list[Written]:
    """Store the edits in order and return one outcome each; `database` must have been read with its lock."""
    return prepare(connection, database, edits, new_edits=new_edits, limits=limits).store(connection)


def prepare(
    connection: Connection, database: DatabaseRow, edits: Sequence[Edit], *, new_edits: bool, limits: Limits
) -> "Batch":
    """Work out what the edits will write, in their order.

    With `new_edits` each edit makes the next revision on a leaf and conflicts otherwise; without, histories
    are merged as they come and a known revision changes nothing.
    """
    batch = Batch(database, limits)
    batch.load(connection, edits)
    for edit in edits:
        try:
            path = own_path(edit, batch.documents[edit.doc_id].tree) if new_edits else edit.path
            batch.written.append(batch.apply(edit, path))
        except ProtocolError as refusal:
            batch.written.append(Written(edit.doc_id, refusal=refusal))
    batch.finish()
    return batch


def store_together(connection: Connection, batches: Sequence["Batch"]) -> list[list[Written] | None]:
    """Write prepared batches of several databases at once, and return each one's outcomes.

    None stands for a batch whose database is no longer as it was read, and of which nothing was written.
    """
    now = {row.id: row for row in reading.databases(connection, [one.database.name for one in batches])}
    fitting: dict[int, Batch] = {}
    for batch in batches:
        key = batch.database.id
        if key not in fitting and now.get(key) == batch.database:
            fitting[key] = batch
    chosen = list(fitting.values())
    if not chosen:
        return [None] * len(batches)
    rows = [list(chain.from_iterable(parts)) for parts in zip(*(one.rows for one in chosen), strict=True)]
    connection.insert(list(zip(_INSERTS, rows, strict=True)))
    connection.many(_MOVE, [one.moved for one in chosen if one.moved])
    return [one.written if fitting.get(one.database.id) is one else None for one in batches]


def own_path(edit: Edit, tree: Tree) -> tuple[str, ...]:
    """Return the server-made revision of an edit and its parent; raise 409 unless that is a leaf."""
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


class Batch:
    """The documents that a request touches, and the rows it will write while `database` is as it was read."""

    def __init__(self, database: DatabaseRow, limits: Limits) -> None:
        self.database = database
        self.limits = limits
        self.documents: dict[str, _Document] = {}
        self.revisions: list[tuple[object, ...]] = []
        self.links: list[tuple[object, ...]] = []
        self.blobs: dict[bytes, tuple[object, ...]] = {}
        self.written: list[Written] = []
        self.rows: Sequence[Sequence[Sequence[object]]] = ()
        """What is to be inserted, in the order of `_INSERTS`."""
        self.moved: tuple[int, int, int, int] | None = None
        """The database's new sequence and counts, and its key; None when nothing changes."""

    def load(self, connection: Connection, edits: Sequence[Edit]) -> None:
        """Read what is stored of the documents to be edited."""
        ids = list(dict.fromkeys(edit.doc_id for edit in edits))
        known = reading.documents(connection, self.database.id, ids) if ids else {}
        for doc_id in ids:
            row = known.get(doc_id)
            self.documents[doc_id] = _Document(row, revtree.load(row.tree) if row else revtree.EMPTY)
        stubbed = [edit.doc_id for edit in edits if any(file.stub for file in edit.attachments)]
        if stubbed:
            for (doc_id, rev), metas in files.of_documents(connection, self.database.id, stubbed).items():
                self.documents[doc_id].files[rev] = metas

    def apply(self, edit: Edit, path: tuple[str, ...]) -> Written:
        """Merge one edit's history, newest revision first, and note its rows; raise ProtocolError."""
        document, rev = self.documents[edit.doc_id], path[0]
        try:
            merged, new = revtree.merge(
                document.tree, path, deleted=edit.deleted, limit=self.database.revs_limit
            )
        except BadRevision as error:
            raise bad_request(str(error)) from None
        if not new:
            if merged.parents != document.tree.parents:
                document.tree, document.changed = merged, True
            return Written(edit.doc_id, rev)
        most = self.limits.leaves_per_document
        if len(merged.parents) > most and len(revtree.leaves(merged)) > most:
            raise too_large("document_too_large", f"{edit.doc_id}: too many conflicting revisions")
        metas = _files(edit, path, document)
        document.tree, document.changed = merged, True
        document.files[rev] = metas
        self._note(edit, rev, metas)
        return Written(edit.doc_id, rev, new=True)

    def _note(self, edit: Edit, rev: str, metas: dict[str, AttachmentMeta]) -> None:
        key = self.database.id, edit.doc_id, rev
        self.revisions.append((*key, edit.deleted, edit.body, files.stubs(metas)))
        self.links.extend((*key, name, meta.sha256) for name, meta in metas.items())
        for file in edit.attachments:
            if file.content is not None and file.meta is not None:
                self.blobs[file.meta.sha256] = (self.database.id, file.meta.sha256, file.content)

    def finish(self) -> None:
        """Number the changes; the rows to write are complete after this."""
        database = self.database
        seq, live, dead = database.update_seq, database.doc_count, database.doc_del_count
        upserts = []
        for doc_id, document in self.documents.items():
            if not document.changed:
                continue
            (rev, deleted), *others = revtree.leaves(document.tree)
            seq += 1
            live += not deleted
            dead += deleted
            if document.before is not None:
                live -= not document.before.deleted
                dead -= document.before.deleted
            losing = orjson.dumps(others) if others else None
            upserts.append((database.id, doc_id, seq, rev, deleted, losing, revtree.dump(document.tree)))
        self.rows = upserts, self.revisions, list(self.blobs.values()), self.links
        self.moved = (seq, live, dead, database.id) if upserts else None

    def store(self, connection: Connection) -> list[Written]:
        """Write the rows, move the database's sequence and counts, and return one outcome per edit."""
        if self.moved is not None:
            inserts = list(zip(_INSERTS, self.rows, strict=True))
            connection.store(inserts, _MOVE + connection.notifying, self.moved)
        return self.written


_PUT_DOCUMENT = Insert(
    "sync_document",
    {
        "db_id": "bigint",
        "doc_id": "text",
        "seq": "bigint",
        "rev": "text",
        "deleted": "boolean",
        "others": "bytea",
        "tree": "bytea",
    },
    "ON CONFLICT (db_id, doc_id) DO UPDATE SET seq = excluded.seq, rev = excluded.rev,"
    " deleted = excluded.deleted, others = excluded.others, tree = excluded.tree",
)
# A revision that stemming forgot may come again while its body is still here.
_PUT_REVISION = Insert(
    "sync_revision",
    {
        "db_id": "bigint",
        "doc_id": "text",
        "rev": "text",
        "deleted": "boolean",
        "body": "bytea",
        "files": "bytea",
    },
    "ON CONFLICT DO NOTHING",
)
_PUT_BLOB = Insert(
    "sync_blob", {"db_id": "bigint", "sha256": "bytea", "content": "bytea"}, "ON CONFLICT DO NOTHING"
)
_PUT_ATTACHMENT = Insert(
    "sync_attachment",
    {"db_id": "bigint", "doc_id": "text", "rev": "text", "name": "text", "sha256": "bytea"},
    "ON CONFLICT DO NOTHING",
)
_INSERTS = (_PUT_DOCUMENT, _PUT_REVISION, _PUT_BLOB, _PUT_ATTACHMENT)
_MOVE = "UPDATE sync_database SET update_seq = ?, doc_count = ?, doc_del_count = ? WHERE id = ?"


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
    # A revision that did not bring the file means another file of that name.
    chosen = next((meta for meta in same or named if file.revpos in {None, 0, meta.revpos}), None)
    if chosen is None:
        raise missing_stub(file.name)
    return chosen
