"""Settings of the HTTP server wherever it runs: bounds of connections that have not asked anything yet."""

import resource

from sync.serving.client_guard import PLACES

HEAD_MILLISECONDS = 15_000
"""A request's head, or the next request on a kept connection, comes within this or the connection ends."""
HEAD_BYTES = 81_920
"""A head: the longest query string the endpoint reads, and ample headers."""
BACKLOG = 4_096
"""Connections the kernel holds for a process that is busy; also Linux's own bound."""
WAITING_THREADS = PLACES
"""Threads beyond those of feeds and work, started only when clients make requests wait."""
_WANTED_FILES = 32_768
_OTHER_FILES = 512
"""Files, sockets to databases and pipes of one process."""


def raise_open_files() -> int:
    """Raise this process's bound of open files, which its children inherit, as far as it may go.

    Returns how many connections each of them can hold open.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED_FILES if hard == resource.RLIM_INFINITY else min(_WANTED_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    most = max(soft, wanted)
    return max(most - _OTHER_FILES, most // 2)
