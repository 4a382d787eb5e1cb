"""Threads at the mercy of clients: how many an address may hold, and how long.

The HTTP server reads heads and keeps idle connections without a thread, and ends both after a while. But a
body is read, and an answer of several pieces handed over, while a thread waits: a few hundred clients that
send or read slowly would stop the service. Here such a wait needs a place (`FairPlaces`), and connections
that stand still are ended (`stalled_sockets`).
"""

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog
from werkzeug.exceptions import ClientDisconnected

from sync.serving import stalled_sockets
from sync.serving.fair_places import FairPlaces

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)

PLACES = 400
"""Threads of one process that may wait for clients at once, beside those that park feeds and do work."""
STALLED_SECONDS = 65.0
"""Longer than any feed stays silent, which otherwise looks the same."""
LOOK_SECONDS = 10.0
LEAST_BYTES_PER_SECOND = 1_000
"""Slower than this no radio link is; faster, a body may take as long as it needs."""
_REFUSED = (
    b'{"error":"service_unavailable","reason":"Too many slow requests from this address; try again."}\n'
)
_REFUSED_HEADERS = [
    ("Content-Type", "application/json"),
    ("Content-Length", str(len(_REFUSED))),
    ("Retry-After", "5"),
    ("Connection", "close"),
]


class NoPlace(Exception):  # noqa: N818  # named for what is wrong
    """The address holds its share of waiting threads already."""


class _Waits:
    """Who waits for which address since when, and the thread that ends what stands still."""

    def __init__(self, places: int) -> None:
        self._places = FairPlaces(places)
        self._since: dict[int, tuple[str, float]] = {}
        self._lock = threading.Lock()
        self._watch: threading.Thread | None = None

    def begin(self, key: int, address: str) -> None:
        """Begin a wait for an address; raise NoPlace. `key` is unique among current waits."""
        if not self._places.take(address):
            raise NoPlace
        self._since[key] = address, time.monotonic()
        if self._watch is None:
            with self._lock:
                if self._watch is None:
                    self._watch = threading.Thread(target=self._look, name="client-guard", daemon=True)
                    self._watch.start()

    def end(self, key: int) -> None:
        """End a wait that was begun; nothing when it was not."""
        begun = self._since.pop(key, None)
        if begun is not None:
            self._places.give_back(begun[0])

    def _look(self) -> None:
        before: dict[int, stalled_sockets.Seen] = {}
        pause = threading.Event()
        while True:
            pause.wait(LOOK_SECONDS)
            late = time.monotonic() - STALLED_SECONDS
            slow = {address for address, since in list(self._since.values()) if since < late}
            if not slow:
                before = {}
                continue
            now = stalled_sockets.look(slow)
            least = int(LOOK_SECONDS * LEAST_BYTES_PER_SECOND)
            still = stalled_sockets.stalled(before, now, quiet=STALLED_SECONDS, least_bytes=least)
            before = now
            if still:
                ended = stalled_sockets.end(slow, still)
                log.info("clients.ended", connections=ended, addresses=sorted(slow)[:10])


class ClientGuard:
    """WSGI middleware; inside what decides the client's address behind proxies."""

    def __init__(self, app: "WSGIApplication", *, places: int = PLACES) -> None:
        """`app` is served while no address makes more of the `places` threads wait than is fair."""
        self._app = app
        self._waits = _Waits(places)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve one request; 503 with Retry-After when it would have to wait and may not."""
        address = environ.get("REMOTE_ADDR") or "unknown"
        body = None
        if environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ:
            try:
                body = environ["wsgi.input"] = _Body(environ, self._waits, address)
            except NoPlace:
                start_response("503 Service Unavailable", _REFUSED_HEADERS)
                return [_REFUSED]
        try:
            answer = self._app(environ, start_response)
        finally:
            if body is not None:
                body.done()
        return answer if isinstance(answer, list) else _Answer(answer, self._waits, address)


class _Body:
    """A request's body; whoever reads it holds a place until its end."""

    def __init__(self, environ: "WSGIEnvironment", waits: _Waits, address: str) -> None:
        self._inner = environ["wsgi.input"]
        stated = environ.get("CONTENT_LENGTH", "")
        self._left = int(stated) if stated.isascii() and stated.isdigit() else None
        self._waits = waits
        waits.begin(id(self), address)

    def done(self) -> None:
        """Give the place back: whatever is not read yet will not be."""
        self._waits.end(id(self))

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, all that is left for a negative one, nothing at the end.

        Raises ClientDisconnected for a body shorter than stated, which the HTTP server takes for its end.
        """
        data: bytes = self._inner.read() if size < 0 else self._inner.read(size)
        if self._left is not None:
            self._left -= len(data)
        if size < 0 or len(data) < size:
            self.done()
            if self._left:
                raise ClientDisconnected
        return data


class _Answer:
    """An answer's pieces; handing over all but the first holds a place, making them does not."""

    def __init__(self, inner: Iterable[bytes], waits: _Waits, address: str) -> None:
        self._inner = inner
        self._pieces = iter(inner)
        self._waits = waits
        self._address = address
        self._begun = False

    def __iter__(self) -> "_Answer":
        return self

    def __next__(self) -> bytes:
        self._waits.end(id(self))
        piece = next(self._pieces)
        if self._begun:
            try:
                self._waits.begin(id(self), self._address)
            except NoPlace:
                # Cut short, which the client sees by the length or by the JSON that does not end.
                raise StopIteration from None
        self._begun = True
        return piece

    def close(self) -> None:
        """Close the answer."""
        self._waits.end(id(self))
        close = getattr(self._inner, "close", None)
        if close is not None:
            close()
