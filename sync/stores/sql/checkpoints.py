"""What writers of a SQLite file wrote ahead is carried into the file beside them, not by one of them.

SQLite lets the writer who reaches a thousand pages do that within its commit. It takes ten times as long as
the commit itself, and on a busy morning every tablet waits for it.
"""

import threading
from collections.abc import Callable

import structlog

from sync.stores.sql.connection import DRIVER_ERRORS, Connection

log = structlog.get_logger(__name__)
REST_SECONDS = 0.25
"""Between two rounds; pages that are written again meanwhile are carried once."""
MOST_PAGES = 4_000
"""Written ahead; a writer who finds more carries what is left, which lets SQLite begin its log anew."""


class _Carrier(threading.Thread):
    """Carries whenever something was written since, until it is over."""

    def __init__(self, open_connection: Callable[[], Connection]) -> None:
        super().__init__(name="checkpoints", daemon=True)
        self._open = open_connection
        self.written = threading.Event()
        self.over = threading.Event()

    def run(self) -> None:
        connection: Connection | None = None
        while True:
            self.written.wait()
            self.written.clear()
            if self.over.is_set():
                break
            try:
                connection = connection or self._open()
                connection.rows("PRAGMA wal_checkpoint(PASSIVE)")
            except DRIVER_ERRORS as error:
                # Nothing is lost: it lies in the log, and the next round tries again.
                log.warning("sync.checkpoint_failed", error=str(error))
                if connection is not None:
                    connection.driver.close()
                    connection = None
            self.over.wait(REST_SECONDS)
        if connection is not None:
            connection.driver.close()


class Checkpoints:
    """The thread that carries; it starts with the first commit. Safe to share between threads."""

    def __init__(self, open_connection: Callable[[], Connection]) -> None:
        """`open_connection` returns a connection of its own; it may raise one of DRIVER_ERRORS."""
        self._open = open_connection
        self._lock = threading.Lock()
        self._carrier: _Carrier | None = None

    def written(self) -> None:
        """There is something to carry."""
        with self._lock:
            if self._carrier is None:
                self._carrier = _Carrier(self._open)
                self._carrier.start()
            self._carrier.written.set()

    def close(self) -> None:
        """End the thread; a later commit starts another."""
        with self._lock:
            carrier, self._carrier = self._carrier, None
        if carrier is not None:
            carrier.over.set()
            carrier.written.set()
            carrier.join()
