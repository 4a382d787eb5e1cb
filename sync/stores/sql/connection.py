"""A thin layer over sqlite3 and psycopg connections, and the one place that knows them apart.

The ORM is not used on this path: a batch is one statement, and bodies stay bytes from disk to socket.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import Any

import orjson
import psycopg
from sqlalchemy.exc import SQLAlchemyError

type_row = tuple[Any, ...]
CHANNEL = "curbstop_sync"
"""PostgreSQL's notification channel; the payload is the database's id."""

WAIT_SECONDS = 30.0
"""For a connection, or for one's turn to write; longer than anybody keeps either."""
DRIVER_ERRORS = (sqlite3.OperationalError, psycopg.OperationalError, psycopg.InterfaceError, SQLAlchemyError)
_SIZES = (64, 32, 16, 8, 4, 2, 1)
"""Rows of one statement on SQLite: few sizes, so that the driver keeps each statement prepared."""


class Insert:
    """An INSERT of many rows, in the words of each engine.

    PostgreSQL takes each column as one array: a statement per row costs it, and the driver, several times
    as much. SQLite takes rows by the power of two: its driver lets go of the interpreter's lock for every
    statement, and has to wait for it again among busy threads.
    """

    __slots__ = ("_values", "arrays")

    def __init__(self, table: str, columns: Mapping[str, str], conflict: str) -> None:
        """`columns` are names and PostgreSQL types in the order of a row; `conflict` ends the statement."""
        into = f"INSERT INTO {table} ({', '.join(columns)})"
        row = f"({', '.join('?' * len(columns))})"
        self._values = {size: f"{into} VALUES {', '.join([row] * size)} {conflict}" for size in _SIZES}
        arrays = ", ".join(f"%b::{kind}[]" for kind in columns.values())
        self.arrays = f"{into} SELECT * FROM unnest({arrays}) {conflict}"  # noqa: S608  # made of constants

    def batches(self, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[str, list[Any]]]:
        """Yield statements for SQLite, each with its parameters, that insert the rows in their order."""
        start = 0
        for size in _SIZES:
            while len(rows) - start >= size:
                yield self._values[size], list(chain.from_iterable(rows[start : start + size]))
                start += size


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
        if not self.postgres:
            self.insert(inserts)
            self._cursor.execute(last, params)
            return
        given = [(what, rows) for what, rows in inserts if rows]
        parts = ", ".join(f"part{number} AS ({what.arrays})" for number, (what, _) in enumerate(given))
        columns = [list(column) for _, rows in given for column in zip(*rows, strict=True)]
        self._cursor.execute(f"WITH {parts} {_percent(last)}", [*columns, *params])

    def insert(self, inserts: Sequence[tuple["Insert", Sequence[Sequence[Any]]]]) -> None:
        """Insert rows into several tables on SQLite."""
        for what, rows in inserts:
            for statement, values in what.batches(rows):
                self._cursor.execute(statement, values)

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

        Nothing on SQLite, which notes it before its transaction.
        """
        if not self.postgres:
            return "", ""
        config = "SELECT set_config('synchronous_commit', 'off', true)"
        return f"WITH hasty AS MATERIALIZED ({config})", ", hasty"

    @property
    def notifying(self) -> str:
        """What makes an UPDATE of a database's row do as `notify` does."""
        return f" RETURNING pg_notify('{CHANNEL}', id::text)" if self.postgres else ""

    def notify(self, database_id: int) -> None:
        """Notify every process, at commit, that the database changed. SQLite's watchers see it anyway."""
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

    @contextmanager
    def part(self) -> Iterator[None]:
        """Let the block's writes be undone alone, should it raise; the transaction goes on."""
        self._cursor.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._cursor.execute("ROLLBACK TO part")
            self._cursor.execute("RELEASE part")
            raise
        self._cursor.execute("RELEASE part")


@lru_cache(maxsize=256)
def _percent(sql: str) -> str:
    return sql.replace("?", "%s")
