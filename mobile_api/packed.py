"""Files sent compressed where the browser takes it, so that a tablet installs over a thin connection."""

import gzip
from functools import lru_cache

import brotli
from flask import Request, Response

SMALLEST = 600
"""Bytes; what is shorter fits one packet either way."""
PACKABLE = ("text/", "application/manifest+json", "application/wasm", "image/svg+xml")
CODINGS = ("br", "gzip")
"""The smaller one first: every browser of a tablet takes Brotli, over TLS and on this machine."""
LEVEL = 9
"""Of either coding; Brotli's two higher levels take seconds a file for two hundredths less."""
QUICK = 4
"""Level for what is made anew for each request."""


@lru_cache(maxsize=1024)
def _packed(data: bytes, coding: str) -> bytes:
    """Once for each content and coding; the same bytes from every process."""
    if coding == "br":
        return bytes(brotli.compress(data, quality=LEVEL))
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
    taken = (one for one in CODINGS if request.accept_encodings[one] > 0)
    coding = next(taken, None) if packs else None
    answer = Response(_packed(data, coding) if coding else data, content_type=content_type)
    if packs:
        answer.vary.add("Accept-Encoding")
    if coding:
        answer.content_encoding = coding
    answer.set_etag(f"{etag}-{coding}" if coding else etag)
    answer.make_conditional(request)
    return answer
