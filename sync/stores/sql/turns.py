"""Processes that write to one SQLite file queue.

SQLite lets one write at a time and has the others ask again after pauses that are longer than a write takes;
with two busy processes the file then lies idle half of the time. A lock of the operating system wakes the
next one at once, and is free again by itself when its holder dies.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def turn(database: str | None) -> Iterator[None]:
    """Wait for one's turn to write to a database's file and keep it for the block.

    The line is a file beside it; without a file (PostgreSQL, memory) everybody may go.
    """
    if database is None:
        yield
        return
    # Opened for each turn, which costs microseconds; one kept open could be closed under its holder.
    line = os.open(f"{database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(line, fcntl.LOCK_EX)
        yield
    finally:
        os.close(line)
