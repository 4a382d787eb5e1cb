"""Incoming documents and their files, taken apart or refused."""

import base64
import gzip
from typing import Any

import pytest

from sync.protocol import attachments
from sync.protocol.attachments import AttachmentEdit, gunzip, md5_digest
from sync.protocol.documents import Edit, local_body, next_revision, parse_document
from sync.protocol.errors import ProtocolError
from sync.protocol.limits import Limits

LIMITS = Limits(attachment_bytes=1_000, document_bytes=500, attachments_per_document=2)


def parsed(doc: Any, *, new_edits: bool = True) -> Edit:
    return parse_document(doc, new_edits=new_edits, limits=LIMITS)


def refused(doc: Any, *, new_edits: bool = True) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        parsed(doc, new_edits=new_edits)
    return caught.value


def test_a_document_is_taken_apart() -> None:
    edit = parsed({"_id": "a", "_rev": "1-x", "b": [1, {"c": None}], "_conflicts": ["2-y"]})
    assert edit == Edit("a", ("1-x",), False, b'{"b":[1,{"c":null}]}')


def test_a_replicated_document_brings_its_history() -> None:
    written = {"_id": "a", "_rev": "3-c", "_revisions": {"start": 3, "ids": ["c", "b"]}, "_deleted": True}
    assert parsed(written, new_edits=False) == Edit("a", ("3-c", "2-b"), True, b"{}")
    assert parsed({"_id": "a", "_rev": "1-a"}, new_edits=False).path == ("1-a",)


@pytest.mark.parametrize(
    ("doc", "error"),
    [
        ([], "bad_request"),
        ({}, "illegal_docid"),
        ({"_id": ""}, "illegal_docid"),
        ({"_id": 7}, "illegal_docid"),
        ({"_id": "_x"}, "illegal_docid"),
        ({"_id": "_design/"}, "illegal_docid"),
        ({"_id": "a\x00"}, "illegal_docid"),
        ({"_id": "é" * 1_000}, "illegal_docid"),
        ({"_id": "a", "_foo": 1}, "doc_validation"),
        ({"_id": "a", "_rev": 1}, "bad_request"),
        ({"_id": "a", "_rev": "x"}, "bad_request"),
        ({"_id": "a", "_deleted": "yes"}, "doc_validation"),
        ({"_id": "a", "x": "y" * 600}, "document_too_large"),
        ({"_id": "a", "_attachments": [1]}, "doc_validation"),
        ({"_id": "a", "_attachments": {"f": 1}}, "bad_request"),
        ({"_id": "a", "_attachments": {"f": {}}}, "bad_request"),
        ({"_id": "a", "_attachments": {"f": {"data": 1}}}, "bad_request"),
        ({"_id": "a", "_attachments": {"f": {"data": "%%"}}}, "bad_request"),
        ({"_id": "a", "_attachments": {"_f": {"data": ""}}}, "bad_request"),
        ({"_id": "a", "_attachments": {"": {"data": ""}}}, "bad_request"),
        ({"_id": "a", "_attachments": {"f": {"data": "", "content_type": "a\r\nb"}}}, "bad_request"),
        ({"_id": "a", "_attachments": {str(n): {"data": ""} for n in range(3)}}, "document_too_large"),
        ({"_id": "a", "_attachments": {"f": {"data": "QQ==" * 400}}}, "bad_request"),
    ],
)
def test_malformed_documents_are_refused(doc: Any, error: str) -> None:
    assert refused(doc).error == error


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"_revisions": 1, "_rev": "1-a"},
        {"_revisions": {"start": "1", "ids": ["a"]}},
        {"_revisions": {"start": 1, "ids": []}},
        {"_revisions": {"start": 1, "ids": ["a", "b"]}},
        {"_revisions": {"start": 2, "ids": ["a", 1]}},
        {"_revisions": {"start": 2, "ids": ['a"', "b"]}},
    ],
)
def test_malformed_histories_are_refused(written: dict[str, Any]) -> None:
    assert refused({"_id": "a", **written}, new_edits=False).status == 400


def file_of(data: bytes, kind: str, **written: Any) -> AttachmentEdit:
    entry = {"data": base64.b64encode(data).decode(), "content_type": kind, **written}
    (edit,) = attachments.parse({"f": entry}, LIMITS, replicated=True)
    return edit


def test_photos_are_stored_as_they_come() -> None:
    edit = file_of(b"\xff\xd8photo", "image/jpeg")
    assert edit.content == b"\xff\xd8photo"
    assert edit.meta is not None
    assert edit.meta.digest == md5_digest(b"\xff\xd8photo")
    assert edit.meta.public() == {
        "content_type": "image/jpeg",
        "revpos": 0,
        "digest": md5_digest(b"\xff\xd8photo"),
        "length": 7,
    }


def test_text_is_stored_compressed_and_always_alike() -> None:
    edit, again = file_of(b"text" * 50, "text/plain"), file_of(b"text" * 50, "text/plain")
    assert edit == again
    assert edit.content is not None
    assert edit.meta is not None
    assert gzip.decompress(edit.content) == b"text" * 50
    assert edit.meta.digest == md5_digest(edit.content)
    assert (edit.meta.length, edit.meta.encoded_length) == (200, len(edit.content))


def test_a_wrong_digest_is_refused_where_it_means_something() -> None:
    def section(content_type: str, digest: str) -> AttachmentEdit:
        edit = AttachmentEdit("f", content_type, digest=digest, follows=True)
        return attachments.stored(edit, b"x", LIMITS, encoded=False)

    section("image/png", md5_digest(b"x"))
    section("text/plain", md5_digest(b"x"))
    with pytest.raises(ProtocolError) as caught:
        section("image/png", md5_digest(b"y"))
    assert (caught.value.status, caught.value.error) == (412, "content_md5_mismatch")
    stale = {"f": {"data": "eA==", "digest": md5_digest(b"y"), "revpos": 1}}
    for replicated in (False, True):
        (inline,) = attachments.parse(stale, LIMITS, replicated=replicated)
        assert (inline.content, inline.digest) == (b"x", None)


def test_files_beyond_the_limit_are_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        file_of(b"x" * 1_001, "image/png")
    assert caught.value.status == 413


def test_encoded_bytes_must_be_gzip_of_bearable_size() -> None:
    def encoded(content: bytes, encoding: str | None = "gzip") -> AttachmentEdit:
        edit = AttachmentEdit("f", "text/plain", encoding=encoding)
        return attachments.stored(edit, content, LIMITS, encoded=True)

    packed = gzip.compress(b"hello", mtime=0)
    written = encoded(packed)
    assert written.content == packed
    assert written.meta is not None
    assert written.meta.length == 5
    for bad in (b"not gzip", packed[:-4], gzip.compress(b"0" * 100_000)):
        with pytest.raises(ProtocolError):
            encoded(bad)
    with pytest.raises(ProtocolError):
        encoded(packed, "br")


def test_gunzip_refuses_a_bomb_without_unpacking_it() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with pytest.raises(ProtocolError) as caught:
        gunzip(bomb, 1_000)
    assert caught.value.status == 413


def test_revisions_are_deterministic_and_differ_by_what_matters() -> None:
    base = Edit("a", (), False, b'{"x":1,"y":2}')
    assert next_revision(base, None) == next_revision(Edit("b", (), False, b'{"x":1,"y":2}'), None)
    others = {
        next_revision(base, None),
        next_revision(base, "1-a"),
        next_revision(Edit("a", (), True, base.body), None),
        next_revision(Edit("a", (), False, b'{"x":1,"y":3}'), None),
        next_revision(Edit("a", (), False, base.body, (file_of(b"1", "image/png"),)), None),
        next_revision(Edit("a", (), False, base.body, (file_of(b"2", "image/png"),)), None),
    }
    assert len(others) == 6
    assert next_revision(base, "9-a").startswith("10-")


def test_local_documents_drop_reserved_fields() -> None:
    assert local_body({"_id": "x", "_rev": "0-1", "a": 1, "_attachments": {"f": {}}}, LIMITS) == b'{"a":1}'
    with pytest.raises(ProtocolError):
        local_body([], LIMITS)
    with pytest.raises(ProtocolError):
        local_body({"a": "x" * 600}, LIMITS)


def test_limits_must_be_positive() -> None:
    with pytest.raises(ValueError, match="leaves_per_document"):
        Limits(leaves_per_document=0)
