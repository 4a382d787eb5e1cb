"""Outbox to documents, on the embedded store of both engines."""

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select

from sync.pipeline.outbox import purge_published
from sync.pipeline.publish import ensure_technician, publish_pending
from sync.stores.contract import StoreUnavailable
from sync.stores.sql.store import SqlStore
from tests.integration.pipeline.feed import Sessions, document, publish
from tests.integration.usecases import world
from tests.integration.usecases.world import DEBT, LATER, NOW, TODAY
from workorders.tables import Outbox
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.orders.assignment import assign_order, recall_order, set_route
from workorders.usecases.orders.cancel import cancel_order

SOON_SECONDS = 20.0


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
    assert publish(sessions, store) == 1, "two changes, one document"
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


def test_both_technicians_get_their_routes_when_a_stop_changes_hands(
    sessions: Sessions, store: SqlStore
) -> None:
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


def test_an_unreachable_store_keeps_rows_waiting(sessions: Sessions, engine: Engine) -> None:
    class Away(SqlStore):
        def put_documents(self, *_: Any, **__: Any) -> Any:
            raise StoreUnavailable("the cable is out")

        def database_names(self) -> list[str]:
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


class Distant(SqlStore):
    """As a CouchDB: worth waiting for in several databases at once."""

    parallel_writes = 4

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.together = threading.Barrier(2)

    def put_documents(self, db: str, bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
        """Go on when two are being written."""
        self.together.wait(SOON_SECONDS)
        return super().put_documents(db, bodies)


def test_a_distant_store_is_waited_for_in_common(sessions: Sessions, engine: Engine, store: SqlStore) -> None:
    with sessions.begin() as session:
        numbers = {
            name: world.sent(session, "reread", n, name).number for n, name in ((1, "t01"), (2, "t02"))
        }
    distant = Distant(engine)
    assert publish(sessions, distant) == 4
    for name, number in numbers.items():
        assert document(store, name, f"order:{number}")["state"] == "dispatched"
    assert publish(sessions, distant) == 0
    distant.close()


def test_what_one_database_of_a_distant_store_refuses_delays_nobody_else(
    sessions: Sessions, engine: Engine, store: SqlStore
) -> None:
    class Refusing(SqlStore):
        parallel_writes = 4

        def put_documents(self, db: str, bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
            if db == "tech-t01":
                raise StoreUnavailable("a node is away")
            return super().put_documents(db, bodies)

    with sessions.begin() as session:
        waiting, sent = (world.sent(session, "reread", n, name) for n, name in ((1, "t01"), (2, "t02")))
    refusing = Refusing(engine)
    publish(sessions, refusing)
    refusing.close()
    assert document(store, "t02", f"order:{sent.number}")["state"] == "dispatched"
    assert store.get_document("tech-t01", f"order:{waiting.number}") is None
    with sessions() as session:
        rows = session.scalars(select(Outbox).where(Outbox.key == waiting.number)).all()
    assert [(row.published_at, row.failures) for row in rows] == [(None, 1)]


def test_published_rows_are_purged_but_what_is_still_asked_for(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        kept, over = (world.sent(session, "reread", n) for n in (1, 2))
        cancel_order(session, over.number, reason="paid", now=NOW, actor="csr")
    publish(sessions, store)
    with sessions.begin() as session:
        waiting = Outbox(technician_id="t01", topic="order", key=over.number, created_at=NOW)
        session.add(waiting)
    with sessions.begin() as session:
        assert purge_published(session, before=NOW) == 0, "nothing is older than that"
        assert purge_published(session, before=LATER) > 0
    with sessions() as session:
        left = session.scalars(select(Outbox).order_by(Outbox.id)).all()
    assert {row.key for row in left if row.topic == "order"} == {kept.number, over.number}
    assert [row.id for row in left if row.key == over.number] == [waiting.id]
    assert not [row for row in left if row.topic == "ref"]


def test_an_order_is_published_when_it_lies_in_the_database_and_no_earlier(
    sessions: Sessions, store: SqlStore
) -> None:
    """A tablet heard in between has not seen it; waiting for a slow write is not seeing it."""
    with sessions.begin() as session:
        order = world.sent(session, "reread", 1)

    def clock() -> datetime:
        return LATER if store.get_document("tech-t01", f"order:{order.number}") else NOW

    publish_pending(sessions, store, clock=clock)
    with sessions() as session:
        rows = session.scalars(select(Outbox).where(Outbox.key == order.number)).all()
    assert {row.published_at for row in rows} == {LATER}


def test_a_round_takes_the_first_of_everybody_before_the_second_of_anybody(
    sessions: Sessions, store: SqlStore
) -> None:
    with sessions.begin() as session:
        for household in (1, 2):
            world.sent(session, "reread", household, technician="t01")
        last = world.sent(session, "reread", 3, technician="t02")
    assert publish_pending(sessions, store, clock=lambda: NOW, limit=4) == 4
    assert document(store, "t02", f"order:{last.number}")["number"] == last.number
