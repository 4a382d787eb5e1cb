"""A thin layer over sqlite3 and psycopg connections, and the one place that knows them apart.

The ORM is not used on this path: a batch is one statement, and bodies stay bytes from disk to socket.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import orjson
import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from sync.sql.turns import WAIT_SECONDS, Turns
from sync.store import StoreUnavailable

type_row = tuple[Any, ...]
CHANNEL = "curbstop_sync"
"""PostgreSQL's notification channel; the payload is the database's id."""

DRIVER_ERRORS = (sqlite3.OperationalError, psycopg.OperationalError, SQLAlchemyError)
MOST_CONNECTIONS = 12
"""Per process. Statements take well under a millisecond, so few serve many threads; parked feeds hold none.
"""


class Insert:
    """An INSERT of many rows, in the words of each engine.

    PostgreSQL takes each column as one array: a statement per row costs it, and the driver, several times
    as much.
    """

    __slots__ = ("arrays", "values")

    def __init__(self, table: str, columns: Mapping[str, str], conflict: str) -> None:
        """`columns` are names and PostgreSQL types in the order of a row; `conflict` ends the statement."""
        into = f"INSERT INTO {table} ({', '.join(columns)})"
        self.values = f"{into} VALUES ({', '.join('?' * len(columns))}) {conflict}"
        arrays = ", ".join(f"%b::{kind}[]" for kind in columns.values())
        self.arrays = f"{into} SELECT * FROM unnest({arrays}) {conflict}"  # noqa: S608  # made of constants


class Connection:
    """A driver connection in autocommit mode, of one thread at a time; statements use `?` for parameters."""

    def __init__(self, driver: Any, *, postgres: bool) -> None:
        self.driver = driver
        self.postgres = postgres
        self._cursor = driver.cursor(binary=True) if postgres else driver.cursor()

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[type_row]:
        """Run a query and return all rows."""
        self._cursor.execute(_percent(sql) if self.postgres else sql, params)
        found: list[type_row] = self._cursor.fetchall()
        return found

    def row(self, sql: str, params: Sequence[Any] = ()) -> type_row | None:
        """Run a query and return its only row or None."""
        found = self.rows(sql, params)
        return found[0] if found else None

    def run(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run a statement and return how many rows it touched."""
        self._cursor.execute(_percent(sql) if self.postgres else sql, params)
        return int(self._cursor.rowcount)

    def many(self, sql: str, params: Sequence[Sequence[Any]]) -> None:
        """Run a statement once per row of parameters, in one round trip where the driver can."""
        if params:
            self._cursor.executemany(_percent(sql) if self.postgres else sql, params)

    def store(
        self, inserts: Sequence[tuple["Insert", Sequence[Sequence[Any]]]], last: str, params: Sequence[Any]
    ) -> None:
        """Insert rows into several tables, then run a last statement; PostgreSQL hears of it all at once."""
        given = [(what, rows) for what, rows in inserts if rows]
        if not self.postgres:
            for what, rows in given:
                self._cursor.executemany(what.values, rows)
            self._cursor.execute(last, params)
            return
        parts = ", ".join(f"part{number} AS ({what.arrays})" for number, (what, _) in enumerate(given))
        columns = [list(column) for _, rows in given for column in zip(*rows, strict=True)]
        self._cursor.execute(f"WITH {parts} {_percent(last)}", [*columns, *params])

    def any_of(self, column: str) -> str:
        """Return a condition that `column` is among one parameter made by `listing`."""
        if self.postgres:
            return f"{column} = ANY(?)"
        return f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608  # callers name columns

    def listing(self, values: Sequence[str]) -> Any:
        """Return the parameter for `any_of`."""
        return list(values) if self.postgres else orjson.dumps(list(values)).decode()

    @property
    def lock(self) -> str:
        """What makes a SELECT keep its rows from other writers until the commit."""
        return " FOR NO KEY UPDATE" if self.postgres else ""

    @property
    def hasty(self) -> tuple[str, str]:
        """What begins a statement, and joins its tables, whose own commit does not wait for the disk.

        Nothing on SQLite, which is told before its transaction.
        """
        if not self.postgres:
            return "", ""
        config = "SELECT set_config('synchronous_commit', 'off', true)"
        return f"WITH hasty AS MATERIALIZED ({config})", ", hasty"

    @property
    def telling(self) -> str:
        """What makes an UPDATE of a database's row do as `notify` does."""
        return f" RETURNING pg_notify('{CHANNEL}', id::text)" if self.postgres else ""

    def notify(self, database_id: int) -> None:
        """Tell every process, at commit, that the database changed. SQLite's watchers see it anyway."""
        if self.postgres:
            self._cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(database_id)))

    def begin(self, *, durable: bool = True) -> None:
        """Open a transaction that may write; without `durable`, its commit does not wait for the disk."""
        if self.postgres:
            self._cursor.execute("BEGIN")
            if not durable:
                self._cursor.execute("SET LOCAL synchronous_commit = off")
        else:
            self._cursor.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._cursor.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """End the transaction and keep what it wrote."""
        self._cursor.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction, if one is open."""
        self.driver.rollback()


@lru_cache(maxsize=256)
def _percent(sql: str) -> str:
    return sql.replace("?", "%s")


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
        self._turns = Turns(None if self.postgres else engine.url.database)
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
        return Connection(driver, postgres=self.postgres)

    def close(self) -> None:
        """Close the idle connections. Others may still be opened later."""
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
            self.close()
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

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """Yield a connection in a transaction that commits at the end of the block and is undone if it
        raises.
        """
        with self._turns.mine(), self.reading() as connection:
            connection.begin(durable=durable)
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
