"""What the server itself writes: a document as it is to be, on top of what is there."""

from collections.abc import Mapping
from typing import Any

import orjson

from sync.protocol import attachments, documents
from sync.protocol.attachments import AttachmentEdit
from sync.protocol.documents import Edit
from sync.protocol.limits import Limits
from sync.stores.contract import Attachment
from sync.stores.sql.rows import RevisionRow


def own_edit(
    doc_id: str,
    body: Mapping[str, Any],
    winner: RevisionRow | None,
    given: Mapping[str, Attachment] | None,
    limits: Limits,
) -> Edit | None:
    """Return the edit that makes the document say `body`, or None when `winner` says so already.

    `given` are the files it is to have, None to keep those it has. Raises ProtocolError beyond the limits.
    """
    live = winner is not None and not winner.deleted
    stubs = orjson.loads(winner.files) if live and winner and winner.files else {}
    path = (winner.rev,) if live and winner else ()
    document = {**body, "_attachments": stubs if given is None else {}}
    edit = documents.parse_document(document, new_edits=True, limits=limits, doc_id=doc_id)
    kept = edit.attachments if given is None else _files(given, limits)
    edit = Edit(edit.doc_id, path, False, edit.body, kept)
    if live and winner and _same(edit.body, winner.body):
        before = {name: entry["digest"] for name, entry in stubs.items()}
        if before == {file.name: file.meta.digest if file.meta else file.digest for file in kept}:
            return None
    return edit


def _files(given: Mapping[str, Attachment], limits: Limits) -> tuple[AttachmentEdit, ...]:
    return tuple(
        attachments.stored(AttachmentEdit(name, file.content_type), file.data, limits, encoded=False)
        for name, file in given.items()
    )


def _same(one: bytes, other: bytes) -> bool:
    return one == other or orjson.loads(one) == orjson.loads(other)
