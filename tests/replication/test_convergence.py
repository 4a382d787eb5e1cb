"""Whatever is edited where and replicated when: all replicas end equal and nothing is lost."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from sync.bare import make_engine
from sync.stores.sql.store import SqlStore
from sync.stores.sql.tables import sync_metadata
from tests.replication.convergence import machine

WRITERS = 4
EACH = 40


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """A store in an empty database."""
    engine = make_engine(database_url)
    sync_metadata.create_all(engine)
    made = SqlStore(engine)
    yield made
    made.close()
    engine.dispose()


def test_replicas_converge(store: SqlStore) -> None:
    examples = settings(max_examples=12, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(machine(store), settings=examples)


def test_a_reader_misses_no_committed_change_while_many_write(store: SqlStore) -> None:
    """Sequences become visible in order, so a reader that moves on has seen all before."""
    store.ensure_database("tech-1")
    failures: list[BaseException] = []
    done = threading.Event()
    seen: set[str] = set()

    def write(writer: int) -> None:
        try:
            for number in range(EACH):
                store.put_documents("tech-1", {f"w{writer}:{number}:{part}": {"n": part} for part in "ab"})
        except BaseException as failure:
            failures.append(failure)
            raise

    def read() -> None:
        since = "0"
        while True:
            last_round = done.is_set()
            batch = store.changes("tech-1", since=since, limit=7, include_docs=False)
            seen.update(row.doc_id for row in batch.rows)
            since = batch.last_seq
            if last_round and not batch.rows:
                return

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert failures == []
    assert seen == {f"w{w}:{n}:{p}" for w in range(WRITERS) for n in range(EACH) for p in "ab"}
    assert store.info("tech-1").doc_count == len(seen)
