"""One kept connection to a server, as cheap as Python can have it: only the server is to be measured."""

import socket
from urllib.parse import urlsplit

import httptools
import orjson

PATIENCE_SECONDS = 60.0
PIECE_BYTES = 65_536


class _Answer:
    """What the parser of one answer calls."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.whole = False

    def on_body(self, piece: bytes) -> None:
        """Part of the body came."""
        self.pieces.append(piece)

    def on_message_complete(self) -> None:
        """It is all there."""
        self.whole = True


class Line:
    """Requests one after the other. Of one thread at a time."""

    def __init__(self, url: str) -> None:
        """`url` is the server's; nothing below it."""
        parts = urlsplit(url)
        self._head = f" HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: application/json\r\n"
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80), PATIENCE_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def send(self, method: str, path: str, headers: dict[str, str], body: object = None) -> bytes:
        """Send a request and return the answer's body; raise for an answer above 404."""
        raw = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        kind = "" if body is None else f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n"
        self._socket.sendall(f"{method} {path}{self._head}{lines}{kind}\r\n".encode() + raw)
        answer = _Answer()
        parser = httptools.HttpResponseParser(answer)
        while not answer.whole:
            piece = self._socket.recv(PIECE_BYTES)
            if not piece:
                raise ConnectionError(f"{method} {path}: the server hung up")
            parser.feed_data(piece)
        status, text = parser.get_status_code(), b"".join(answer.pieces)
        if status > 404 or status in {400, 401, 403}:
            raise RuntimeError(f"{method} {path}: {status} {text[:300]!r}")
        return text
