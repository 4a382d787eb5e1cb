"""Carry databases from one document store to the other without losing a revision.

Leaves travel with their histories, conflicts, deletions and files, so a tablet that replicates with the
new store finds everything it had sent, and sends nothing again. Of the two copies exactly one is open to
its members: the one in use. So a half-made copy and one that was left behind are known for what they are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sync.stores.contract import DocumentStore

BATCH = 25
"""Documents a round; photos travel inline, so a round stays well under a request's limit."""
PAGE = 1000
Leaves = dict[str, set[str]]


class CopyRefused(Exception):  # noqa: N818 - named for what is wrong
    """The target holds a database of that name that is in use, or the source is still being written."""


class CopyIncomplete(Exception):  # noqa: N818 - named for what is wrong
    """The target does not hold what the source holds; the source was left as it was."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One database carried over: documents and leaf revisions, and the newest position in the target.

    `source_seq` is how far the source was read.
    """

    database: str
    documents: int
    leaves: int
    position: str
    source_seq: str


def is_open(store: DocumentStore, name: str) -> bool:
    """Whether the database is there and in use: open to somebody besides administrators."""
    return name in store.positions([name]) and bool(store.members(name))


def copy_database(
    source: DocumentStore,
    target: DocumentStore,
    name: str,
    *,
    replace: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Copied:
    """Copy one database into a new one that is closed to its members, and compare afterwards.

    A closed database of that name in the target is a copy left behind and makes room; one that is open only
    with `replace`. Raises CopyRefused, CopyIncomplete when both differ at the end, StoreUnavailable,
    DatabaseMissing.
    """
    if is_open(target, name) and not replace:
        raise CopyRefused(f"{name} is in use in both stores.")
    target.delete_database(name)
    target.ensure_database(name)
    source.await_copies(name)
    since = "0"
    wanted: Leaves = {}
    while True:
        batch = source.changes(name, since=since, limit=BATCH, include_docs=False)
        rows = [row for row in batch.rows if not _is_design(row.doc_id)]
        if rows:
            target.write_leaves(name, source.read_leaves(name, [row.doc_id for row in rows]))
        wanted |= {row.doc_id: set(row.revs) for row in rows}
        if progress:
            progress(len(rows))
        since = batch.last_seq
        if not batch.pending:
            break
    target.await_copies(name)
    _compare(_leaves(target, name), wanted, name)
    leaves = sum(len(revs) for revs in wanted.values())
    return Copied(name, len(wanted), leaves, target.info(name).update_seq, since)


def check_unwritten(source: DocumentStore, copied: Copied) -> None:
    """Raise CopyRefused when the source was written after it was read."""
    source.await_copies(copied.database)
    late = source.changes(copied.database, since=copied.source_seq, limit=PAGE, include_docs=False).rows
    if any(not _is_design(row.doc_id) for row in late):
        raise CopyRefused(f"{copied.database} is still being written.")


def _leaves(store: DocumentStore, name: str) -> Leaves:
    found: Leaves = {}
    since = "0"
    while True:
        batch = store.changes(name, since=since, limit=PAGE, include_docs=False)
        found |= {row.doc_id: set(row.revs) for row in batch.rows if not _is_design(row.doc_id)}
        since = batch.last_seq
        if not batch.pending:
            return found


def _compare(found: Leaves, wanted: Leaves, name: str) -> None:
    """Raise CopyIncomplete naming a document whose leaves are not the same in both."""
    differing = {doc_id for doc_id in found.keys() | wanted if found.get(doc_id) != wanted.get(doc_id)}
    if differing:
        raise CopyIncomplete(f"{name}: {len(differing)} documents differ, {min(differing)} among them.")


def _is_design(doc_id: str) -> bool:
    """A CouchDB's guard belongs to the store it is in, not to the data."""
    return doc_id.startswith("_design/")
