"""Writers of one SQLite file stand in a line.

SQLite lets one write at a time and has the others ask again after pauses that are longer than a write takes;
with two busy processes the file then lies idle half of the time. A lock of the operating system wakes the
next one at once, and is free again by itself when its holder dies.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sync.store import StoreUnavailable

WAIT_SECONDS = 30.0


class Turns:
    """The line at the file beside the database; without a file (PostgreSQL, memory) everybody may go."""

    def __init__(self, database: str | None) -> None:
        self._path = f"{database}-turn" if database else None
        self._here = threading.Lock()

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Wait until it is this writer's turn and keep it for the block.

        Raises StoreUnavailable when others of this process have kept it too long.
        """
        if self._path is None:
            yield
            return
        if not self._here.acquire(timeout=WAIT_SECONDS):
            raise StoreUnavailable("somebody else has been writing for too long")
        try:
            # Opened for each turn, which costs microseconds; one kept open could be closed under its holder.
            line = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(line, fcntl.LOCK_EX)
                yield
            finally:
                os.close(line)
        finally:
            self._here.release()
