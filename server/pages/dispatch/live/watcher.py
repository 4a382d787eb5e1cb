"""One thread in a process looks whether anything was committed, and tells every open board what changed.

It asks the database only while a board is open: what was committed is seen by a number that costs
microseconds to read, and only then is the fingerprint of the board read anew. A board that was away for a
moment names the last change it knows and is told what came since.
"""

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from server.pages.dispatch.live.change import EVERYTHING, NOTHING, Change, Marks, difference

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.1
"""Ten looks a second cost about a thousandth of a core; a change is seen well under the promised second."""
REST_FACTOR = 4
"""It rests so many times as long as reading took: a busy district costs a fifth of a core at most."""
RETRY_SECONDS = 1.0
KEPT = 300
"""Changes that a board may have missed and still be told one by one."""
COMMITTED = {"sqlite": "PRAGMA data_version", "postgresql": "SELECT pg_current_snapshot()::text"}
"""Something that differs after another connection has committed."""


class Listener:
    """An open board: what it has been told, and a wait for more."""

    def __init__(self, watcher: "Watcher", told: int) -> None:
        self._watcher = watcher
        self.told = told
        self._woken = threading.Event()

    @property
    def id(self) -> str:
        """What the page names to go on from here, in whichever process."""
        return f"{self._watcher.life}-{self.told}"

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self._watcher.closed

    def wait(self, seconds: float) -> Change:
        """What changed since it was last asked, as soon as something has; false when nothing did."""
        change = self._watcher.since(self)
        if not change and self._woken.wait(seconds):
            change = self._watcher.since(self)
        return change

    def wake(self) -> None:
        """Make the current or next `wait` return at once."""
        self._woken.set()

    def told_all(self, told: int) -> None:
        """Note that everything up to this change was told."""
        self.told = told
        self._woken.clear()

    def close(self) -> None:
        """Give the place up."""
        self._watcher.forget(self)


class Watcher:
    """All open boards of this process and the thread that watches for them."""

    def __init__(self, engine: Engine, read: Callable[[], Marks], *, most: int) -> None:
        """`read` returns the fingerprint now; at most so many boards may be open, for each holds a thread."""
        self._engine, self._read, self._most = engine, read, most
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._thread: threading.Thread | None = None
        self._marks: Marks | None = None
        self._changes: deque[tuple[int, Change]] = deque(maxlen=KEPT)
        self._number = 0
        self._looked = threading.Event()
        self.life = secrets.token_hex(4)
        """Mixed into what a page names: another process, or this one started anew, counts for itself."""
        self.closed = False

    def listen(self, last: str | None) -> tuple[Listener, bool] | None:
        """A place, and whether it goes on from `last`; None when all places are taken.

        A page that cannot go on must look at everything once.
        """
        with self._lock:
            if self.closed or len(self._listeners) >= self._most:
                return None
            told = self._known(last)
            listener = Listener(self, self._number if told is None else told)
            self._listeners.add(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="board-watch", daemon=True)
                self._thread.start()
        return listener, told is not None

    def _known(self, last: str | None) -> int | None:
        life, _, number = (last or "").partition("-")
        if life != self.life or not (number.isascii() and number.isdigit()):
            return None
        first = self._changes[0][0] if self._changes else self._number + 1
        # Before the first look nobody can say what came in between.
        return int(number) if first - 1 <= int(number) <= self._number and self._marks else None

    def looked(self, seconds: float) -> bool:
        """Wait for the first look: what is committed after it is told."""
        return self._looked.wait(seconds)

    def forget(self, listener: Listener) -> None:
        """Drop a board."""
        with self._lock:
            self._listeners.discard(listener)

    def since(self, listener: Listener) -> Change:
        """What came since a board was last told, and note that it is told now."""
        with self._lock:
            found = NOTHING
            if self._changes and self._changes[0][0] > listener.told + 1:
                found = EVERYTHING
            for number, change in self._changes:
                if number > listener.told:
                    found = found.merged(change)
            listener.told_all(self._number)
            return found

    def listening(self) -> int:
        """How many boards are open."""
        with self._lock:
            return len(self._listeners)

    def close(self) -> None:
        """Stop watching; open boards are woken and end by themselves."""
        with self._lock:
            self.closed = True
            thread, listeners = self._thread, list(self._listeners)
        for listener in listeners:
            listener.wake()
        if thread is not None:
            thread.join()

    def _watch(self) -> None:
        while self._wanted():
            try:
                connection = self._engine.raw_connection()
                try:
                    self._look(connection.driver_connection)
                finally:
                    connection.invalidate()
                    connection.close()
            except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as error:
                log.warning("board.watch.lost", error=str(error))
                time.sleep(RETRY_SECONDS)

    def _wanted(self) -> bool:
        """Whether a board is open; else the thread ends, and the next board starts another."""
        with self._lock:
            if self._listeners and not self.closed:
                return True
            self._thread = None
            return False

    def _look(self, driver: Any) -> None:
        asked = COMMITTED[self._engine.dialect.name]
        if self._engine.dialect.name == "postgresql":
            driver.autocommit = True
        version: object = None
        while self._someone():
            now = driver.execute(asked).fetchone()[0]
            took = 0.0
            if now != version:
                version = now
                began = time.monotonic()
                self._tell(self._read())
                took = time.monotonic() - began
            time.sleep(max(LOOK_SECONDS, REST_FACTOR * took))

    def _someone(self) -> bool:
        with self._lock:
            return bool(self._listeners) and not self.closed

    def _tell(self, marks: Marks) -> None:
        # The first look has nothing before it: who listens looks at everything after it.
        change = NOTHING if self._marks is None else difference(self._marks, marks)
        with self._lock:
            self._marks = marks
            self._looked.set()
            if not change:
                return
            self._number += 1
            self._changes.append((self._number, change))
            listeners = list(self._listeners)
        for listener in listeners:
            listener.wake()
