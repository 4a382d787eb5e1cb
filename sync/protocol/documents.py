"""An incoming document taken apart: id, revision or history, deletion, files, and the body as bytes.

The body is stored as the JSON text of the fields that do not start with `_` and is spliced into answers
unparsed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sync.protocol import attachments
from sync.protocol.attachments import AttachmentEdit
from sync.protocol.errors import ProtocolError, bad_request, doc_validation, illegal_id, too_large
from sync.protocol.limits import Limits
from sync.protocol.revtree import BadRevision, check_rev, path_from

_IGNORED = frozenset({"_revs_info", "_conflicts", "_deleted_conflicts", "_local_seq"})
"""Fields a server adds to its answers; a client that sends them back means nothing by it."""


_REPLICATION_STATE = frozenset(
    f"_replication_{part}" for part in ("id", "state", "state_time", "state_reason", "stats")
)
"""Fields of a CouchDB replication job, stored like any other."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One revision to store.

    With a server-made revision `path` is the parent alone, or empty when none was given; with a replicated
    one it is the revision itself and its ancestors, newest first. `body` is a JSON object's text without
    `_` fields.
    """

    doc_id: str
    path: tuple[str, ...]
    deleted: bool
    body: bytes
    attachments: tuple[AttachmentEdit, ...] = ()


def check_id(doc_id: object, limits: Limits) -> str:
    """Return `doc_id` when a stored document may have it; raise ProtocolError 400 `illegal_docid`
    otherwise.
    """
    if not isinstance(doc_id, str):
        raise illegal_id("Document id must be a string")
    if not doc_id:
        raise illegal_id("Document id must not be empty")
    if len(doc_id) > limits.id_bytes or len(doc_id.encode()) > limits.id_bytes:
        raise illegal_id("Document id is too long")
    if doc_id.startswith("_") and not (
        doc_id.startswith(("_design/", "_local/")) and not doc_id.endswith("/")
    ):
        raise illegal_id("Only reserved document ids may start with underscore.")
    if "\x00" in doc_id:
        raise illegal_id("Document id must not hold a zero character")
    return doc_id


def parse_document(doc: object, *, new_edits: bool, limits: Limits, doc_id: str | None = None) -> Edit:
    """Return the edit that a JSON document asks for.

    `doc_id` is what the URL says and goes before `_id`. Raises ProtocolError: 400 `illegal_docid`,
    `doc_validation` or `bad_request`, 413 beyond the limits.
    """
    if not isinstance(doc, Mapping):
        raise bad_request("Document must be a JSON object")
    checked_id = check_id(doc.get("_id") if doc_id is None else doc_id, limits)
    body = {}
    for key, value in doc.items():
        if not key.startswith("_") or key in _REPLICATION_STATE:
            body[key] = value
        elif key not in _KNOWN and key not in _IGNORED:
            raise special_member(key)
    raw = orjson.dumps(body)
    if len(raw) > limits.document_bytes:
        raise too_large("document_too_large", checked_id)
    files = doc.get("_attachments", {})
    if not isinstance(files, Mapping):
        raise special_member("_attachments")
    if not isinstance(doc.get("_revisions", {}), Mapping):
        raise special_member("_revisions")
    return Edit(
        doc_id=checked_id,
        path=_path(doc, new_edits, limits),
        deleted=_deleted(doc.get("_deleted")),
        body=raw,
        attachments=attachments.parse(files, limits, replicated=not new_edits) if files else (),
    )


def special_member(name: str) -> ProtocolError:
    """A field that begins with `_` and is unknown, or has a value that it cannot have."""
    return doc_validation(f"Bad special document member: {name}")


_KNOWN = frozenset({"_id", "_rev", "_deleted", "_attachments", "_revisions"})


def _deleted(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return value is True
    raise special_member("_deleted")


def _path(doc: Mapping[str, Any], new_edits: bool, limits: Limits) -> tuple[str, ...]:
    rev = doc.get("_rev")
    try:
        if rev is not None:
            check_rev(rev, limits.revision_chars)
        if new_edits:
            return () if rev is None else (rev,)
        return replicated_path(rev, doc.get("_revisions"), limits)
    except BadRevision as error:
        raise bad_request(str(error)) from None


def replicated_path(rev: str | None, revisions: object, limits: Limits) -> tuple[str, ...]:
    """Return a replicated document's history; `_revisions` goes before `_rev`, as in CouchDB."""
    if revisions is None:
        if rev is None:
            raise BadRevision("a replicated document needs _rev or _revisions")
        return (rev,)
    if not isinstance(revisions, Mapping):
        raise BadRevision("_revisions must be an object")
    start, ids = revisions.get("start"), revisions.get("ids")
    if not isinstance(start, int) or isinstance(start, bool) or not isinstance(ids, list) or not ids:
        raise BadRevision("_revisions needs start, a number, and ids, a list")
    if len(ids) > limits.history_revisions or not all(isinstance(part, str) for part in ids):
        raise BadRevision("_revisions.ids must be a list of hashes of reasonable length")
    path = path_from(start, ids)
    for known in path:
        check_rev(known, limits.revision_chars)
    return path


def next_revision(edit: Edit, parent: str | None) -> str:
    """Return the id of the revision that `edit` makes on top of `parent`.

    Deterministic: two servers that make the same edit make the same revision, and replication then moves
    nothing.
    """
    generation = 1 if parent is None else int(parent.partition("-")[0]) + 1
    files = [(file.name, file.digest if file.meta is None else file.meta.digest) for file in edit.attachments]
    head = orjson.dumps([parent, edit.deleted, sorted(files, key=lambda file: file[0])])
    digest = hashlib.blake2b(head + edit.body, digest_size=16)
    return f"{generation}-{digest.hexdigest()}"


def local_revision(doc: Mapping[str, Any]) -> int:
    """Return the number of the revision that follows the one a `_local/` document states; 1 after none.

    As in CouchDB, where the number is the writer's own. Raises ProtocolError 400 for any other revision.
    """
    rev = doc.get("_rev")
    if rev is None:
        return 1
    number = rev.removeprefix("0-") if isinstance(rev, str) and rev.startswith("0-") else ""
    if not (number.isascii() and number.isdigit() and len(number) <= _LOCAL_DIGITS):
        raise bad_request("Invalid rev format")
    return int(number) + 1


_LOCAL_DIGITS = 15


def local_body(doc: object, limits: Limits) -> bytes:
    """Return the stored bytes of a `_local/` document: its fields but those starting with `_`.

    Attachments are dropped, as in CouchDB. Raises ProtocolError 400 when it is no object.
    """
    if not isinstance(doc, Mapping):
        raise bad_request("Document must be a JSON object")
    for key in doc:
        if key.startswith("_") and key not in _KNOWN and key not in _IGNORED:
            raise special_member(key)
    raw = orjson.dumps({key: value for key, value in doc.items() if not key.startswith("_")})
    if len(raw) > limits.document_bytes:
        raise too_large("document_too_large", "_local document")
    return raw
