"""What is sent to a CouchDB: the server's next revision of a document, and purges in portions it takes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pybase64

from sync.stores.contract import Attachment

PURGE_DOCUMENTS = 100
"""CouchDB's default `purge/max_document_id_number`."""
PURGE_REVISIONS = 1000
"""CouchDB's default `purge/max_revisions_number`."""


def purge_portions(revs: Mapping[str, Sequence[str]]) -> Iterator[dict[str, list[str]]]:
    """What may be purged in one request each."""
    portion: dict[str, list[str]] = {}
    count = 0
    for doc_id, rev in ((doc_id, rev) for doc_id, of in revs.items() for rev in of):
        if count >= PURGE_REVISIONS or (len(portion) >= PURGE_DOCUMENTS and doc_id not in portion):
            yield portion
            portion, count = {}, 0
        portion.setdefault(doc_id, []).append(rev)
        count += 1
    if portion:
        yield portion


def plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are the document's own, without the protocol's."""
    return {name: value for name, value in document.items() if not name.startswith("_")}


def next_revision(
    doc_id: str,
    body: Mapping[str, Any],
    current: Mapping[str, Any] | None,
    attachments: Mapping[str, Attachment] | None,
) -> dict[str, Any] | None:
    """The document to write over `current`, or None when it says the same already."""
    kept = (current or {}).get("_attachments", {})
    files = kept if attachments is None else {name: _inline(file) for name, file in attachments.items()}
    same_files = attachments is None or _digests(kept) == {name: f.digest for name, f in attachments.items()}
    if current is not None and same_files and plain(current) == plain(body):
        return None
    document = {**plain(body), "_id": doc_id}
    if files:
        document["_attachments"] = files
    if current is not None:
        document["_rev"] = current["_rev"]
    return document


def _digests(stubs: Mapping[str, Any]) -> dict[str, str]:
    return {name: stub["digest"] for name, stub in stubs.items()}


def _inline(file: Attachment) -> dict[str, str]:
    return {"content_type": file.content_type, "data": pybase64.b64encode_as_string(file.data)}
