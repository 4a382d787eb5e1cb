"""Stored rows, and the JSON of a document spliced together from them without parsing the body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pybase64


@dataclass(frozen=True, slots=True)
class DatabaseRow:
    """A database: its key, identity, newest sequence and figures."""

    id: int
    name: str
    uuid: str
    update_seq: int
    doc_count: int
    doc_del_count: int
    purge_seq: int
    revs_limit: int

    def seq(self, number: int) -> str:
        """Return the opaque sequence string for a position; it names the database's life it belongs to."""
        return f"{number}-{self.uuid[:12]}"

    def position(self, seq: str) -> int:
        """Return the position a sequence string means: 0 when it comes from an earlier life of the database.

        Raises ValueError when it is no sequence string.
        """
        if seq == "now":
            return self.update_seq
        number, dash, life = seq.partition("-")
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            raise ValueError(f"Malformed sequence supplied in 'since' parameter: {seq[:80]!r}")
        return 0 if dash and life != self.uuid[:12] else int(number)


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document's place in the feed, winner and other leaves; `tree` only when asked for."""

    doc_id: str
    seq: int
    rev: str
    deleted: bool
    others: bytes | None
    tree: bytes = b""

    def leaves(self) -> list[tuple[str, bool]]:
        """Return every (leaf, deleted), the winner first."""
        first = [(self.rev, self.deleted)]
        return (
            first if self.others is None else first + [(rev, gone) for rev, gone in orjson.loads(self.others)]
        )


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One stored revision: its body's bytes and its attachments as JSON stubs."""

    doc_id: str
    rev: str
    deleted: bool
    body: bytes
    files: bytes | None


def render(
    row: RevisionRow,
    extras: Mapping[str, Any] | None = None,
    files: bytes | None = None,
    *,
    encodings: bool = False,
) -> bytes:
    """Return the document's JSON: `_id`, `_rev`, `_deleted`, `extras`, `_attachments`, then the body.

    `files` replaces the stored stubs, as when the data goes along. `encodings` says how stubs are stored.
    """
    head = b'{"_id":' + orjson.dumps(row.doc_id) + b',"_rev":"' + row.rev.encode() + b'"'
    if row.deleted:
        head += b',"_deleted":true'
    if extras:
        head += b"," + orjson.dumps(extras)[1:-1]
    shown = row.files if files is None else files
    if shown is not None:
        if files is None and not encodings and b'"encoding"' in shown:
            shown = _without_encodings(shown)
        head += b',"_attachments":' + shown
    return head + b"}" if row.body == b"{}" else head + b"," + row.body[1:]


def around_files(row: RevisionRow, extras: Mapping[str, Any] | None) -> tuple[bytes, bytes]:
    """Return a document's JSON before and after the value of `_attachments`."""
    before, after = render(row, extras, _HERE).split(_HERE, 1)
    return before, after


_HERE = b"\x00"
"""No JSON text holds it."""


def _without_encodings(stubs: bytes) -> bytes:
    entries: dict[str, dict[str, Any]] = orjson.loads(stubs)
    for entry in entries.values():
        entry.pop("encoding", None)
        entry.pop("encoded_length", None)
    return orjson.dumps(entries)


def revisions_field(path: Sequence[str]) -> dict[str, Any]:
    """Return `_revisions` for a history, newest first."""
    return {"start": int(path[0].partition("-")[0]), "ids": [rev.partition("-")[2] for rev in path]}


def with_data(stubs: bytes, contents: Mapping[str, bytes]) -> bytes:
    """Return `_attachments` with plain bytes inline for the named files and stubs for the others."""
    entries: dict[str, dict[str, Any]] = orjson.loads(stubs)
    for name, content in contents.items():
        entry = entries[name]
        for field in ("stub", "length", "encoding", "encoded_length"):
            entry.pop(field, None)
        entry["data"] = pybase64.b64encode_as_string(content)
    return orjson.dumps(entries)
