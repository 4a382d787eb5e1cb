"""Writers of one SQLite file queue, threads and processes alike, and share a group commit."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from sync.stores.contract import StoreUnavailable
from sync.stores.sql import shared_commit
from sync.stores.sql.connection import Connection
from sync.stores.sql.pool import Connections
from sync.stores.sql.turns import turn
from tests.integration.crowd import Crowd


def hold(database: str, held: Event, over: Event) -> None:
    """Another process that takes its turn and keeps it."""
    with turn(database):
        held.set()
        over.wait(30)


@pytest.fixture
def holder(tmp_path: Path) -> tuple[SpawnProcess, Event, str]:
    """A process that is writing, what ends it, and the database."""
    context = multiprocessing.get_context("spawn")
    held, over, database = context.Event(), context.Event(), str(tmp_path / "a.sqlite")
    process = context.Process(target=hold, args=(database, held, over))
    process.start()
    assert held.wait(30)
    return process, over, database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with one table, `t`."""
    made = create_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with made.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x INTEGER PRIMARY KEY)")
    yield made
    made.dispose()


def insert(number: int) -> Callable[[Connection], int]:
    """Work that adds a number and returns it."""
    return lambda connection: connection.run("INSERT INTO t VALUES (?)", (number,)) * number


def numbers(connections: Connections) -> set[int]:
    with connections.reading() as connection:
        return {row[0] for row in connection.rows("SELECT x FROM t")}


@pytest.mark.parametrize("killed", [False, True])
def test_the_next_one_goes_when_the_other_process_is_done_or_dead(
    holder: tuple[SpawnProcess, Event, str], killed: bool
) -> None:
    process, over, database = holder
    done = threading.Event()

    def write() -> None:
        with turn(database):
            done.set()

    waiting = threading.Thread(target=write)
    waiting.start()
    assert not done.is_set()
    if killed:
        os.kill(process.pid or 0, signal.SIGKILL)
    else:
        over.set()
    waiting.join(30)
    process.join(30)
    assert done.is_set()


def test_a_writer_that_fails_leaves_the_line(tmp_path: Path) -> None:
    database = str(tmp_path / "a.sqlite")
    with pytest.raises(ZeroDivisionError), turn(database):
        raise ZeroDivisionError
    with turn(database):
        assert (tmp_path / "a.sqlite-turn").is_file()


def test_where_there_is_no_file_nobody_waits() -> None:
    with turn(None), turn(None):
        nobody_waited = True
    assert nobody_waited


def test_trouble_elsewhere_takes_nobody_s_turn_away(engine: Engine, tmp_path: Path) -> None:
    connections, database = Connections(engine), str(tmp_path / "a.sqlite")
    gone = threading.Event()

    def write_elsewhere() -> None:
        with turn(database):
            gone.set()

    other = threading.Thread(target=write_elsewhere)

    def work(_writing: Connection) -> None:
        with pytest.raises(StoreUnavailable), connections.reading() as reading:
            reading.rows("SELECT * FROM nowhere")
        other.start()
        assert not gone.wait(0.2), "the line was left while somebody was writing"

    connections.write(work)
    other.join(30)
    assert gone.is_set()
    with pytest.raises(StoreUnavailable):
        connections.write(lambda writing: writing.run("INSERT INTO nowhere VALUES (1)"))


def test_who_comes_meanwhile_is_in_the_same_commit(engine: Engine) -> None:
    connections = Connections(engine)
    crowd = Crowd(connections)
    crowd.first(insert(1))
    for number in (2, 3, 4):
        crowd.comes(str(number), insert(number))
    assert numbers(connections) == set(), "nobody sees what is not committed"
    assert crowd.go() == {"first": 1, "2": 2, "3": 3, "4": 4}
    assert numbers(connections) == {1, 2, 3, 4}
    assert crowd.commits == 1


def test_a_refusal_undoes_one_s_own_part_alone(engine: Engine) -> None:
    def refused(connection: Connection) -> None:
        insert(2)(connection)
        raise ValueError("no")

    connections = Connections(engine)
    crowd = Crowd(connections)
    crowd.first(insert(1))
    crowd.comes("refused", refused)
    crowd.comes("good", insert(3))
    answers = crowd.go()
    assert isinstance(answers["refused"], ValueError)
    assert (answers["first"], answers["good"]) == (1, 3)
    assert numbers(connections) == {1, 3}


def test_the_first_one_s_refusal_is_its_own_too(engine: Engine) -> None:
    def refused(connection: Connection) -> None:
        insert(1)(connection)
        raise ValueError("no")

    connections = Connections(engine)
    crowd = Crowd(connections)
    crowd.first(refused)
    crowd.comes("good", insert(2))
    answers = crowd.go()
    assert (type(answers["first"]), answers["good"]) == (ValueError, 2)
    assert numbers(connections) == {2}


def test_when_the_database_fails_nobody_hears_that_it_was_kept(engine: Engine) -> None:
    connections = Connections(engine)
    crowd = Crowd(connections)
    crowd.first(insert(1))
    crowd.comes("good", insert(2))
    crowd.comes("broken", lambda connection: connection.run("INSERT INTO nowhere VALUES (1)"))
    answers = crowd.go()
    assert {type(answer) for answer in answers.values()} == {StoreUnavailable}
    assert numbers(connections) == set()
    assert connections.write(insert(5)) == 5, "the line goes on"


def test_a_commit_that_fails_is_everybody_s(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    connections = Connections(engine)
    crowd = Crowd(connections)
    crowd.first(insert(1))
    crowd.comes("other", insert(2))
    monkeypatch.setattr(Connection, "commit", lambda self: self.run("INSERT INTO nowhere VALUES (1)"))
    assert {type(answer) for answer in crowd.go().values()} == {StoreUnavailable}
    monkeypatch.undo()
    assert numbers(connections) == set()


@pytest.mark.parametrize(
    ("most", "durable", "commits"),
    [
        (16, (True, True, True, True, True), 1),
        (2, (True, True, True, True, True), 3),
        # Who needs the disk is in no commit that does not wait for it; who does not may be in any.
        (16, (False, False, True, False, True), 2),
    ],
)
def test_how_many_commits_a_line_takes(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    durable: tuple[bool, ...],
    commits: int,
) -> None:
    monkeypatch.setattr(shared_commit, "MOST_WRITERS", most)
    connections = Connections(engine)
    crowd = Crowd(connections)
    crowd.first(insert(0), durable=durable[0])
    for number, waits in enumerate(durable[1:], start=1):
        crowd.comes(str(number), insert(number), durable=waits)
    crowd.go()
    assert numbers(connections) == {0, 1, 2, 3, 4}
    assert crowd.commits == commits


def test_waiting_has_an_end(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_commit, "WAIT_SECONDS", 0.01)
    connections = Connections(engine)
    crowd = Crowd(connections)
    crowd.first(insert(1))
    with pytest.raises(StoreUnavailable):
        connections.write(insert(2))
    assert crowd.go() == {"first": 1}
    assert numbers(connections) == {1}
