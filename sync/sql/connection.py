"""A thin layer over sqlite3 and psycopg connections, and the one place that knows them apart.

The ORM is not used on this path: a batch is one statement, and bodies stay bytes from disk to socket.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import orjson
import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from sync.store import StoreUnavailable

type_row = tuple[Any, ...]
CHANNEL = "curbstop_sync"
"""PostgreSQL's notification channel; the payload is the database's id."""

DRIVER_ERRORS = (sqlite3.OperationalError, psycopg.OperationalError, SQLAlchemyError)


class Connection:
    """One checked-out driver connection in autocommit mode; statements use `?` for parameters."""

    def __init__(self, driver: Any, *, postgres: bool) -> None:
        self._driver = driver
        self.postgres = postgres
        self._cursor = driver.cursor(binary=True) if postgres else driver.cursor()

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[type_row]:
        """Run a query and return all rows."""
        self._cursor.execute(_percent(sql) if self.postgres else sql, params)
        found: list[type_row] = self._cursor.fetchall()
        return found

    def row(self, sql: str, params: Sequence[Any] = ()) -> type_row | None:
        """Run a query and return its first row or None."""
        self._cursor.execute(_percent(sql) if self.postgres else sql, params)
        found: type_row | None = self._cursor.fetchone()
        return found

    def run(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run a statement and return how many rows it touched."""
        self._cursor.execute(_percent(sql) if self.postgres else sql, params)
        return int(self._cursor.rowcount)

    def many(self, sql: str, params: Sequence[Sequence[Any]]) -> None:
        """Run a statement once per row of parameters, in one round trip where the driver can."""
        if params:
            self._cursor.executemany(_percent(sql) if self.postgres else sql, params)

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

    def notify(self, database_id: int) -> None:
        """Tell every process, at commit, that the database changed. SQLite's watchers see it anyway."""
        if self.postgres:
            self._cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(database_id)))

    def begin(self) -> None:
        """Open a transaction that may write."""
        if not self.postgres:
            # Others who share the pool may have left the connection read-only.
            self._cursor.execute("PRAGMA query_only = 0")
        self._cursor.execute("BEGIN" if self.postgres else "BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make the transaction durable."""
        self._cursor.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction, if one is open."""
        self._driver.rollback()


@lru_cache(maxsize=256)
def _percent(sql: str) -> str:
    return sql.replace("?", "%s")


class Connections:
    """Hands out connections of an engine's pool."""

    def __init__(self, engine: Engine) -> None:
        if engine.dialect.name not in {"sqlite", "postgresql"}:
            raise ValueError(f"the document store runs on SQLite and PostgreSQL, not {engine.dialect.name}")
        self.engine = engine
        self.postgres = engine.dialect.name == "postgresql"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for queries; raise StoreUnavailable when the database cannot answer."""
        try:
            pooled = self.engine.raw_connection()
        except DRIVER_ERRORS as error:
            raise StoreUnavailable(str(error)) from error
        driver: Any = pooled.driver_connection
        before = driver.autocommit if self.postgres else driver.isolation_level
        try:
            if self.postgres:
                driver.autocommit = True
            else:
                driver.isolation_level = None
            yield Connection(driver, postgres=self.postgres)
        except DRIVER_ERRORS as error:
            raise StoreUnavailable(str(error)) from error
        finally:
            self._restore(pooled, driver, before)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that commits when the block ends and is undone when it
        raises.
        """
        with self.reading() as connection:
            connection.begin()
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def _restore(self, pooled: Any, driver: Any, before: Any) -> None:
        # Others share the pool and expect the driver as they configured it.
        try:
            if self.postgres:
                driver.autocommit = before
            else:
                driver.isolation_level = before
        except DRIVER_ERRORS:
            pooled.invalidate()
        else:
            pooled.close()
