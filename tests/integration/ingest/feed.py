"""A tablet's side of the feed, without the network: leaves written as replication would write them."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sync.store import DocumentStore


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
