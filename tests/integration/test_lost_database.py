"""A technician's database that an operator deleted, or restored empty, is filled again; nothing is lost."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from server.db import session_factory
from sync.pipeline.ingest import IngestResult, ingest_all
from sync.pipeline.publish import ensure_technician, publish_pending
from sync.pipeline.refill import is_filled, refill
from sync.pipeline.retention import retire_database
from sync.stores.contract import DocumentStore
from sync.stores.sql.store import SqlStore
from tests.contract.couch_servers import cleared, couchdb_url
from tests.integration.pipeline.feed import push
from tests.integration.usecases.answers import reread
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY, build, sent
from tests.replication.served import bare_server
from workorders.tables import FieldEvent
from workorders.usecases.history import enqueue
from workorders.usecases.orders.assignment import assign_order

DATABASE = "tech-t01"
LATER = NOW + timedelta(hours=2)

pytestmark = [
    pytest.mark.xdist_group("couchdb"),
    pytest.mark.parametrize(
        ("backend", "kind"),
        [("sqlite", "embedded"), ("postgresql", "embedded"), ("sqlite", "endpoint"), ("sqlite", "couchdb")],
        indirect=["backend"],
    ),
]


@pytest.fixture
def store(kind: str, engine: Engine, tmp_path: Path) -> Iterator[DocumentStore]:
    """Each document store in turn."""
    if kind == "embedded":
        embedded = SqlStore(engine)
        yield embedded
        embedded.close()
    elif kind == "endpoint":
        data = f"sqlite:///{tmp_path / 'sync.db'}"
        with bare_server(data, workers=1) as url, cleared(url, (DATABASE, "tech-t02")) as made:
            yield made
    else:
        with cleared(couchdb_url(), (DATABASE, "tech-t02")) as made:
            yield made


class Field:
    """An order done and answered, one under way, one that went to somebody else."""

    def __init__(self, engine: Engine, store: DocumentStore) -> None:
        self.sessions: sessionmaker[Session] = session_factory(engine)
        self.store = store
        with self.sessions.begin() as session:
            build(session)
            done, self.open, moved = (sent(session, "reread", household) for household in (1, 2, 3))
            self.tablet = Tablet()
            self.done = self.tablet.completed(done, reread(1))
        for technician in ("t01", "t02"):
            ensure_technician(self.sessions, store, technician, now=NOW)
        self.work()
        with self.sessions.begin() as session:
            assign_order(session, moved.number, "t02", route_day=TODAY, now=NOW, actor="d")
            enqueue(session, "t01", "route", TODAY.isoformat(), now=NOW)
        push(store, [self.done])
        self.work()

    def work(self) -> IngestResult:
        """The worker's rounds until nothing is left to do."""
        result = IngestResult()
        while (step := ingest_all(self.sessions, self.store, clock=lambda: LATER)).reached or (
            publish_pending(self.sessions, self.store, clock=lambda: LATER)
        ):
            result += step
        return result

    def documents(self) -> dict[str, dict[str, Any]]:
        """What the database holds, but its guard."""
        rows = self.store.changes(DATABASE, since="0", limit=1000).rows
        return {row.doc_id: row.doc or {} for row in rows if not row.doc_id.startswith("_")}

    def facts(self) -> int:
        """How many events were ingested."""
        with self.sessions() as session:
            return session.scalar(select(func.count()).select_from(FieldEvent)) or 0


@pytest.fixture
def field(engine: Engine, store: DocumentStore) -> Field:
    """The morning's work, published and ingested."""
    return Field(engine, store)


def said(document: dict[str, Any]) -> dict[str, Any]:
    """What a document says, but when it was said."""
    return {k: v for k, v in document.items() if k not in {"_rev", "server_seq", "balance"}}


@pytest.mark.parametrize("restored", [False, True], ids=["deleted", "restored empty"])
def test_a_lost_database_is_filled_again(field: Field, store: DocumentStore, restored: bool) -> None:
    before, facts = field.documents(), field.facts()
    store.delete_database(DATABASE)
    if restored:
        store.ensure_database(DATABASE)
    field.work()
    after = field.documents()
    assert store.members(DATABASE) == [DATABASE]
    events = {doc_id for doc_id in before if doc_id.startswith("event:")}
    assert before.keys() - after.keys() == events == {field.done["_id"]}
    assert {doc_id: said(doc) for doc_id, doc in after.items()} == {
        doc_id: said(doc) for doc_id, doc in before.items() if doc_id not in events
    }
    orders = [doc_id for doc_id in after if doc_id.startswith("order:")]
    assert len(orders) == 3
    assert all(after[order]["server_seq"] > before[order]["server_seq"] for order in orders)

    late = field.tablet.completed(field.open, reread(2))
    push(store, [field.done, late])
    result = field.work()
    assert (result.duplicates, result.posted + result.review) == (1, 1)
    assert field.facts() == facts + 1
    assert {f"ack:{field.done['_id']}", f"ack:{late['_id']}"} <= field.documents().keys()


def test_filling_again_changes_nothing(field: Field, store: DocumentStore) -> None:
    assert is_filled(store, DATABASE)
    store.await_copies(DATABASE)
    before = store.changes(DATABASE, since="0", limit=1000).last_seq
    assert refill(field.sessions, store, "t01", now=LATER) > 0
    field.work()
    store.await_copies(DATABASE)
    assert store.changes(DATABASE, since=before, limit=1000).rows == []
    with field.sessions() as session:
        assert session.scalar(select(func.count()).select_from(FieldEvent)) == 1


def test_an_event_sent_again_after_its_answer_was_purged_is_answered_again(
    field: Field, store: DocumentStore
) -> None:
    ack = f"ack:{field.done['_id']}"
    revs = {row.doc_id: list(row.revs) for row in store.changes(DATABASE, since="0", limit=1000).rows}
    store.purge(DATABASE, {doc_id: revs[doc_id] for doc_id in (ack, field.done["_id"])})
    assert ack not in field.documents()
    push(store, [field.done])
    assert field.work().duplicates == 1
    assert field.documents()[ack]["status"] in {"posted", "review"}


def test_what_is_over_is_not_filled_in_again(field: Field, store: DocumentStore) -> None:
    after = NOW + timedelta(days=9)
    retire_database(field.sessions, store, DATABASE, now=after, days=7)
    store.delete_database(DATABASE)
    ensure_technician(field.sessions, store, "t01", now=after)
    field.work()
    assert f"order:{field.done['order']}" not in field.documents()
    assert f"order:{field.open.number}" in field.documents()
