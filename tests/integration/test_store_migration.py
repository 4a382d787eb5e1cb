"""`curbstop migrate-store` both ways: every revision arrives, and ingest neither skips nor repeats."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from server.commands.migrate_store import migrate_store_command
from server.config import Config
from server.services import Services, open_services
from sync.pipeline.ingest import IngestResult, ingest_all
from sync.pipeline.publish import ensure_technician, publish_pending
from sync.stores.contract import DocumentStore, StoreUnavailable
from sync.stores.copying import CopyRefused, check_unwritten, copy_database
from sync.stores.couch.store import CouchStore
from sync.stores.sql.store import SqlStore
from tests.contract.couch_servers import cleared, couchdb_url
from tests.contract.leaf_contract import leaf, leaves_of
from tests.integration.pipeline.feed import push
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER, NOW
from tests.replication.served import bare_server
from workorders.queries.verify import verify_ledger
from workorders.tables import FieldEvent, IngestCheckpoint, Order, Quarantine

DATABASES = ("tech-t01", "tech-t02")
AFTERWARDS = LATER + timedelta(hours=1)

pytestmark = pytest.mark.xdist_group("couchdb")
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The embedded endpoint, served bare: any server of the protocol may be moved to."""
    with bare_server(f"sqlite:///{tmp_path_factory.mktemp('remote') / 'sync.db'}", workers=1) as url:
        yield url


@pytest.fixture(params=["endpoint", "couchdb"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each remote in turn, without the technicians' databases before and after."""
    remote = couchdb_url() if request.param == "couchdb" else str(request.getfixturevalue("endpoint"))
    with cleared(remote, DATABASES):
        yield remote


class Town:
    """A district whose technicians have worked this morning, and its two stores."""

    def __init__(self, config: Config, url: str) -> None:
        self.config = config
        self.url = url
        self.services: Services = open_services(config)
        self.embedded = SqlStore(self.services.engine)
        self.couch = CouchStore(url)
        self.tablet = Tablet()
        self.orders: list[Order] = []
        self._work()

    def close(self) -> None:
        self.embedded.close()
        self.couch.close()
        self.services.engine.dispose()

    def _work(self) -> None:
        sessions, store = self.services.sessions, self.embedded
        with sessions.begin() as session:
            world.build(session)
            self.orders = [world.sent(session, kind, n) for n, kind in ((1, "exchange"), (2, "reread"))]
        for technician in ("t01", "t02"):
            ensure_technician(sessions, store, technician, now=NOW)
        self.publish(store)
        self.tablet.payment(self.orders[0], 1_500)
        done = self.tablet.completed(self.orders[0], answers.exchange(1, "NT011"))
        push(store, self.tablet.written)
        self.ingest(store)
        push(store, [done | {"body": done["body"] | {"remarks": "altered"}}], salt="again")
        store.write_leaves("tech-t01", [leaf(f"ref:{n}", "2-b", "a", n=n) for n in range(60)])
        store.remove_document("tech-t01", "ref:7")
        store.write_leaves("tech-t01", [leaf("ref:8", "2-c", "a", _deleted=True), leaf("ref:9", "2-d", "a")])
        revs = store.changes("tech-t01", since="0", limit=1000).rows
        store.purge("tech-t01", {row.doc_id: row.revs for row in revs if row.doc_id == "ref:10"})
        self.publish(store)

    def publish(self, store: DocumentStore) -> None:
        while publish_pending(self.services.sessions, store, clock=lambda: NOW):
            pass

    def ingest(self, store: DocumentStore) -> IngestResult:
        total = IngestResult()
        while (step := ingest_all(self.services.sessions, store, clock=lambda: AFTERWARDS)).reached:
            total += step
        return total

    def move(self, to: str, *more: str) -> Result:
        environment = {
            "CURBSTOP_DATABASE_URL": self.config.database_url,
            "CURBSTOP_SECRET_KEY": self.config.secret_key,
            "CURBSTOP_DATA_DIR": str(self.config.data_dir),
            "CURBSTOP_LOG_LEVEL": "WARNING",
        }
        words = ["--to", to, "--couchdb-url", self.url, *more]
        return CliRunner(env=environment).invoke(migrate_store_command, words)

    def everything(self, store: DocumentStore) -> dict[str, Any]:
        """Every leaf of every technician, the guard's own document left out."""
        seen = {}
        for name in DATABASES:
            rows = store.changes(name, since="0", limit=1000, include_docs=False).rows
            ids = tuple(row.doc_id for row in rows if not row.doc_id.startswith("_design/"))
            seen[name] = leaves_of(store, name, ids)
        return seen

    def count(self, table: type) -> int:
        with self.services.read_sessions() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def facts(self) -> int:
        """How many events were ingested; the ledger adds up."""
        with self.services.read_sessions() as session:
            assert verify_ledger(session).differences == ()
        return self.count(FieldEvent)

    def checkpoints(self) -> dict[str, str]:
        with self.services.read_sessions() as session:
            return {row.database: row.since for row in session.scalars(select(IngestCheckpoint))}


@pytest.fixture
def town(config: Config, url: str) -> Iterator[Town]:
    made = Town(config, url)
    yield made
    made.close()


def test_there_and_back_without_losing_a_revision(town: Town) -> None:
    before = town.everything(town.embedded)
    assert len(before["tech-t01"]) > 60
    assert town.facts() == 2
    there = town.move("couchdb")
    assert there.exit_code == 0, there.output
    assert "all there" in there.stdout
    assert town.everything(town.couch) == before
    assert [town.couch.members(name) for name in DATABASES] == [["tech-t01"], ["tech-t02"]]
    assert [town.embedded.members(name) for name in DATABASES] == [[], []]
    # What was altered on the tablet lay in the feed unread; the move has read it.
    assert town.count(Quarantine) == 1
    assert town.ingest(town.couch) == IngestResult()
    push(town.couch, [town.tablet.completed(town.orders[1], answers.reread(2))])
    assert town.ingest(town.couch).handled == 1
    town.publish(town.couch)
    assert town.facts() == 3
    again = town.move("couchdb")
    assert again.stdout.count("moved already") == 2
    # While it is in use something leaves the database; it must not come back with the old copy.
    gone = {doc_id: [rev] for doc_id, rev in town.everything(town.couch)["tech-t01"] if doc_id == "ref:1"}
    town.couch.purge("tech-t01", gone)
    after = town.everything(town.couch)
    back = town.move("embedded")
    assert back.exit_code == 0, back.output
    assert town.everything(town.embedded) == after
    assert "ref:1" not in {doc_id for doc_id, _ in after["tech-t01"]}
    assert [town.couch.members(name) for name in DATABASES] == [[], []]
    assert town.ingest(town.embedded) == IngestResult()
    push(town.embedded, [town.tablet.event("acknowledged", town.orders[1])])
    assert town.ingest(town.embedded).handled == 1
    assert town.facts() == 4


@ON_SQLITE
def test_an_interruption_changes_nothing_and_the_repetition_is_whole(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, places = town.everything(town.embedded), town.checkpoints()
    write, calls = CouchStore.write_leaves, []

    def fails(self: CouchStore, db: str, documents: Any) -> None:
        calls.append(db)
        if len(calls) == 2:
            raise StoreUnavailable("the cable is out.")
        write(self, db, documents)

    monkeypatch.setattr(CouchStore, "write_leaves", fails)
    broken = town.move("couchdb")
    assert broken.exit_code == 1
    assert "the cable is out" in broken.output
    assert "Nothing was switched" in broken.output
    assert town.embedded.members("tech-t01") == ["tech-t01"]
    assert town.couch.members("tech-t01") == []
    # The altered event was read while the move prepared; the place in the feed is still the old store's.
    assert town.checkpoints().keys() == places.keys()
    assert town.ingest(town.embedded) == IngestResult()
    monkeypatch.undo()
    # A kill would have left the source closed too, and the copy half made.
    town.embedded.ensure_database("tech-t01")
    assert town.move("couchdb").exit_code == 0
    assert town.everything(town.couch) == before
    assert town.ingest(town.couch) == IngestResult()
    assert town.facts() == 2


@ON_SQLITE
def test_a_target_in_use_is_not_overwritten_unasked(town: Town) -> None:
    town.couch.ensure_database("tech-t01", members=["tech-t01"])
    town.couch.put_document("tech-t01", "order:W1", {"kind": "order"})
    refused = town.move("couchdb")
    assert refused.exit_code == 1
    assert "tech-t01 is in use in both stores" in refused.output
    assert town.couch.get_document("tech-t01", "order:W1") is not None
    assert town.embedded.members("tech-t02") == ["tech-t02"]
    assert town.move("couchdb", "--replace").exit_code == 0
    assert town.everything(town.couch) == town.everything(town.embedded)


@ON_SQLITE
def test_a_source_that_is_still_written_is_noticed(town: Town) -> None:
    copied = copy_database(town.embedded, town.couch, "tech-t01")
    check_unwritten(town.embedded, copied)
    town.embedded.put_document("tech-t01", "order:W9", {"kind": "order"})
    with pytest.raises(CopyRefused, match="still being written"):
        check_unwritten(town.embedded, copied)
