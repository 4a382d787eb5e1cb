"""Files sent compressed where the browser takes it, so that a tablet installs over a thin connection."""

import gzip
from functools import lru_cache

from flask import Request, Response

SMALLEST = 600
"""Bytes; what is shorter fits one packet either way."""
PACKABLE = ("text/", "application/manifest+json", "application/wasm", "image/svg+xml")
LEVEL = 9
QUICK = 4
"""Level for what is made anew for each request."""


@lru_cache(maxsize=1024)
def _packed(data: bytes) -> bytes:
    """Once for each content; mtime 0 so that every process sends the same bytes."""
    return gzip.compress(data, LEVEL, mtime=0)


def packed_answer(request: Request, answer: Response) -> Response:
    """An answer that holds no secret, compressed where the browser takes it, and 304 when it has it.

    Not for pages with forms: what is compressed beside a secret can tell it.
    """
    answer.add_etag()
    answer.vary.add("Accept-Encoding")
    data = answer.get_data()
    if len(data) >= SMALLEST and request.accept_encodings["gzip"] > 0:
        answer.set_data(gzip.compress(data, QUICK, mtime=0))
        answer.content_encoding = "gzip"
        answer.set_etag(f"{answer.get_etag()[0]}-gzip")
    answer.make_conditional(request)
    return answer


def packed_response(request: Request, data: bytes, content_type: str, etag: str) -> Response:
    """`data` as the request may have it, with an ETag for each coding, and 304 when the browser has it."""
    packs = len(data) >= SMALLEST and content_type.startswith(PACKABLE)
    takes = packs and request.accept_encodings["gzip"] > 0
    answer = Response(_packed(data) if takes else data, content_type=content_type)
    if packs:
        answer.vary.add("Accept-Encoding")
    if takes:
        answer.content_encoding = "gzip"
    answer.set_etag(f"{etag}-gzip" if takes else etag)
    answer.make_conditional(request)
    return answer
