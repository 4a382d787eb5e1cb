"""Writers of one SQLite file stand in a line, threads and processes alike, and a dead one holds nobody up."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from sync.sql import turns
from sync.sql.connection import Connections
from sync.sql.turns import Turns
from sync.store import StoreUnavailable


def hold(database: str, held: Event, over: Event) -> None:
    """Another process that takes its turn and keeps it."""
    with Turns(database).mine():
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


@pytest.mark.parametrize("killed", [False, True])
def test_the_next_one_goes_when_the_other_process_is_done_or_dead(
    holder: tuple[SpawnProcess, Event, str], killed: bool
) -> None:
    process, over, database = holder
    mine, done = Turns(database), threading.Event()

    def write() -> None:
        with mine.mine():
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


def test_threads_wait_for_each_other_and_give_up_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Turns(str(tmp_path / "a.sqlite"))
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.01)
    with line.mine(), pytest.raises(StoreUnavailable), line.mine():
        pass
    with line.mine():
        line_is_free_again = True
    assert line_is_free_again


def test_a_writer_that_fails_leaves_the_line(tmp_path: Path) -> None:
    line = Turns(str(tmp_path / "a.sqlite"))
    with pytest.raises(ZeroDivisionError), line.mine():
        raise ZeroDivisionError
    with line.mine():
        assert (tmp_path / "a.sqlite-turn").is_file()


def test_where_there_is_no_file_nobody_waits() -> None:
    line = Turns(None)
    with line.mine(), line.mine():
        nobody_waited = True
    assert nobody_waited


def test_trouble_elsewhere_takes_nobody_s_turn_away(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    connections, database = Connections(engine), str(tmp_path / "a.sqlite")
    gone = threading.Event()

    def write_elsewhere() -> None:
        with Turns(database).mine():
            gone.set()

    with connections.writing() as writing:
        writing.run("CREATE TABLE t (x INTEGER)")
        with pytest.raises(StoreUnavailable), connections.reading() as reading:
            reading.rows("SELECT * FROM nowhere")
        other = threading.Thread(target=write_elsewhere)
        other.start()
        assert not gone.wait(0.2), "the line was left while somebody was writing"
    other.join(30)
    assert gone.is_set()
    with pytest.raises(StoreUnavailable), connections.writing() as writing:
        writing.run("INSERT INTO nowhere VALUES (1)")
    engine.dispose()
