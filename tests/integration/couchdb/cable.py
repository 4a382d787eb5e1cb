"""A cable between the server and its CouchDB that a test can cut and mend."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class Cable:
    """Forwards connections from a port of its own to another server, while it is whole."""

    def __init__(self, url: str) -> None:
        """`url` is the server at the far end; `self.url` the same one through the cable."""
        parts = urlsplit(url)
        self._far = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._port = 0
        self._ends: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.mend()
        self.url = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{self._port}").geturl()

    def mend(self) -> None:
        """Let connections through."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """End every connection in mid-sentence and take no more."""
        listener, self._listener = self._listener, None
        for end in filter(None, [listener, *self._ends]):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self._far)
            except OSError:
                return
            if self._listener is not listener:
                near.close()
                far.close()
                return
            self._ends += [near, far]
            for ends in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=ends, daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
