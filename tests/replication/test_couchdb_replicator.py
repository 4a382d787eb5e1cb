"""CouchDB's own replicator against the endpoint, both ways: the other client that decides whether it is
right.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sync.stores.contract import Attachment
from sync.stores.couch.store import CouchStore
from tests.contract.couch_servers import Settled, couchdb_url
from tests.contract.leaf_contract import IDS, leaf, leaves_of
from tests.replication.served import bare_server

URL = couchdb_url()
SOON_SECONDS = 60.0
PHOTO = Attachment(bytes(range(256)) * 400, "image/jpeg", "")
TEXT = Attachment(b"line of a log\n" * 500, "text/plain", "")
SIDES = ("own", "couchdb")

pytestmark = pytest.mark.xdist_group("couchdb_replicator")


@dataclass(frozen=True)
class Side:
    """A database on one of the two servers."""

    store: CouchStore
    server: str
    db: str

    @property
    def url(self) -> str:
        """The database's address with the administrator's credentials."""
        return f"{self.server}/{self.db}"

    def all_leaves(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Every leaf with its history and files."""
        rows = self.store.changes(self.db, since="0", limit=10_000, include_docs=False).rows
        return leaves_of(self.store, self.db, tuple(row.doc_id for row in rows))

    def ids(self) -> set[str]:
        """Every document, deleted ones too."""
        return {doc_id for doc_id, _ in self.all_leaves()}


@dataclass(frozen=True)
class Pair:
    """Where the replicator reads and writes."""

    source: Side
    target: Side

    def replicate(self, **more: Any) -> int:
        """Let CouchDB replicate once; return how many revisions it wrote, -1 when there was nothing new."""
        reply = httpx.post(
            f"{URL}/_replicate",
            json={"source": self.source.url, "target": self.target.url, **more},
            timeout=SOON_SECONDS,
        ).json()
        assert reply.get("ok") is True, reply
        if reply.get("no_changes"):
            return -1
        # Each entry counts from the first replication on.
        now, *before = reply.get("history", [reply])
        assert now["doc_write_failures"] == 0
        return int(now["docs_written"]) - int(before[0]["docs_written"] if before else 0)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint, served bare."""
    with bare_server(f"sqlite:///{tmp_path_factory.mktemp('own') / 'sync.db'}", workers=1) as url:
        yield url


@pytest.fixture(params=SIDES)
def pair(request: pytest.FixtureRequest, endpoint: str) -> Iterator[Pair]:
    """A database on each server; the replicator pulls from the endpoint, or pushes to it."""
    name = f"r{uuid.uuid4().hex[:12]}"
    sides = [Side(Settled(server, guard=False), server, name) for server in (endpoint, URL)]
    for side in sides:
        side.store.ensure_database(name)
    yield Pair(*(sides if request.param == "own" else reversed(sides)))
    for side in sides:
        side.store.delete_database(name)
        side.store.close()


def fill(side: Side) -> None:
    """Documents of every kind: files, deletions, conflicts, long histories, odd names, design documents."""
    store, db = side.store, side.db
    store.put_documents(db, {f"order:{n:03}": {"n": n, "kind": "order"} for n in range(120)})
    store.put_documents(db, {doc_id: {"about": doc_id} for doc_id in IDS})
    for n in range(4):
        store.put_document(
            db, f"event:d1:{n}", {"kind": "event"}, attachments={"p.jpg": PHOTO, "é t.txt": TEXT}
        )
    store.put_document(db, "event:d1:0", {"kind": "event", "again": True})
    store.remove_document(db, "order:007")
    store.remove_document(db, "event:d1:3")
    store.write_leaves(
        db,
        [
            leaf("torn", "2-b", "a", v="b"),
            leaf("torn", "3-c", "x", "a", v="c"),
            leaf("torn", "2-d", "a", _deleted=True),
            leaf("long", "40-q", *(f"p{n}" for n in range(39)), v=1),
            leaf("stemmed", "900-s", "r", "q", v=1),
        ],
    )
    for n in range(5):
        store.put_document(db, "often", {"n": n})
    store.put_document(db, "_design/views", {"views": {}, "language": "javascript"})


def test_once_and_a_second_time_for_nothing(pair: Pair) -> None:
    fill(pair.source)
    wanted = pair.source.all_leaves()
    assert len(wanted) == 137
    assert pair.replicate() == len(wanted)
    assert pair.target.all_leaves() == wanted
    assert pair.replicate() == -1


def test_only_what_changed_since_is_sent(pair: Pair) -> None:
    fill(pair.source)
    pair.replicate()
    source, target = pair.source, pair.target
    source.store.put_document(source.db, "order:001", {"n": -1})
    source.store.remove_document(source.db, "order:002")
    changed = Attachment(TEXT.data + b"more", TEXT.content_type, "")
    source.store.put_document(source.db, "event:d1:1", {}, attachments={"p.jpg": PHOTO, "é t.txt": changed})
    assert pair.replicate() == 3
    assert target.all_leaves() == source.all_leaves()
    # Edits of the other side, and the same document torn in two.
    back = Pair(target, source)
    for side, value in ((source, "here"), (target, "there")):
        side.store.put_document(side.db, "order:005", {"v": value})
        side.store.put_document(side.db, "event:d1:2", {"v": value})
    source.store.remove_document(source.db, "often")
    target.store.put_document(target.db, "often", {"n": 99})
    assert pair.replicate() == 3
    assert back.replicate() == 3
    assert source.all_leaves() == target.all_leaves()
    for doc_id in ("order:005", "event:d1:2", "often"):
        here, there = (side.store.get_document(side.db, doc_id) for side in (source, target))
        assert here is not None
        assert there is not None
        assert here["_rev"] == there["_rev"], "both name the same winner"
    assert pair.replicate() == 0
    assert pair.replicate() == back.replicate() == -1


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        ({"selector": {"kind": "event"}}, {"event:d1:0", "event:d1:1", "event:d1:2"}),
        ({"selector": {"n": {"$lt": 3}, "kind": "order"}}, {"order:000", "order:001", "order:002"}),
        ({"doc_ids": ["torn", "order:007", "missing", IDS[2]]}, {"torn", "order:007", IDS[2]}),
    ],
)
def test_only_what_was_chosen(pair: Pair, chosen: dict[str, Any], ids: set[str]) -> None:
    fill(pair.source)
    pair.replicate(**chosen)
    assert pair.target.ids() == ids
    wanted = {key: reply for key, reply in pair.source.all_leaves().items() if key[0] in ids}
    assert pair.target.all_leaves() == wanted
    assert pair.replicate(**chosen) <= 0


def eventually(true: Callable[[], bool]) -> None:
    """Return when it holds; what happens on the other server is not announced to us."""
    end = time.monotonic() + SOON_SECONDS
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)  # asking again, not a rendezvous


def test_continuously(pair: Pair) -> None:
    source, target = pair.source, pair.target
    source.store.put_documents(source.db, {f"order:{n}": {"n": n} for n in range(10)})
    httpx.put(f"{URL}/_replicator")
    job = f"{URL}/_replicator/{source.db}"
    reply = {"source": source.url, "target": target.url, "continuous": True}
    rev = httpx.put(job, json=reply).raise_for_status().json()["rev"]
    try:
        eventually(lambda: len(target.ids()) == 10)
        source.store.put_document(source.db, "late", {}, attachments={"p.jpg": PHOTO})
        source.store.remove_document(source.db, "order:3")
        source.store.write_leaves(source.db, [leaf("torn", "1-a"), leaf("torn", "1-b")])
        wanted = source.all_leaves()
        eventually(lambda: target.all_leaves() == wanted)
        jobs = httpx.get(f"{URL}/_scheduler/docs/_replicator/{source.db}").json()
        assert (jobs["state"], jobs["error_count"]) == ("running", 0)
        assert jobs["info"]["doc_write_failures"] == 0
    finally:
        rev = httpx.get(job).json()["_rev"]
        httpx.delete(job, params={"rev": rev}).raise_for_status()
