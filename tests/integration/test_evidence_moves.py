"""Disconnects that were sent out when their evidence still lay inside the order, and was on tablets."""

from sqlalchemy import select, text

from server.db import open_engine, session_factory
from server.migrate import downgrade, upgrade
from sync.pipeline.publish import ensure_technician, publish_pending
from sync.stores.sql.store import SqlStore
from tests.integration.usecases import world
from tests.integration.usecases.world import NOW
from workorders.tables import CutAuthority, Order, Outbox

OLD = {
    "protections": {
        "verdicts": [{"rule": "hold_bankruptcy", "words": "No bankruptcy hold.", "evidence": None}]
    }
}


def test_stored_orders_lose_the_evidence_and_their_tablets_are_sent_them_anew(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    sessions, store = session_factory(engine), SqlStore(engine)
    with sessions.begin() as session:
        world.build(session)
        number = world.sent(session, "disconnect_np", 1).number
        untouched = world.sent(session, "reread", 2).number
        given = session.scalars(select(CutAuthority)).one()
        before = (given.expires_at, given.evidence)
    ensure_technician(sessions, store, "t01", now=NOW)
    publish_pending(sessions, store, clock=lambda: NOW)
    _as_it_was(store, f"order:{number}")

    downgrade(engine, "0006")
    with engine.connect() as connection:
        kept = connection.execute(text("select extra from work_order where number = :n"), {"n": number})
        assert "hold_bankruptcy" in str(kept.scalar_one())
    upgrade(engine)

    with sessions() as session:
        given = session.scalars(select(CutAuthority)).one()
        assert (given.order_number, given.expires_at, given.evidence) == (number, *before)
        assert set(session.get_one(Order, number).extra) == {"notice_ids"}
        waiting = session.scalars(select(Outbox.key).where(Outbox.published_at.is_(None)))
        assert list(waiting) == [number], untouched
    publish_pending(sessions, store, clock=lambda: NOW)
    now_there = store.get_document("tech-t01", f"order:{number}")
    assert now_there is not None
    assert "bankruptcy" not in str(now_there)
    assert now_there["authority"]["windows"]
    store.close()
    engine.dispose()


def _as_it_was(store: SqlStore, doc_id: str) -> None:
    """Put the document into the store as it was written before."""
    document = store.get_document("tech-t01", doc_id)
    assert document is not None
    plain = {key: value for key, value in document.items() if not key.startswith("_")}
    store.put_documents("tech-t01", {doc_id: plain | {"extra": OLD}})
