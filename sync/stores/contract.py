"""The contract of a document store: what the server itself does with technicians' databases.

Tablets do not come through here; they replicate with the store's own endpoint (the embedded one, or CouchDB).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class StoreUnavailable(Exception):  # noqa: N818  # named for what is wrong
    """The store cannot be reached or is busy beyond patience; trying again later may work."""


class DatabaseMissing(Exception):  # noqa: N818  # named for what is wrong
    """No database of that name; `ensure_database` makes one."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a document: plain bytes, MIME type, and the digest of the protocol (`md5-…`)."""

    data: bytes
    content_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class Change:
    """A document that changed.

    `seq` is an opaque position. `revs` are the leaf revisions, the winner first. `deleted` speaks of the
    winner. `doc` is the winning revision with `_id`, `_rev` and attachment stubs, or None when documents
    were not asked for.
    """

    seq: str
    doc_id: str
    revs: tuple[str, ...]
    deleted: bool
    doc: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """Changes in order, the position to ask from next time, and how many are left after it."""

    rows: list[Change]
    last_seq: str
    pending: int


@dataclass(frozen=True, slots=True)
class DatabaseInfo:
    """Figures of one database: live and deleted documents, and the newest position."""

    name: str
    doc_count: int
    doc_del_count: int
    update_seq: str


class DocumentStore(Protocol):
    """Technicians' databases as the server uses them. Every method may raise StoreUnavailable.

    All but `ensure_database`, `delete_database` and `database_names` raise DatabaseMissing for an unknown
    name.
    """

    @property
    def parallel_writes(self) -> int:
        """How many databases are best written at once: 1 where writing is work of this process."""

    def ensure_database(self, name: str, *, members: Sequence[str] = ()) -> None:
        """Create the database when it is missing; `members` are the roles that may open it from now on.

        Without any it is closed to all but administrators.
        """

    def members(self, name: str) -> list[str]:
        """Return the roles that may open the database besides administrators."""

    def delete_database(self, name: str) -> None:
        """Remove the database with everything in it; a missing one is no error."""

    def await_copies(self, name: str) -> None:
        """Return when everything that was confirmed is seen by every reader; at once for one machine.

        Raises StoreUnavailable when it takes too long, or while a machine that has a part is away.
        """

    def database_names(self) -> list[str]:
        """Return all names in order."""

    def info(self, name: str) -> DatabaseInfo:
        """Return the database's figures."""

    def positions(self, names: Sequence[str]) -> dict[str, str]:
        """Return the newest position of each database that exists, in one or two requests.

        A position equal to one seen before means that nothing changed since; a different one may.
        """

    def put_document(
        self,
        db: str,
        doc_id: str,
        body: Mapping[str, Any],
        *,
        attachments: Mapping[str, Attachment] | None = None,
    ) -> str | None:
        """Write the server's own revision on top of the winner and return its id.

        Returns None and writes nothing when body and attachments are what is stored. A deleted document
        comes back. `attachments` None keeps the stored ones; a mapping replaces them.
        """

    def put_documents(self, db: str, bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
        """Write many documents in one transaction, each as `put_document` does, and return its answer for
        each.
        """

    def remove_document(self, db: str, doc_id: str) -> str | None:
        """Delete every live leaf; return the winning deletion's revision, or None when there was nothing
        live.
        """

    def get_document(self, db: str, doc_id: str, rev: str | None = None) -> dict[str, Any] | None:
        """Return the winner, or the given revision, with `_id`, `_rev` and stubs; None when missing or
        deleted.
        """

    def get_documents(self, db: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the winners among these by id, in one request, each as `get_document` does; no entry for one
        that is missing or deleted.
        """

    def get_attachment(self, db: str, doc_id: str, name: str, rev: str | None = None) -> Attachment | None:
        """Return a file of the winner or of the given revision, or None."""

    def changes(self, db: str, *, since: str, limit: int, include_docs: bool = True) -> ChangeBatch:
        """Return up to `limit` documents changed after `since` (`"0"` is the beginning), each once, oldest
        first.
        """

    def read_leaves(self, db: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return every leaf of the documents, deletions too, with `_revisions` and inline `_attachments`."""

    def write_leaves(self, db: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Merge leaves read from another store into their documents; known ones change nothing."""

    def purge(self, db: str, revs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Forget leaf revisions without a trace in the feed, and return those forgotten."""

    def get_local(self, db: str, doc_id: str) -> dict[str, Any] | None:
        """Return the server's own `_local/` document without `_` fields; `doc_id` has no prefix."""

    def put_local(self, db: str, doc_id: str, body: Mapping[str, Any]) -> None:
        """Write the server's own `_local/` document over what was there."""
