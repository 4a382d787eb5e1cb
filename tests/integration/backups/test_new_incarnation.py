"""Numbers and documents after a restore: nothing given out since the backup is given again or wins."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from mobile_api.receipt_blocks import grant_block
from server.db import session_factory
from sync.pipeline.ingest import ingest_all
from sync.pipeline.new_incarnation import begin_feeds, continue_documents
from sync.pipeline.publish import ensure_technician, publish_pending
from sync.stores.contract import DocumentStore
from sync.stores.sql.store import SqlStore
from tests.contract.couch_servers import cleared, couchdb_url
from tests.integration.pipeline.feed import push
from tests.integration.usecases.answers import reread
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY, build, order, sent
from tests.replication.served import bare_server
from workorders.tables import Assignment, ExceptionCase, Order, Outbox
from workorders.usecases.district.incarnation import begin_incarnation
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.cancel import cancel_order

LATER = NOW + timedelta(hours=2)
DATABASE = "tech-t01"
DATABASES = (DATABASE, "tech-t02")
"""What the two technicians of the district have; `continue_documents` makes every technician's."""


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """The small district."""
    made = session_factory(engine)
    with made.begin() as session:
        build(session)
    return made


def begin(sessions: sessionmaker[Session], now: object = LATER) -> None:
    with sessions.begin() as session:
        begin_incarnation(session, backup_taken_at=NOW, now=now)  # type: ignore[arg-type]  # an instant
        begin_feeds(session)


def given(session: Session) -> tuple[set[str], set[str], set[int]]:
    """Order numbers, receipt blocks and sequences that are given out next."""
    numbers = {order(session, "reread", 1).number, sent(session, "reread", 2).number}
    blocks = {grant_block(session, "abcdefgh", "t01", NOW).prefix for _ in range(3)}
    session.flush()
    return numbers, blocks, set(session.scalars(select(Outbox.id).where(Outbox.key.in_(numbers))))


def test_no_life_gives_a_number_that_another_one_gave(sessions: sessionmaker[Session]) -> None:
    """The first life, a return from its backup after two hours, and another from the same after three."""
    with sessions.begin() as session:
        given(session)
    lives = []
    for hours in (None, 2, 3):
        with sessions() as session:
            if hours is not None:
                begin_incarnation(session, backup_taken_at=NOW, now=NOW + timedelta(hours=hours))
            lives.append(given(session))
            session.rollback()
    for kind in zip(*lives, strict=True):
        assert len(set().union(*kind)) == sum(map(len, kind))


def test_assignments_and_versions_go_on_above_what_was_forgotten(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        made = sent(session, "reread", 1)
        version, epoch = made.version, made.epoch
    begin(sessions)
    with sessions.begin() as session:
        again = assign_order(session, made.number, "t02", route_day=TODAY, now=LATER, actor="d")
        assert again.epoch > epoch + 100
        assert again.version > version + 1_000
        kept = session.scalars(select(Assignment.epoch).where(Assignment.order_number == made.number)).all()
        assert sorted(kept) == [epoch, again.epoch]


@pytest.fixture(params=["embedded", "endpoint", "couchdb"])
def store(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Iterator[DocumentStore]:
    """Each document store in turn."""
    if request.param != "embedded" and engine.dialect.name == "postgresql":
        pytest.skip("once is enough")
    if request.param == "embedded":
        embedded = SqlStore(engine)
        yield embedded
        embedded.close()
    elif request.param == "endpoint":
        with (
            bare_server(f"sqlite:///{tmp_path / 'sync.db'}", workers=1) as url,
            cleared(url, DATABASES) as made,
        ):
            yield made
    else:
        with cleared(couchdb_url(), DATABASES) as made:
            yield made


@pytest.mark.xdist_group("couchdb")
def test_documents_outrank_what_was_published_and_strange_ones_go(
    sessions: sessionmaker[Session], store: DocumentStore
) -> None:
    with sessions.begin() as session:
        cut, done = sent(session, "disconnect_np", 1).number, sent(session, "reread", 2)
        written = Tablet().completed(done, reread(2))
    ensure_technician(sessions, store, "t01", now=NOW)
    publish_pending(sessions, store, clock=lambda: NOW)
    push(store, [written])
    ingest_all(sessions, store, clock=lambda: NOW)
    publish_pending(sessions, store, clock=lambda: NOW)
    # Told by the life that is rolled back, in a store that is not.
    store.put_documents(DATABASE, {"order:W999999": {"kind": "order", "server_seq": 10_000}})
    store.put_documents(DATABASE, {f"ack:event:{'x' * 8}:00000001": {"kind": "ack"}})
    before = _documents(store)
    begin(sessions)
    assert continue_documents(sessions, store, now=LATER) > 0
    assert continue_documents(sessions, store, now=LATER) == 0
    publish_pending(sessions, store, clock=lambda: LATER)
    after = _documents(store)
    assert before.keys() - after.keys() == {"order:W999999", f"ack:event:{'x' * 8}:00000001"}
    for doc_id in after:
        if doc_id.startswith("event:"):
            assert after[doc_id] == before[doc_id]
        else:
            assert _generation(after[doc_id]["_rev"]) > _generation(before[doc_id]["_rev"]) + 1_000, doc_id
    with sessions.begin() as session:
        known = session.scalar(select(func.max(Outbox.id)).where(Outbox.published_at < LATER)) or 0
        cancel_order(session, cut, reason="paid", now=LATER, actor="csr")
    publish_pending(sessions, store, clock=lambda: LATER)
    cancelled = _documents(store)[f"order:{cut}"]
    assert cancelled["state"] == "cancelled"
    assert cancelled["server_seq"] > after[f"order:{cut}"]["server_seq"] > known
    assert _generation(cancelled["_rev"]) == _generation(after[f"order:{cut}"]["_rev"]) + 1


def test_what_waited_in_the_outbox_is_published(sessions: sessionmaker[Session], engine: Engine) -> None:
    """A cancel that was not published yet goes out above the raised order, and nobody has seen it before."""
    store = SqlStore(engine)
    with sessions.begin() as session:
        cut = sent(session, "disconnect_np", 1).number
    ensure_technician(sessions, store, "t01", now=NOW)
    publish_pending(sessions, store, clock=lambda: NOW)
    with sessions.begin() as session:
        cancel_order(session, cut, reason="paid", now=NOW, actor="csr")
    begin(sessions)
    continue_documents(sessions, store, now=LATER)
    with sessions() as session:
        cancel_seq = session.get_one(Order, cut).cancel_seq
    assert cancel_seq is not None
    assert _documents(store)[f"order:{cut}"]["server_seq"] < cancel_seq
    publish_pending(sessions, store, clock=lambda: LATER)
    known = _documents(store)[f"order:{cut}"]
    assert (known["state"], known["server_seq"]) == ("cancelled", cancel_seq)
    store.close()


def test_ingest_goes_on_where_it_was_and_nothing_is_judged_twice(
    sessions: sessionmaker[Session], engine: Engine
) -> None:
    store = SqlStore(engine)
    with sessions.begin() as session:
        done = sent(session, "reread", 2)
        written = Tablet().completed(done, reread(2))
    ensure_technician(sessions, store, "t01", now=NOW)
    push(store, [written])
    ingest_all(sessions, store, clock=lambda: NOW)
    with sessions() as session:
        cases = session.scalar(select(func.count()).select_from(ExceptionCase))
    begin(sessions)
    continue_documents(sessions, store, now=LATER)
    assert ingest_all(sessions, store, clock=lambda: LATER).handled == 0
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(ExceptionCase)) == cases
        assert session.get_one(Order, done.number).state == "completed"
    store.close()


def _documents(store: DocumentStore) -> dict[str, dict[str, Any]]:
    rows = store.changes(DATABASE, since="0", limit=1_000).rows
    assert all(len(row.revs) == 1 for row in rows)
    return {row.doc_id: row.doc or {} for row in rows if not row.deleted and not row.doc_id.startswith("_")}


def _generation(rev: object) -> int:
    return int(str(rev).partition("-")[0])
