"""A server as small as can be for map pages: files by address, with byte ranges as tile files need them."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TYPES = {".html": "text/html", ".mjs": "text/javascript", ".js": "text/javascript", ".css": "text/css"}

Contents = Mapping[str, Path | bytes]
"""Addresses and what they answer: a file, the files of a folder (address ending in "/"), or bytes."""


@contextmanager
def map_server(contents: Contents) -> Iterator[tuple[str, list[str]]]:
    """Serve on a free port of this machine. Yields the address and the ranges asked for, as they come."""
    ranges: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            data = _find(contents, path)
            wanted = self.headers.get("Range")
            status = 404 if data is None else 206 if wanted else 200
            part, span = data or b"", ""
            if wanted and data is not None:
                ranges.append(wanted)
                first, _, last = wanted.removeprefix("bytes=").partition("-")
                end = min(int(last or len(data)), len(data) - 1)
                part, span = data[int(first) : end + 1], f"bytes {first}-{end}/{len(data)}"
            self.send_response(status)
            self.send_header("Content-Type", TYPES.get(Path(path).suffix, "application/octet-stream"))
            self.send_header("Content-Length", str(len(part)))
            if span:
                self.send_header("Content-Range", span)
            self.end_headers()
            self.wfile.write(part)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", ranges
    finally:
        server.shutdown()
        server.server_close()


def _find(contents: Contents, path: str) -> bytes | None:
    if path in contents:
        found = contents[path]
        return found if isinstance(found, bytes) else found.read_bytes()
    for address, folder in contents.items():
        if address.endswith("/") and path.startswith(address) and isinstance(folder, Path):
            file = folder / path.removeprefix(address)
            return file.read_bytes() if file.is_file() else None
    return None
