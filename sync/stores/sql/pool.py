"""The store's connections: few, handed out for a question or a transaction."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Engine, event

from sync.stores.contract import StoreUnavailable
from sync.stores.sql.checkpoints import MOST_PAGES, Checkpoints
from sync.stores.sql.connection import DRIVER_ERRORS, WAIT_SECONDS, Connection
from sync.stores.sql.shared_commit import SharedCommits
from sync.stores.sql.turns import turn
from sync.stores.sql.writing import Batch

T = TypeVar("T")
MOST_CONNECTIONS = 12
"""Per process. Statements take well under a millisecond, so few serve many threads; parked feeds hold none.
"""


class Connections:
    """The store's own few connections, opened as the engine opens them.

    They are taken out of the engine's pool for good, because whoever shares that pool sets connections up
    differently. They close when the engine is disposed of.
    """

    def __init__(self, engine: Engine) -> None:
        if engine.dialect.name not in {"sqlite", "postgresql"}:
            raise ValueError(f"the document store runs on SQLite and PostgreSQL, not {engine.dialect.name}")
        self.engine = engine
        self.postgres = engine.dialect.name == "postgresql"
        self._idle: list[Connection] = []
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._file = None if self.postgres else engine.url.database
        self._shared = SharedCommits(self._transaction)
        self._checkpoints = Checkpoints(self.open) if self._file else None
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def open(self) -> Connection:
        """Return a new connection that is the caller's to close; raise one of DRIVER_ERRORS."""
        pooled = self.engine.raw_connection()
        driver: Any = pooled.driver_connection
        pooled.detach()
        if self.postgres:
            driver.autocommit = True
        else:
            driver.isolation_level = None
            # Whoever had it before may have left it read-only.
            driver.execute("PRAGMA query_only = 0").close()
            driver.execute(f"PRAGMA wal_autocheckpoint = {MOST_PAGES}").close()
        return Connection(driver, postgres=self.postgres)

    def close(self) -> None:
        """Close the idle connections. Others may still be opened later."""
        if self._checkpoints is not None:
            self._checkpoints.close()
        self._close_idle()

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().driver.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for queries; raise StoreUnavailable when the database cannot answer."""
        if not self._free.acquire(timeout=WAIT_SECONDS):
            raise StoreUnavailable("all connections are busy")
        try:
            # The one used last has its statements at hand.
            connection = self._idle.pop() if self._idle else self.open()
        except IndexError:
            connection = self.open()
        except DRIVER_ERRORS as error:
            self._free.release()
            raise StoreUnavailable(str(error)) from error
        try:
            yield connection
        except DRIVER_ERRORS as error:
            # The database may have restarted: the others would fail one by one.
            connection.driver.close()
            self._close_idle()
            raise StoreUnavailable(str(error)) from error
        except Exception:
            # A refusal, not a failure: whoever began a transaction has undone it.
            self._idle.append(connection)
            raise
        except BaseException:
            connection.driver.close()
            raise
        else:
            self._idle.append(connection)
        finally:
            self._free.release()

    def write(
        self, work: Callable[[Connection], T], *, durable: bool = True, batch: Batch | None = None
    ) -> T:
        """Run `work` in a transaction and return its answer once that is committed.

        Without `durable` the commit need not wait for the disk. On SQLite `work` may run in another writer's
        thread, and a `batch` that says the same may be stored in its place. Nothing stays of a `work` that
        raises. Raises StoreUnavailable when the database fails.
        """
        if not self.postgres:
            return self._shared.write(work, durable=durable, batch=batch)
        with self._transaction(durable) as connection:
            return work(connection)

    @contextmanager
    def _transaction(self, durable: bool) -> Iterator[Connection]:
        with turn(self._file), self.reading() as connection:
            connection.begin(durable=durable)
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
        if self._checkpoints is not None:
            self._checkpoints.written()
