"""What was written ahead reaches the file beside the writers, and trouble there harms no writer."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event

from sync.stores.sql import checkpoints
from sync.stores.sql.connection import Connection
from sync.stores.sql.pool import Connections
from tests.integration.couchdb.district import eventually

ROWS = 50


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.sqlite"


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    """A database that writes ahead, with one table, `t`."""
    made = create_engine(f"sqlite:///{file}")
    event.listen(made, "connect", lambda driver, _: driver.execute("PRAGMA journal_mode = WAL").close())
    with made.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x INTEGER PRIMARY KEY)")
    yield made
    made.dispose()


def write(connections: Connections, numbers: range) -> None:
    for number in numbers:
        connections.write(partial(insert, number))


def insert(number: int, connection: Connection) -> int:
    return connection.run("INSERT INTO t VALUES (?)", (number,))


def carried(file: Path) -> int:
    """How many rows the file itself holds, its log left aside."""
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as alone:
        try:
            return int(alone.execute("SELECT count(*) FROM t").fetchone()[0])
        except sqlite3.DatabaseError:
            return 0


def carriers() -> int:
    return sum(thread.name == "checkpoints" for thread in threading.enumerate())


def test_what_was_written_reaches_the_file_while_it_is_open(engine: Engine, file: Path) -> None:
    connections = Connections(engine)
    write(connections, range(ROWS))
    eventually(lambda: carried(file) == ROWS)
    write(connections, range(ROWS, 2 * ROWS))
    eventually(lambda: carried(file) == 2 * ROWS)


def test_it_ends_with_the_connections_and_begins_again(engine: Engine) -> None:
    before = carriers()
    connections = Connections(engine)
    assert carriers() == before
    write(connections, range(3))
    assert carriers() == before + 1
    connections.close()
    assert carriers() == before
    write(connections, range(3, 6))
    assert carriers() == before + 1
    engine.dispose()
    assert carriers() == before


def test_trouble_is_tried_again_and_stops_no_writer(
    engine: Engine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "REST_SECONDS", 0.01)
    failed = threading.Event()
    rows = Connection.rows

    def full(self: Connection, sql: str, params: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        if "wal_checkpoint" in sql and not failed.is_set():
            failed.set()
            raise sqlite3.OperationalError("database or disk is full")
        return rows(self, sql, params)

    monkeypatch.setattr(Connection, "rows", full)
    connections = Connections(engine)
    write(connections, range(ROWS))
    assert failed.wait(30)
    write(connections, range(ROWS, ROWS + 1))
    eventually(lambda: carried(file) == ROWS + 1)
