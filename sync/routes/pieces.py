"""Answers made piece by piece, so that what an answer holds and what it costs in memory are two things."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

import orjson
import pybase64
from flask import Response

from sync.protocol.attachments import gunzip
from sync.routes.call import Call
from sync.stores.sql import files
from sync.stores.sql.rows import RevisionRow, around_files, render

T = TypeVar("T")
SLICE_BYTES = 2_000_000
"""Stored bytes that one statement may fetch; a single heavier document is fetched alone."""
WHOLE_BYTES = 1_000_000
"""An answer up to this size goes out in one piece, with its length."""
PIECE_BYTES = 256 * 1024
"""A larger one goes out in pieces of about this size."""
_BASE64_BYTES = 3 * 64 * 1024
"""Encoded at a time; a multiple of three, so that the parts join."""


def respond(pieces: Iterator[bytes], content_type: str = "application/json") -> Response:
    """Return the answer that the pieces make: whole when it is short, else streamed.

    What they raise before that is known becomes the answer, as from any handler.
    """
    begun: list[bytes] = []
    size = 0
    for piece in pieces:
        begun.append(piece)
        size += len(piece)
        if size > WHOLE_BYTES:
            response = Response(_gathered(chain(begun, pieces)), content_type=content_type)
            break
    else:
        response = Response(b"".join(begun), content_type=content_type)
    response.headers["Cache-Control"] = "must-revalidate"
    return response


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= PIECE_BYTES:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def sliced(
    rows: Sequence[T], document: Callable[[T], str | None], weights: Mapping[str, int]
) -> Iterator[list[T]]:
    """Yield the rows in their order, as many at a time as may be fetched together.

    `document` gives the id a row is about, `weights` the stored bytes of a document.
    """
    held: list[T] = []
    size = 0
    for row in rows:
        heavy = weights.get(document(row) or "", 0)
        if held and size + heavy > SLICE_BYTES:
            yield held
            held, size = [], 0
        held.append(row)
        size += heavy
    if held:
        yield held


def document(
    call: Call, row: RevisionRow, extras: Mapping[str, Any] | None, *, inline: bool, newer_than: int = 0
) -> Iterator[bytes]:
    """Yield a document's JSON; with `inline`, its files one after the other, each in parts, but as stubs
    those that came no later than the generation `newer_than`.

    No connection is held between the pieces: clients read as slowly as they like.
    """
    encodings = call.flag("att_encoding_info")
    if not inline or row.files is None:
        yield render(row, extras, encodings=encodings)
        return
    before, after = around_files(row, extras)
    yield before + b"{"
    separator = b""
    for name, entry in orjson.loads(row.files).items():
        content = _content(call, row, name) if entry["revpos"] > newer_than else None
        if content is None:
            # Known to the client, or compacted away since the document was read: what a stub says stays true.
            yield separator + orjson.dumps(name) + b":" + orjson.dumps(_stub(entry, encodings))
        else:
            stub = {key: value for key, value in entry.items() if key not in _OF_STUBS}
            if encodings and "encoding" in entry:
                stub["encoding"] = entry["encoding"]
            yield separator + orjson.dumps(name) + b":" + orjson.dumps(stub)[:-1] + b',"data":"'
            plain = gunzip(content, entry["length"]) if "encoding" in entry else content
            del content
            for start in range(0, len(plain), _BASE64_BYTES):
                yield pybase64.b64encode(memoryview(plain)[start : start + _BASE64_BYTES])
            yield b'"}'
        separator = b","
    yield b"}" + after


def _content(call: Call, row: RevisionRow, name: str) -> bytes | None:
    with call.store.reading(call.target.database) as (connection, database):
        return files.content(connection, database.id, row.doc_id, row.rev, name)


def _stub(entry: Mapping[str, Any], encodings: bool) -> dict[str, Any]:
    hidden = frozenset() if encodings else _OF_ENCODINGS
    return {key: value for key, value in entry.items() if key not in hidden}


_OF_ENCODINGS = frozenset({"encoding", "encoded_length"})
_OF_STUBS = frozenset({"stub", "length", "encoding", "encoded_length"})
"""Fields that speak of data which does not go along."""
