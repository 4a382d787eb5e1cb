"""Another system's end of a webhook: a real HTTP server that checks signatures as docs/webhooks.md says.

It shares nothing with the program but the secret.
"""

import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "a-secret-of-the-billing-system"


@dataclass
class Receiver:
    """What arrived, and how the next requests are answered."""

    port: int = 0
    status: int = 204
    words: bytes = b""
    silent: threading.Event | None = None
    """Set: a request gets no answer before this is set."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """Every request, also those that were refused."""
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What was taken, by delivery: a second one of the same id adds nothing."""
    forged: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/curbstop?from=test"

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [one["record"] for one in self.records.values() if one["kind"] == kind]

    def take(self, headers: Any, path: str, body: bytes) -> None:
        stamp = headers["Curbstop-Timestamp"]
        expected = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, sha256).hexdigest()
        if headers["Curbstop-Signature"] != f"v1={expected}":
            self.forged += 1
            return
        said = json.loads(body)
        assert headers["Curbstop-Delivery"] == said["delivery"]
        assert headers["Curbstop-Kind"] == said["kind"]
        self.asked.append({"path": path, "stamp": int(stamp), "host": headers["Host"], **said})
        if self.status < 300:
            self.records.setdefault(said["delivery"], said)


@contextmanager
def receiver(**answers: Any) -> Iterator[Receiver]:
    """A receiver on a port of its own for as long as the block lasts."""
    made = Receiver(**answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.take(self.headers, self.path, body)
            if made.silent is not None:
                made.silent.wait(30)
            self.send_response(made.status)
            if made.status == 302:
                self.send_header("Location", f"http://127.0.0.1:{made.port}/elsewhere")
            self.send_header("Content-Length", str(len(made.words)))
            self.end_headers()
            self.wfile.write(made.words)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        if made.silent is not None:
            made.silent.set()
        server.shutdown()
        server.server_close()
        thread.join()
