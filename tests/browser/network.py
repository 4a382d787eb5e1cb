"""Between a tablet and the server: a portal that answers everything, or a connection that drops some."""

import random
import socket
import threading
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

PORTAL = b"<!doctype html><title>Free Wi-Fi</title><h1>Accept the terms</h1>"

Handler = Callable[[WSGIEnvironment, StartResponse, WSGIApplication], Iterable[bytes]]


class Network:
    """The way to one application; as it is until `handler` is set."""

    def __init__(self, app: Flask) -> None:
        self._inner: WSGIApplication = app.wsgi_app
        self.handler: Handler | None = None
        self.passed: list[str] = []
        """Paths of the requests that a portal or a bad connection met, in order."""
        app.wsgi_app = self  # type: ignore[method-assign]  # as Flask's documentation wraps it

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request by way of the handler."""
        if self.handler is None:
            return self._inner(environ, start_response)
        self.passed.append(environ["PATH_INFO"])
        return self.handler(environ, start_response, self._inner)


def portal(_: WSGIEnvironment, start_response: StartResponse, __: WSGIApplication) -> Iterable[bytes]:
    """Answer 200 and a page of its own to whatever is asked, to be kept for a year."""
    headers = [("Content-Type", "text/html"), ("Cache-Control", "public, max-age=31536000")]
    start_response("200 OK", headers)
    return [PORTAL]


class Flaky:
    """Fails one replication request in `every`: before the server hears it, or after it has answered."""

    def __init__(self, every: int, seed: int) -> None:
        self._random = random.Random(seed)
        self._every = every
        self.failed = 0

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, inner: WSGIApplication
    ) -> Iterable[bytes]:
        """Let a request through, or lose it or its answer."""
        if not environ["PATH_INFO"].startswith("/couch/") or self._random.randrange(self._every):
            return inner(environ, start_response)
        self.failed += 1
        if self._random.random() < 0.5:
            _drain(inner(environ, _silent))
        start_response("502 Bad Gateway", [("Content-Type", "text/html")])
        return [b"<h1>Bad Gateway</h1>"]


def _silent(*_: Any) -> Callable[[bytes], None]:
    return lambda _: None


def _drain(answer: Iterable[bytes]) -> None:
    for _ in answer:
        pass
    close = getattr(answer, "close", None)
    if close is not None:
        close()


class Thin:
    """A connection that carries one thing at a time, and `slow` piece by piece: what goes up, or comes down.

    What else goes to replication waits until that is through, as it would on a line that is full; what the
    tablet gives up on the way never arrives.
    """

    def __init__(self, slow: str, seconds: float, *, up: bool, pieces: int = 40) -> None:
        self._slow = slow
        self._up = up
        self._pause = seconds / pieces
        self._pieces = pieces
        self._line = threading.Lock()
        self.begun: list[int] = []
        """Bytes of what was carried slowly, whether or not it arrived, in order."""

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, inner: WSGIApplication
    ) -> Iterable[bytes]:
        """Carry a request."""
        path = environ["PATH_INFO"]
        if not path.startswith("/couch/") or "feed=" in environ["QUERY_STRING"]:
            return inner(environ, start_response)
        if not path.endswith(self._slow):
            with self._line:
                return inner(environ, start_response)
        return (
            self._upwards(environ, start_response, inner)
            if self._up
            else self._down(environ, start_response, inner)
        )

    def _upwards(
        self, environ: WSGIEnvironment, start_response: StartResponse, inner: WSGIApplication
    ) -> Iterable[bytes]:
        with self._line:
            sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            self.begun.append(len(sent))
            for _ in range(self._pieces):
                time.sleep(self._pause)
                if _gone(environ["werkzeug.socket"]):
                    return
            environ["wsgi.input"] = BytesIO(sent)
            yield from inner(environ, start_response)

    def _down(
        self, environ: WSGIEnvironment, start_response: StartResponse, inner: WSGIApplication
    ) -> Iterable[bytes]:
        with self._line:
            answer = b"".join(inner(environ, start_response))
            self.begun.append(len(answer))
            step = max(1, len(answer) // self._pieces)
            for start in range(0, len(answer), step):
                time.sleep(self._pause)
                yield answer[start : start + step]


def _gone(client: socket.socket) -> bool:
    """Whether the other end has closed the connection."""
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False


class Counted:
    """Lets everything through, and counts the requests of one path."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.count = 0

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, inner: WSGIApplication
    ) -> Iterable[bytes]:
        """Pass a request on."""
        self.count += environ["PATH_INFO"] == self._path
        return inner(environ, start_response)
