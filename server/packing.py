"""Pages are sent compressed where the browser takes it: a board of a large district is a megabyte of markup.

What is compressed beside a secret can tell it by its length. The only secret of a page is its form token,
which is another text in every answer (server.auth.csrf).
"""

import gzip

from flask import Flask, Response, request

SMALLEST = 1_400
"""Bytes; what is shorter fits one packet either way."""
LEVEL = 4
"""Each page is made anew, so it is packed quickly rather than small."""


def register(app: Flask) -> None:
    """Compress pages; files and documents have their own ways."""

    @app.after_request
    def pack(response: Response) -> Response:
        if response.mimetype != "text/html" or response.direct_passthrough or response.is_streamed:
            return response
        response.vary.add("Accept-Encoding")
        takes = request.accept_encodings["gzip"] > 0 and "Content-Encoding" not in response.headers
        data = response.get_data() if takes else b""
        if len(data) >= SMALLEST:
            response.set_data(gzip.compress(data, LEVEL, mtime=0))
            response.content_encoding = "gzip"
        return response
