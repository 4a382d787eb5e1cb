"""Writers of one process who meet at a SQLite file share a transaction, and with it the wait for the disk.

SQLite lets one transaction write at a time, and a small one spends most of its time waiting for the disk. So
whoever writes also does what others have queued up meanwhile, each in a part that can be undone alone, and
all of them return when that one transaction is committed. Batches whose rows are worked out already are even
stored together. PostgreSQL does as much by itself.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sync.stores.contract import StoreUnavailable
from sync.stores.sql.connection import DRIVER_ERRORS, WAIT_SECONDS, Connection
from sync.stores.sql.writing import Batch, store_together

T = TypeVar("T")
MOST_WRITERS = 16
"""In one transaction: the first waits for the last, and other processes for them all."""


class _Piece:
    """What one writer wants done, and what became of it."""

    def __init__(self, work: Callable[[Connection], Any], *, durable: bool, batch: Batch | None) -> None:
        self.work = work
        self.batch = batch
        self.durable = durable
        self.called = threading.Event()
        """Set when it is done, or when its writer is to go ahead."""
        self.done = False
        """Whether what became of it is known, the commit included."""
        self.stored = False
        """Whether its batch was stored together with others."""
        self.answer: Any = None
        self.failure: BaseException | None = None

    def run(self, connection: Connection) -> None:
        """Do it. A refusal undoes this piece alone; a driver's error is raised and ends the transaction."""
        try:
            with connection.part():
                self.answer = self.work(connection)
        except DRIVER_ERRORS:
            raise
        except Exception as refusal:  # raised again where it belongs, in its writer's thread
            self.failure = refusal


class SharedCommits:
    """The line of this process's writers. Safe to share between threads."""

    def __init__(self, begin: Callable[[bool], AbstractContextManager[Connection]]) -> None:
        """`begin` opens a transaction, durable or not, that the end of its block commits."""
        self._begin = begin
        self._lock = threading.Lock()
        self._busy = False
        self._line: deque[_Piece] = deque()

    def write(self, work: Callable[[Connection], T], *, durable: bool, batch: Batch | None = None) -> T:
        """Return what `work` returned, once that is committed. Any writer's thread may run it.

        `batch`, if given, says the same as `work` and may be stored in its place. Raises what `work` raised,
        with what it wrote undone; StoreUnavailable when the database fails.
        """
        mine = _Piece(work, durable=durable, batch=batch)
        with self._lock:
            waits = self._busy
            self._busy = True
            if waits:
                self._line.append(mine)
        if waits:
            self._wait(mine)
        if not mine.done:
            self._go_ahead(mine)
        if mine.failure is not None:
            raise mine.failure
        answer: T = mine.answer
        return answer

    def _wait(self, mine: _Piece) -> None:
        if mine.called.wait(WAIT_SECONDS):
            return
        with self._lock:
            if mine in self._line:
                self._line.remove(mine)
                raise StoreUnavailable("somebody else has been writing for too long")
        # Somebody is doing it just now.
        mine.called.wait()

    def _go_ahead(self, first: _Piece) -> None:
        pieces: list[_Piece] = []
        try:
            with self._begin(first.durable) as connection:
                following = [first, *self._next([first])]
                while following:
                    pieces += following
                    _run(connection, following)
                    following = self._next(pieces)
        except BaseException as error:
            for piece in pieces[1:]:
                piece.failure = StoreUnavailable(f"the transaction shared with others failed: {error}")
            raise
        finally:
            for piece in pieces[1:]:
                piece.done = True
                piece.called.set()
            self._call_next()

    def _next(self, pieces: list[_Piece]) -> list[_Piece]:
        found: list[_Piece] = []
        with self._lock:
            while self._line and len(pieces) + len(found) < MOST_WRITERS:
                # A commit that does not wait for the disk would promise too much to one who asked for it.
                if self._line[0].durable and not pieces[0].durable:
                    break
                found.append(self._line.popleft())
        return found

    def _call_next(self) -> None:
        with self._lock:
            if self._line:
                self._line.popleft().called.set()
            else:
                self._busy = False


def _run(connection: Connection, pieces: list[_Piece]) -> None:
    _store_batches(connection, [piece for piece in pieces if piece.batch is not None])
    for piece in pieces:
        if not piece.stored:
            piece.run(connection)


def _store_batches(connection: Connection, pieces: list[_Piece]) -> None:
    """Store the batches of several pieces together; what does not fit is left to be done by itself."""
    if len(pieces) < 2:
        return
    try:
        with connection.part():
            answers = store_together(connection, [piece.batch for piece in pieces if piece.batch is not None])
    except DRIVER_ERRORS:
        raise
    except Exception:  # whose fault it is shows when they are done one by one
        return
    for piece, answer in zip(pieces, answers, strict=True):
        piece.answer, piece.stored = answer, answer is not None
