"""What a document says about its files, and the bytes as they are stored.

An attachment arrives inline (base64 in the document), as a stub (unchanged since an ancestor), or to follow
in a later multipart section. Text compresses well and is stored as gzip, with the digest of the stored
bytes, as CouchDB does; photos are stored as they come.
"""

import binascii
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pybase64

from sync.protocol.errors import ProtocolError, bad_request, doc_validation, too_large
from sync.protocol.limits import Limits

COMPRESSIBLE = ("text/", "application/javascript", "application/json", "application/xml")
"""Content types worth compressing: CouchDB's default `compressible_types`."""

DEFAULT_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class AttachmentMeta:
    """What a document says of a stored attachment.

    `length` is that of the plain bytes, `encoded_length` that of the stored ones when `encoding` is set;
    `digest` is `md5-` and the base64 MD5 of the stored bytes; `revpos` the generation that brought the
    file; `sha256` finds the stored bytes.
    """

    content_type: str
    digest: str
    length: int
    revpos: int
    sha256: bytes
    encoding: str | None = None
    encoded_length: int | None = None

    def public(self) -> dict[str, Any]:
        """Return the fields a client gets, without saying whether the data is here."""
        fields: dict[str, Any] = {
            "content_type": self.content_type,
            "revpos": self.revpos,
            "digest": self.digest,
        }
        fields["length"] = self.length
        if self.encoding is not None:
            fields["encoding"] = self.encoding
            fields["encoded_length"] = self.encoded_length
        return fields


@dataclass(frozen=True, slots=True)
class AttachmentEdit:
    """One entry of an incoming `_attachments`.

    Exactly one of these holds: `content` has the stored form of the bytes (with `meta`), `stub` is set, or
    `follows` is set and the bytes come in a later multipart section.
    """

    name: str
    content_type: str
    revpos: int | None = None
    digest: str | None = None
    stub: bool = False
    follows: bool = False
    encoding: str | None = None
    length: int | None = None
    content: bytes | None = None
    meta: AttachmentMeta | None = None


def md5_digest(content: bytes) -> str:
    """Return the digest as CouchDB writes it."""
    raw = hashlib.md5(content, usedforsecurity=False).digest()
    return "md5-" + pybase64.b64encode_as_string(raw)


def missing_stub(name: str) -> ProtocolError:
    """A stub names a file that no known revision of the document has."""
    return ProtocolError(412, "missing_stub", f"Invalid attachment stub: no stored file named {name!r}")


def parse(raw: object, limits: Limits, *, replicated: bool) -> tuple[AttachmentEdit, ...]:
    """Return the entries of an incoming `_attachments` object.

    The digest beside inline data means nothing, as in CouchDB: a person who edits a document leaves the old
    one there, and a tablet whose copy is damaged must not be kept from sending what waits behind it.

    Raises ProtocolError 400 for a malformed entry or a name starting with `_`, 413 beyond the limits.
    """
    if not isinstance(raw, Mapping):
        raise bad_request("_attachments must be an object")
    if len(raw) > limits.attachments_per_document:
        raise too_large("document_too_large", f"more than {limits.attachments_per_document} attachments")
    return tuple(_parse_entry(name, entry, limits, replicated) for name, entry in raw.items())


def check_name(name: str) -> None:
    """Refuse a name no attachment may have."""
    if not name:
        raise bad_request("an attachment needs a name")
    if name.startswith("_"):
        raise bad_request(f"Attachment name '{name}' starts with prohibited character '_'")
    if "\x00" in name or len(name.encode("utf-8", "surrogatepass")) > 400:
        raise bad_request("an attachment's name has at most 400 bytes, none of them zero")


def _parse_entry(name: str, entry: object, limits: Limits, replicated: bool) -> AttachmentEdit:
    check_name(name)
    if not isinstance(entry, Mapping):
        raise bad_request(f"attachment {name!r} must be an object")
    edit = AttachmentEdit(
        name=name,
        content_type=_text(entry, "content_type") or DEFAULT_TYPE,
        revpos=_count(entry, "revpos"),
        digest=_text(entry, "digest"),
        encoding=_text(entry, "encoding"),
        length=_count(entry, "encoded_length") or _count(entry, "length"),
    )
    if "data" in entry:
        edit = replace(edit, digest=None, revpos=edit.revpos if replicated else None)
        return stored(edit, _decode(name, entry["data"]), limits, encoded=False)
    if entry.get("stub") is True:
        return replace(edit, stub=True)
    if entry.get("follows") is True:
        return replace(edit, follows=True)
    raise bad_request(f"attachment {name!r} has neither data, stub nor follows")


def _text(entry: Mapping[str, Any], field: str) -> str | None:
    value = entry.get(field)
    if value is not None and (not isinstance(value, str) or len(value) > 1_000 or not value.isprintable()):
        raise bad_request(f"an attachment's {field} must be printable text")
    return value


def _count(entry: Mapping[str, Any], field: str) -> int | None:
    value = entry.get(field)
    if value is not None and (
        not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31
    ):
        raise bad_request(f"an attachment's {field} must be a number")
    return value


def _decode(name: str, data: object) -> bytes:
    if not isinstance(data, str):
        raise bad_request(f"attachment {name!r}: data must be base64 text")
    try:
        return pybase64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise bad_request(f"Invalid attachment data for {name}: not base64") from None


def stored(edit: AttachmentEdit, content: bytes, limits: Limits, *, encoded: bool) -> AttachmentEdit:
    """Return `edit` with its stored bytes and what the document says of them.

    `encoded` says that `content` is already compressed as `edit.encoding` says, as replicators send it.
    Raises ProtocolError 412 when the digest does not fit, 413 beyond `limits`, 400 for an encoding that is
    not gzip.
    """
    if len(content) > limits.attachment_bytes:
        raise too_large("attachment_too_large", edit.name)
    if encoded:
        if edit.encoding != "gzip":
            raise bad_request(f"attachment {edit.name!r}: only gzip is understood as encoding")
        plain_length = len(gunzip(content, limits.attachment_bytes))
        return _with_meta(edit, content, plain_length, compressed=True, accepted=(md5_digest(content),))
    if edit.content_type.startswith(COMPRESSIBLE) and content:
        # mtime 0: the same bytes always have the same digest.
        packer = zlib.compressobj(8, zlib.DEFLATED, 31)
        packed = packer.compress(content) + packer.flush()
        digests = (md5_digest(content), md5_digest(packed))
        return _with_meta(edit, packed, len(content), compressed=True, accepted=digests)
    return _with_meta(edit, content, len(content), compressed=False, accepted=(md5_digest(content),))


def _with_meta(
    edit: AttachmentEdit, content: bytes, length: int, *, compressed: bool, accepted: tuple[str, ...]
) -> AttachmentEdit:
    # A digest beside an encoding is that of bytes compressed elsewhere, which cannot be made again here.
    checkable = (
        edit.digest is not None
        and edit.digest.startswith("md5-")
        and (compressed is False or edit.encoding is None)
    )
    if checkable and edit.digest not in accepted:
        raise ProtocolError(412, "content_md5_mismatch", f"digest of {edit.name!r} differs")
    meta = AttachmentMeta(
        content_type=edit.content_type,
        digest=accepted[-1],
        length=length,
        revpos=edit.revpos or 0,
        sha256=hashlib.sha256(content).digest(),
        encoding="gzip" if compressed else None,
        encoded_length=len(content) if compressed else None,
    )
    return replace(edit, content=content, meta=meta, stub=False, follows=False)


def gunzip(content: bytes, max_bytes: int) -> bytes:
    """Return the plain bytes; raise ProtocolError 400 for broken gzip, 413 when they exceed `max_bytes`."""
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(content, max_bytes + 1)
    except zlib.error:
        raise doc_validation("attachment or body is not valid gzip") from None
    if len(plain) > max_bytes:
        raise too_large("attachment_too_large", "decompressed content is too large")
    if not unpacker.eof:
        raise doc_validation("gzip content ends early")
    return plain
