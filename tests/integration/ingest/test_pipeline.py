"""Outbox to documents to events to facts, on the embedded store of both engines."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from server.db import session_factory
from sync.ingest import IngestResult, ingest_all, ingest_database, retry_quarantined
from sync.publish import ensure_technician, publish_pending
from sync.store import ChangeBatch, StoreUnavailable
from sync.store_sql import SqlStore
from tests.integration.ingest.feed import push
from tests.integration.service import answers, world
from tests.integration.service.tablet import Tablet
from tests.integration.service.world import DEBT, LATER, NOW, TODAY
from workorders.ledger import balance, trial_balance
from workorders.service import events
from workorders.service.assignment import assign_order, recall_order, set_route
from workorders.service.cancel import cancel_order
from workorders.service.outcome import judged
from workorders.service.payments import record_payment
from workorders.tables import (
    ExceptionCase,
    FieldEvent,
    IngestCheckpoint,
    Order,
    Outbox,
    Quarantine,
    Technician,
)
from workorders.verify import verify_ledger

Sessions = sessionmaker[Session]


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    made = session_factory(engine)
    with made.begin() as session:
        world.build(session)
    return made


@pytest.fixture
def store(engine: Engine, sessions: Sessions) -> Iterator[SqlStore]:
    made = SqlStore(engine)
    for technician in ("t01", "t02"):
        ensure_technician(sessions, made, technician, now=NOW)
    yield made
    made.close()


def publish(sessions: Sessions, store: SqlStore) -> int:
    return publish_pending(sessions, store, now=NOW)


def ingest(sessions: Sessions, store: SqlStore) -> IngestResult:
    return ingest_all(sessions, store, clock=lambda: LATER)


def document(store: SqlStore, technician: str, doc_id: str) -> dict[str, Any]:
    found = store.get_document(f"tech-{technician}", doc_id)
    assert found is not None
    return found


def test_an_order_reaches_the_tablet_as_documented(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        cut = world.sent(session, "disconnect_np", 1, instructions="knock first", due_until=LATER)
        seq = world.last_seq(session, cut.number)
    assert publish(sessions, store) == 2, "the order and the route it is a stop of"
    order = document(store, "t01", f"order:{cut.number}")
    assert order["server_seq"] == seq
    assert {k: order[k] for k in ("kind", "number", "type", "state", "epoch", "route_day", "sequence")} == {
        "kind": "order",
        "number": cut.number,
        "type": "disconnect_np",
        "state": "dispatched",
        "epoch": 1,
        "route_day": "2026-03-02",
        "sequence": 1,
    }
    assert order["service_point"]["number"] == "SP-1"
    assert order["premise"]["position"] == pytest.approx([-98.599, 39.1])
    assert order["meter"] == {
        "serial": "M1",
        "size": "5/8",
        "make": "Demo",
        "dials": 6,
        "multiplier": 1,
        "unit": "gal",
    }
    assert [read["value"] for read in order["reads"]][-1] == 144_000
    assert len(order["reads"]) == 12
    assert order["expected"]["low"] < 148_000 < order["expected"]["high"]
    assert order["balance"]["cents"] == DEBT
    assert order["fees"] == [
        {"code": "field_visit", "title": "Field visit", "cents": 4_500, "trigger": "visit"}
    ]
    assert order["authority"]["avoid_cents"] == DEBT
    assert order["authority"]["latest_local_time"] == "15:00"
    assert [notice["kind"] for notice in order["authority"]["notices"]] == ["past_due", "final"]
    assert order["due"] == {"from": None, "until": "2026-03-02T16:00:00.000Z"}
    assert (order["cancelled"], order["recalled"], order["instructions"]) == (None, None, "knock first")


def test_reference_documents_name_the_van_the_forms_and_the_policy(
    sessions: Sessions, store: SqlStore
) -> None:
    technician = document(store, "t01", "ref:technician")
    assert [meter["serial"] for meter in technician["van"]] == ["NT011", "NT012", "NT013", "NT014"]
    assert "exchange" in document(store, "t01", "ref:catalogue")["types"]
    assert {fee["code"] for fee in document(store, "t01", "ref:fees")["fees"]} >= {"field_visit", "reconnect"}
    settings = document(store, "t01", "ref:settings")
    assert (settings["timezone"], settings["payment"]["policy"]) == ("America/Chicago", "optional")
    before = store.info("tech-t01").update_seq
    ensure_technician(sessions, store, "t01", now=NOW)
    assert store.info("tech-t01").update_seq == before


def test_what_says_the_same_is_not_written_again(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        order = world.sent(session, "reread", 1)
    publish(sessions, store)
    first = document(store, "t01", f"order:{order.number}")
    with sessions.begin() as session:
        session.add(Outbox(technician_id="t01", topic="order", key=order.number, created_at=NOW))
        session.add(Outbox(technician_id="t01", topic="order", key=order.number, created_at=NOW))
    assert publish(sessions, store) == 2
    assert document(store, "t01", f"order:{order.number}") == first
    assert publish(sessions, store) == 0
    with sessions.begin() as session:
        record_payment(session, "p1", "A1", 100, "web", now=NOW, actor="web")
    publish(sessions, store)
    after = document(store, "t01", f"order:{order.number}")
    assert after["balance"]["cents"] == DEBT - 100
    assert after["server_seq"] > first["server_seq"]


def test_cancelled_recalled_and_reassigned_orders_say_so(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        cancelled, recalled, moved = (world.sent(session, "reread", n) for n in (1, 2, 3))
    publish(sessions, store)
    with sessions.begin() as session:
        cancel_order(session, cancelled.number, reason="paid", now=NOW, actor="csr")
        recall_order(session, recalled.number, reason="wrong day", now=NOW, actor="d")
        assign_order(session, moved.number, "t02", route_day=TODAY, now=NOW, actor="d")
    publish(sessions, store)
    first = document(store, "t01", f"order:{cancelled.number}")
    assert (first["state"], first["cancelled"]["reason"]) == ("cancelled", "paid")
    second = document(store, "t01", f"order:{recalled.number}")
    assert {key for key in second if not key.startswith("_")} == {
        "kind",
        "server_seq",
        "number",
        "type",
        "title",
        "state",
        "epoch",
        "recalled",
    }
    assert second["recalled"]["reason"] == "wrong day"
    assert document(store, "t01", f"order:{moved.number}")["state"] == "recalled"
    assert document(store, "t02", f"order:{moved.number}")["epoch"] == 2


def test_a_route_lists_its_stops(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        orders = [world.order(session, "reread", n) for n in (1, 2)]
        set_route(session, "t01", TODAY, [o.number for o in reversed(orders)], now=NOW, actor="d")
    publish(sessions, store)
    route = document(store, "t01", "route:2026-03-02")
    assert [(s["order"], s["sequence"]) for s in route["stops"]] == [
        (orders[1].number, 1),
        (orders[0].number, 2),
    ]


def test_an_unreachable_store_keeps_rows_waiting(sessions: Sessions, engine: Engine) -> None:
    class Away(SqlStore):
        def put_documents(self, *_: Any, **__: Any) -> Any:
            raise StoreUnavailable("the cable is out")

    with sessions.begin() as session:
        world.sent(session, "reread", 1)
    away = Away(engine)
    with pytest.raises(StoreUnavailable):
        publish(sessions, away)
    away.close()
    store = SqlStore(engine)
    # The database is missing too: publishing makes it and asks for its reference documents.
    assert publish(sessions, store) + publish(sessions, store) >= 5
    assert document(store, "t01", "ref:technician")["id"] == "t01"
    store.close()


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


def test_both_technicians_are_told_when_a_stop_changes_hands(sessions: Sessions, store: SqlStore) -> None:
    def stops(technician: str) -> list[str]:
        return [stop["order"] for stop in document(store, technician, f"route:{TODAY}")["stops"]]

    with sessions.begin() as session:
        numbers = [world.order(session, "reread", household).number for household in (1, 2)]
        set_route(session, "t01", TODAY, numbers, now=NOW, actor="dana")
    publish(sessions, store)
    assert stops("t01") == numbers
    with sessions.begin() as session:
        assign_order(session, numbers[0], "t02", route_day=TODAY, now=NOW, actor="dana")
    publish(sessions, store)
    assert stops("t01") == numbers[1:]
    assert stops("t02") == numbers[:1]
    with sessions.begin() as session:
        recall_order(session, numbers[1], reason="not needed", now=NOW, actor="dana")
    publish(sessions, store)
    assert stops("t01") == []
