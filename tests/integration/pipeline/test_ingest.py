"""Documents to events to facts, on the embedded store of both engines."""

from datetime import timedelta
from typing import Any

import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from sync.pipeline.ingest import IngestResult, ingest_all, ingest_database, retry_quarantined
from sync.stores.contract import ChangeBatch
from sync.stores.sql.store import SqlStore
from tests.integration.pipeline.feed import Sessions, document, ingest, publish, push
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, LATER, NOW
from workorders.ledger import balance, trial_balance
from workorders.queries.verify import verify_ledger
from workorders.tables import (
    ExceptionCase,
    FieldEvent,
    IngestCheckpoint,
    LedgerBalance,
    Order,
    Quarantine,
    Technician,
)
from workorders.usecases.field import events
from workorders.usecases.field.outcome import judged


def test_events_come_back_are_posted_once_and_answered(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        cut, order = world.sent(session, "disconnect_np", 1), world.sent(session, "reread", 2)
    publish(sessions, store)
    tablet = Tablet()
    for kind in ("acknowledged", "en_route", "on_site", "started"):
        tablet.event(kind, cut)
    tablet.payment(cut, 2_000)
    tablet.completed(cut, answers.cut(1))
    tablet.unable(order, "dog")
    push(store, tablet.written)
    result = ingest(sessions, store)
    assert (result.posted + result.review, result.quarantined, result.duplicates) == (7, 0, 0)
    assert ingest(sessions, store) == IngestResult()
    publish(sessions, store)
    for event in tablet.written:
        ack = document(store, "t01", f"ack:{event['_id']}")
        assert (ack["kind"], ack["event"], ack["order"]) == ("ack", event["_id"], event["order"])
        assert ack["status"] in {"posted", "review"}
    assert document(store, "t01", f"order:{cut.number}")["state"] in {"completed", "exception"}
    assert document(store, "t01", f"order:{order.number}")["state"] == "recalled"
    # The feed from its beginning: everything is known already.
    with sessions.begin() as session:
        session.query(IngestCheckpoint).update({"since": "0"})
    assert ingest(sessions, store).duplicates == 7
    with sessions() as session:
        assert verify_ledger(session).differences == ()
        assert balance(session, "AR", "A1") == DEBT - 2_000 + 4_500


def test_the_same_statement_in_another_revision_is_a_duplicate_and_another_one_is_not(
    sessions: Sessions, store: SqlStore
) -> None:
    with sessions.begin() as session:
        order = world.sent(session, "reread", 2)
    done = Tablet().completed(order, answers.reread(2))
    push(store, [done])
    push(store, [done], salt="again")
    push(store, [done | {"body": done["body"] | {"remarks": "other"}}], salt="other")
    result = ingest(sessions, store)
    assert result.posted + result.review == 1
    assert (result.duplicates, result.quarantined) == (1, 1)
    with sessions() as session:
        assert "event_conflict" in session.scalars(select(ExceptionCase.code)).all()
        assert session.scalar(select(func.count()).select_from(FieldEvent)) == 1


def test_strange_documents_do_not_stop_the_feed(
    sessions: Sessions, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.begin() as session:
        orders = [world.sent(session, "reread", n) for n in (1, 2, 3)]
    tablet = Tablet()
    strange, failing, good = (
        tablet.completed(order, answers.reread(n)) for n, order in enumerate(orders, start=1)
    )
    push(store, [strange | {"event": "danced"}, failing, good])
    store.put_document("tech-t01", "note:1", {"hello": "world"})

    def fails(session: Session, order: Order, *args: Any, **given: Any) -> Any:
        if order.number == orders[1].number:
            raise ZeroDivisionError
        return judged(session, order, *args, **given)

    monkeypatch.setattr(events, "judged", fails)
    result = ingest(sessions, store)
    assert (result.posted + result.review, result.quarantined) == (1, 3)
    with sessions() as session:
        codes = session.scalars(select(Quarantine.code).order_by(Quarantine.code)).all()
        assert codes == ["ingest_failed", "malformed", "unexpected_document"]
    publish(sessions, store)
    assert document(store, "t01", f"ack:{failing['_id']}")["status"] == "quarantined"
    monkeypatch.undo()
    again = retry_quarantined(sessions, clock=lambda: LATER)
    assert again.posted + again.review == 1
    publish(sessions, store)
    assert document(store, "t01", f"ack:{failing['_id']}")["status"] in {"posted", "review"}


def test_a_feed_read_by_two_processes_is_taken_in_once(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        order = world.sent(session, "reread", 1)
    push(store, [Tablet().completed(order, answers.reread(1))])

    class Beaten(SqlStore):
        def changes(self, db: str, *, since: str, limit: int, include_docs: bool = True) -> ChangeBatch:
            batch = super().changes(db, since=since, limit=limit, include_docs=include_docs)
            ingest_database(sessions, store, db, clock=lambda: LATER)
            return batch

    second = Beaten(store.connections.engine)
    result = ingest_database(sessions, second, "tech-t01", clock=lambda: LATER)
    second.close()
    assert result.handled == 0
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(FieldEvent)) == 1


def test_a_technician_without_a_database_has_nothing_to_ingest(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        session.add(Technician(id="t03", name="New", skills=[]))
    assert ingest_database(sessions, store, "tech-t03", clock=lambda: LATER) == IngestResult()
    assert ingest(sessions, store).handled == 0


def test_trial_balance_after_a_day(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        orders = [world.sent(session, "exchange", n) for n in (1, 2)]
    tablet = Tablet()
    for n, order in enumerate(orders, start=1):
        tablet.completed(order, answers.exchange(n, f"NT01{n}"), at=NOW + timedelta(minutes=30 * n))
    push(store, tablet.written)
    assert ingest(sessions, store).posted == 2
    with sessions() as session:
        assert sum(trial_balance(session).values()) == 0
        assert verify_ledger(session).differences == ()


def test_ledgers_that_everybody_posts_to_have_no_row_to_queue_on(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        cut = world.sent(session, "disconnect_np", 1)
    push(store, [Tablet().completed(cut, answers.cut(1))])
    ingest(sessions, store)
    with sessions() as session:
        assert session.scalars(select(LedgerBalance).where(LedgerBalance.party == "")).all() == []
        assert balance(session, "SVC") == trial_balance(session)["SVC"] != 0
        assert verify_ledger(session).differences == ()


@pytest.mark.parametrize(
    "lost", [StaleDataError("another wrote it"), OperationalError("", {}, LockNotAvailable())]
)
def test_a_race_lost_each_time_delays_the_feed_alone_and_is_never_set_aside(
    sessions: Sessions, store: SqlStore, monkeypatch: pytest.MonkeyPatch, lost: Exception
) -> None:
    with sessions.begin() as session:
        unlucky = world.sent(session, "reread", 1, technician="t01")
        other = world.sent(session, "reread", 2, technician="t02")
    push(store, [Tablet("t01").completed(unlucky, answers.reread(1))])
    push(store, [Tablet("t02").completed(other, answers.reread(2))])

    def fails(session: Session, order: Order, *args: Any, **given: Any) -> Any:
        if order.number == unlucky.number:
            raise lost
        return judged(session, order, *args, **given)

    monkeypatch.setattr(events, "judged", fails)
    assert ingest(sessions, store).handled == 1
    with sessions() as session:
        assert session.scalars(select(Quarantine)).all() == []
        feed = session.get_one(IngestCheckpoint, "tech-t01")
        assert (feed.failures, feed.last_error) == (1, "lost_race")
    monkeypatch.undo()
    assert ingest(sessions, store).handled == 0, "not before its next try"
    later = ingest_all(sessions, store, clock=lambda: LATER + timedelta(seconds=5))
    assert later.handled == 1
    with sessions() as session:
        assert session.get_one(IngestCheckpoint, "tech-t01").failures == 0
