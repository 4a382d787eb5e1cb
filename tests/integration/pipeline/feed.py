"""Both ends of the feed, without the network: the office publishes and ingests, a tablet pushes."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.ingest import IngestResult, ingest_all
from sync.pipeline.publish import publish_pending
from sync.stores.contract import DocumentStore
from tests.integration.usecases.world import LATER, NOW

Sessions = sessionmaker[Session]


def publish(sessions: Sessions, store: DocumentStore) -> int:
    """Publish what waits, and return how many outbox rows that were."""
    return publish_pending(sessions, store, clock=lambda: NOW)


def ingest(sessions: Sessions, store: DocumentStore) -> IngestResult:
    """Ingest every technician's events."""
    return ingest_all(sessions, store, clock=lambda: LATER)


def document(store: DocumentStore, technician: str, doc_id: str) -> dict[str, Any]:
    """Return a document of a technician's database, which must be there."""
    found = store.get_document(f"tech-{technician}", doc_id)
    assert found is not None
    return found


def push(store: DocumentStore, documents: Iterable[dict[str, Any]], *, salt: str = "") -> None:
    """Write event documents as first revisions; another `salt` makes another revision of the same id.

    Photos named by stubs are sent as three bytes.
    """
    by_database: dict[str, list[dict[str, Any]]] = {}
    for document in documents:
        hash_ = hashlib.md5(f"{document['_id']}{salt}".encode(), usedforsecurity=False).hexdigest()
        leaf = document | {"_rev": f"1-{hash_}", "_revisions": {"start": 1, "ids": [hash_]}}
        if "_attachments" in document:
            leaf["_attachments"] = {
                name: {"content_type": "image/jpeg", "data": "cGlj"} for name in document["_attachments"]
            }
        by_database.setdefault(f"tech-{document['technician']}", []).append(leaf)
    for database, leaves in by_database.items():
        store.write_leaves(database, leaves)
