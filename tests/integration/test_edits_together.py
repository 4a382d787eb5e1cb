"""Revisions that several writers of one SQLite file store at once: each as if it had been alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.bare import create_tables, make_engine
from sync.protocol.documents import Edit, parse_document
from sync.stores.contract import DatabaseMissing
from sync.stores.sql import databases, reading, writing
from sync.stores.sql.connection import Connection
from sync.stores.sql.store import SqlStore
from sync.stores.sql.writing import Written, store_together
from tests.integration.crowd import Crowd

PHOTO = {"photo.jpg": {"content_type": "image/jpeg", "data": "cGlj"}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """A store on SQLite with three technicians' databases."""
    url = f"sqlite:///{tmp_path / 'a.sqlite'}"
    create_tables(url)
    engine = make_engine(url)
    made = SqlStore(engine)
    for technician in ("t01", "t02", "t03"):
        made.ensure_database(f"tech-{technician}")
    yield made
    made.close()
    engine.dispose()


@pytest.fixture
def crowd(store: SqlStore) -> Crowd:
    """Somebody who is writing; who comes now has to wait."""
    busy = Crowd(store.connections)
    busy.first(lambda _connection: None)
    return busy


def edits(store: SqlStore, *ids: str, **fields: Any) -> list[Edit]:
    return [parse_document({"_id": one, **fields}, new_edits=True, limits=store.limits) for one in ids]


def comes(crowd: Crowd, store: SqlStore, database: str, *ids: str, name: str = "", **fields: Any) -> None:
    """A writer of these documents joins the queue."""
    given = edits(store, *ids, **fields)
    crowd.acts(name or database, lambda: store.edit(database, given, new_edits=True))


def ids(store: SqlStore, database: str) -> list[str]:
    return [change.doc_id for change in store.changes(database, since="0", limit=100).rows]


def revisions(outcomes: list[Written]) -> list[bool]:
    return [outcome.refusal is None and outcome.rev is not None for outcome in outcomes]


def test_batches_for_several_databases_are_one_commit(crowd: Crowd, store: SqlStore) -> None:
    comes(crowd, store, "tech-t01", "a", "b", "c", _attachments=PHOTO)
    comes(crowd, store, "tech-t02", "a", n=1)
    comes(crowd, store, "tech-t03")
    answers = crowd.go()
    assert crowd.commits == 1
    assert revisions(answers["tech-t01"]) == [True] * 3
    assert answers["tech-t02"][0].rev == store.get_document("tech-t02", "a")["_rev"]  # type: ignore[index]  # it is there
    assert answers["tech-t03"] == []
    assert (ids(store, "tech-t01"), ids(store, "tech-t02")) == (["a", "b", "c"], ["a"])
    info = store.info("tech-t01")
    assert (info.doc_count, info.update_seq.partition("-")[0]) == (3, "3")
    photo = store.get_attachment("tech-t01", "c", "photo.jpg")
    assert photo is not None
    assert photo.data == b"pic"


def test_two_writers_of_one_database_do_not_write_over_each_other(crowd: Crowd, store: SqlStore) -> None:
    comes(crowd, store, "tech-t01", "a", "b", name="one", n=1)
    comes(crowd, store, "tech-t01", "b", "c", name="two", n=2)
    answers = crowd.go()
    assert revisions(answers["one"]) == [True, True]
    assert revisions(answers["two"]) == [False, True]
    assert answers["two"][0].refusal.error == "conflict"
    assert ids(store, "tech-t01") == ["a", "b", "c"]
    assert store.get_document("tech-t01", "b")["n"] == 1  # type: ignore[index]  # it is there
    assert store.info("tech-t01").doc_count == 3


def test_what_was_prepared_before_a_change_is_prepared_again(store: SqlStore) -> None:
    def change(connection: Connection) -> None:
        row = reading.database(connection, "tech-t01")
        assert row is not None
        writing.write(connection, row, edits(store, "a", n=0), new_edits=True, limits=store.limits)

    crowd = Crowd(store.connections)
    crowd.first(change)
    comes(crowd, store, "tech-t01", "a", "b", n=1)
    comes(crowd, store, "tech-t02", "a", n=1)
    answers = crowd.go()
    assert crowd.commits == 1
    assert revisions(answers["tech-t01"]) == [False, True]
    assert revisions(answers["tech-t02"]) == [True]
    assert (ids(store, "tech-t01"), store.info("tech-t01").doc_count) == (["a", "b"], 2)


def test_a_database_removed_meanwhile_is_missing_for_its_writer_alone(store: SqlStore) -> None:
    def remove(connection: Connection) -> None:
        row = reading.database(connection, "tech-t01")
        assert row is not None
        databases.delete(connection, row)

    crowd = Crowd(store.connections)
    crowd.first(remove)
    for technician in ("t01", "t02", "t03"):
        comes(crowd, store, f"tech-{technician}", "a")
    answers = crowd.go()
    assert isinstance(answers["tech-t01"], DatabaseMissing)
    assert revisions(answers["tech-t02"]) == revisions(answers["tech-t03"]) == [True]
    assert store.database_names() == ["tech-t02", "tech-t03"]


def test_who_cannot_be_stored_with_others_does_not_harm_them(
    crowd: Crowd, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:

    def fails(*given: Any) -> Any:
        store_together(*given)
        raise ValueError("one of them")

    monkeypatch.setattr("sync.stores.sql.shared_commit.store_together", fails)
    comes(crowd, store, "tech-t01", "a")
    comes(crowd, store, "tech-t02", "a")
    answers = crowd.go()
    assert revisions(answers["tech-t01"]) == revisions(answers["tech-t02"]) == [True]
    assert (ids(store, "tech-t01"), store.info("tech-t01").update_seq.partition("-")[0]) == (["a"], "1")


def test_feeds_of_every_database_wake(crowd: Crowd, store: SqlStore) -> None:
    tickets = []
    for database in ("tech-t01", "tech-t02"):
        with store.reading(database) as (_, row):
            ticket = store.waker.park(row.id, 10)
        assert ticket is not None
        tickets.append(ticket)
    comes(crowd, store, "tech-t01", "a")
    comes(crowd, store, "tech-t02", "a")
    crowd.go()
    assert [ticket.wait(5) for ticket in tickets] == [True, True]
    for ticket in tickets:
        ticket.close()
