"""Waking parked feeds when a database changes, whichever process committed.

PostgreSQL notifies. SQLite has no such thing, but `PRAGMA data_version` changes when another
connection commits, and costs microseconds: one thread per process asks it while a feed is parked.
"""

import threading
import time
from collections.abc import Iterable
from typing import Any

import orjson
import structlog

from sync.stores.sql.connection import CHANNEL, DRIVER_ERRORS
from sync.stores.sql.pool import Connections

log = structlog.get_logger(__name__)

SQLITE_POLL_SECONDS = 0.1
"""Well under the promised second; ten looks a second cost about a thousandth of a core."""
LISTEN_SECONDS = 0.3
"""How long a wait for a notification lasts before looking whether the store was closed."""
RETRY_SECONDS = 1.0
"""Pause before watching again after the database went away."""


class Ticket:
    """A parked feed's place in the queue; take it before asking for changes, so that none is missed."""

    __slots__ = ("_event", "_waker", "database_id")

    def __init__(self, waker: "Waker", database_id: int) -> None:
        self._waker = waker
        self.database_id = database_id
        self._event = threading.Event()

    def wait(self, seconds: float) -> bool:
        """Wait until the database changes, at most so long; return whether it did."""
        woken = self._event.wait(seconds)
        self._event.clear()
        return woken

    def wake(self) -> None:
        """Make the current or next `wait` return at once."""
        self._event.set()

    @property
    def over(self) -> bool:
        """Whether nothing more will come, because the store was closed."""
        return self._waker.closed

    def close(self) -> None:
        """Give the place up."""
        self._waker.forget(self)


class Waker:
    """All parked feeds of this process and the thread that wakes them."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._lock = threading.Lock()
        self._parked: dict[int, set[Ticket]] = {}
        self._anyone = threading.Event()
        self._thread: threading.Thread | None = None
        self.closed = False

    def park(self, database_id: int, most: int, *, most_of_database: int | None = None) -> Ticket | None:
        """Return a ticket for changes of the database, or None when `most` feeds are parked already.

        `most_of_database` bounds those of this database alone. Starts watching when it is the first.
        """
        ticket = Ticket(self, database_id)
        with self._lock:
            own = len(self._parked.get(database_id, ()))
            if self._count() >= most or (most_of_database is not None and own >= most_of_database):
                return None
            self._parked.setdefault(database_id, set()).add(ticket)
            self._anyone.set()
            if self._thread is None and not self.closed:
                self._thread = threading.Thread(target=self._watch, name="sync-watch", daemon=True)
                self._thread.start()
        return ticket

    def forget(self, ticket: Ticket) -> None:
        """Drop a ticket."""
        with self._lock:
            tickets = self._parked.get(ticket.database_id)
            if tickets is not None:
                tickets.discard(ticket)
                if not tickets:
                    del self._parked[ticket.database_id]
            if not self._parked:
                self._anyone.clear()

    def wake(self, database_ids: Iterable[int]) -> None:
        """Wake the feeds of these databases."""
        with self._lock:
            tickets = [ticket for key in database_ids for ticket in self._parked.get(key, ())]
        for ticket in tickets:
            ticket.wake()

    def parked(self) -> int:
        """Return how many feeds wait."""
        with self._lock:
            return self._count()

    def _count(self) -> int:
        return sum(map(len, self._parked.values()))

    def close(self) -> None:
        """Stop watching; parked feeds are woken and end by themselves."""
        with self._lock:
            self.closed = True
            self._anyone.set()
            keys = list(self._parked)
            thread = self._thread
        self.wake(keys)
        if thread is not None:
            thread.join()

    def _everyone(self) -> list[int]:
        with self._lock:
            return list(self._parked)

    def _watch(self) -> None:
        while not self.closed:
            try:
                driver = self._connections.open().driver
                try:
                    # Whatever was committed while nobody watched.
                    self.wake(self._everyone())
                    if self._connections.postgres:
                        self._listen(driver)
                    else:
                        self._poll(driver)
                finally:
                    driver.close()
            except DRIVER_ERRORS as error:
                log.warning("sync.watch.lost", error=str(error))
                time.sleep(RETRY_SECONDS)

    def _listen(self, driver: Any) -> None:
        driver.execute(f"LISTEN {CHANNEL}")
        self.wake(self._everyone())
        while not self.closed:
            for notice in driver.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                self.wake((int(notice.payload),))

    def _poll(self, driver: Any) -> None:
        version = None
        seen: dict[int, int] = {}
        while not self.closed:
            self._anyone.wait()
            now = driver.execute("PRAGMA data_version").fetchone()[0]
            if now != version:
                version = now
                rows = driver.execute(
                    "SELECT id, update_seq FROM sync_database WHERE id IN (SELECT value FROM json_each(?))",
                    (orjson.dumps(self._everyone()).decode(),),
                ).fetchall()
                changed = [key for key, seq in rows if seen.get(key) != seq]
                seen.update(rows)
                self.wake(changed)
            time.sleep(SQLITE_POLL_SECONDS)
