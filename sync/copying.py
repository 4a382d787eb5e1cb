"""Carry databases from one document store to the other without losing a revision.

Leaves travel with their histories, conflicts, deletions and files, so a tablet that replicates with the
new store finds everything it had sent, and sends nothing again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync.store import DocumentStore

BATCH = 100
"""Documents a round; photos travel inline, so a round stays well under a request's limit."""


class CopyIncomplete(Exception):  # noqa: N818 - named for what is wrong
    """The target does not hold what the source holds; the source was left as it was."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One database carried over: documents and leaf revisions, and the target's newest position."""

    database: str
    documents: int
    leaves: int
    position: str


def copy_database(
    source: DocumentStore,
    target: DocumentStore,
    name: str,
    members: Sequence[str],
    *,
    progress: Callable[[int], None] | None = None,
) -> Copied:
    """Copy one database and compare afterwards. Repeating it after a failure goes on where needed.

    Raises CopyIncomplete when a leaf is missing at the end, StoreUnavailable, DatabaseMissing.
    """
    target.ensure_database(name, members=members)
    since = "0"
    wanted: dict[str, set[str]] = {}
    while True:
        batch = source.changes(name, since=since, limit=BATCH, include_docs=False)
        ids = [row.doc_id for row in batch.rows if not row.doc_id.startswith("_design/")]
        if ids:
            target.write_leaves(name, source.read_leaves(name, ids))
        wanted |= {row.doc_id: set(row.revs) for row in batch.rows if row.doc_id in set(ids)}
        if progress:
            progress(len(ids))
        since = batch.last_seq
        if not batch.pending:
            break
    _compare(target, name, wanted)
    return Copied(name, len(wanted), sum(len(revs) for revs in wanted.values()), target.info(name).update_seq)


def _compare(target: DocumentStore, name: str, wanted: dict[str, set[str]]) -> None:
    """Every leaf of the source is a leaf of the target. Raises CopyIncomplete naming one that is not."""
    left = dict(wanted)
    since = "0"
    while True:
        batch = target.changes(name, since=since, limit=1000, include_docs=False)
        for row in batch.rows:
            if row.doc_id in left and left[row.doc_id] <= set(row.revs):
                del left[row.doc_id]
        since = batch.last_seq
        if not batch.pending:
            break
    if left:
        raise CopyIncomplete(f"{name}: {len(left)} documents are not whole, {min(left)} among them")
