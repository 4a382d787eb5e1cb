"""Codes by telephone through the documents of a technician's database, and back by ingest."""

from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import select

from sync.pipeline.ingest import ingest_all
from sync.pipeline.publish import publish_pending
from sync.stores.sql.store import SqlStore
from tests.integration.pipeline.feed import Sessions, document, publish, push
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW
from workorders.policy.phone_codes import proof_in, usable, verifier_of
from workorders.tables import CodeSecret, ExceptionCase, Order, PhoneCode
from workorders.usecases.collections.phone_codes import GivenCode, give_recall_code, give_release_code

THURSDAY = NOW + timedelta(days=3)
MINUTE = timedelta(minutes=1)


def sent(sessions: Sessions, store: SqlStore) -> tuple[Order, dict[str, Any]]:
    """A cut that a tablet has, and its document."""
    with sessions.begin() as session:
        order = world.sent(session, "disconnect_np", 1)
    publish(sessions, store)
    return order, document(store, "t01", f"order:{order.number}")


def known_to(doc: dict[str, Any], given: GivenCode) -> list[tuple[str, int]]:
    """What a tablet makes of a code."""
    code = usable(given.letters)
    assert code is not None
    return [
        (one["kind"], one["counter"])
        for one in doc["codes"]["prepared"]
        if verifier_of(proof_in(code), one["salt"]) == one["verifier"]
    ]


def test_a_release_goes_round_by_telephone_tablet_and_ingest(sessions: Sessions, store: SqlStore) -> None:
    order, doc = sent(sessions, store)
    with sessions.begin() as session:
        given = give_release_code(session, order.number, reason="Ok", now=THURSDAY, actor="carla")
    assert known_to(doc, given) == [("release", 1)]
    tablet = Tablet()
    assert given.until is not None
    body = {"code": usable(given.letters), "kind": "release", "until": given.until.isoformat(), "wrong": 0}
    entered = tablet.event("office_code", order, body, at=THURSDAY + MINUTE)
    push(store, [entered])
    later = THURSDAY + timedelta(hours=1)
    ingest_all(sessions, store, clock=lambda: later)
    publish_pending(sessions, store, clock=lambda: later)
    renewed = document(store, "t01", f"order:{order.number}")
    assert renewed["authority"]["expires_at"] == "2026-03-05T16:00:00.000Z"
    assert [one["day"] for one in renewed["authority"]["windows"]][-1] == "2026-03-05"
    assert renewed["codes"] == doc["codes"]
    assert document(store, "t01", f"ack:{entered['_id']}")["status"] == "posted"
    cut = tablet.completed(order, answers.cut(1), at=THURSDAY + 30 * MINUTE)
    push(store, [cut])
    ingest_all(sessions, store, clock=lambda: later)
    with sessions() as session:
        assert session.get_one(Order, order.number).outcome == "completed"
        assert list(session.scalars(select(ExceptionCase.code))) == []


def test_a_release_and_the_cut_made_under_it_may_come_in_one_batch(
    sessions: Sessions, store: SqlStore
) -> None:
    order, _doc = sent(sessions, store)
    with sessions.begin() as session:
        given = give_release_code(session, order.number, reason="Ok", now=THURSDAY, actor="carla")
    tablet = Tablet()
    codes = [
        tablet.event("office_code", order, {"code": given.letters, "kind": "release"}, at=THURSDAY + minutes)
        for minutes in (MINUTE, 2 * MINUTE)
    ]
    cut = tablet.completed(order, answers.cut(1), at=THURSDAY + 3 * MINUTE)
    push(store, [*codes, cut])
    ingest_all(sessions, store, clock=lambda: THURSDAY + timedelta(hours=1))
    with sessions() as session:
        assert session.get_one(Order, order.number).outcome == "completed"
        found = {case.source: case.code for case in session.scalars(select(ExceptionCase))}
        assert found == {codes[1]["_id"]: "code_repeated"}
        assert session.scalars(select(PhoneCode)).one().used_by == codes[0]["_id"]


def test_a_recall_by_telephone_is_a_recall_for_a_tablet_that_syncs_first(
    sessions: Sessions, store: SqlStore
) -> None:
    order, doc = sent(sessions, store)
    with sessions.begin() as session:
        given = give_recall_code(session, order.number, reason="Bankruptcy filed", now=NOW, actor="carla")
    assert known_to(doc, given) == [("recall", 1)]
    publish(sessions, store)
    stub = document(store, "t01", f"order:{order.number}")
    assert (stub["state"], stub["recalled"]["reason"]) == ("recalled", None)
    assert "codes" not in stub


def test_no_document_holds_a_code_or_what_one_is_made_of(sessions: Sessions, store: SqlStore) -> None:
    order, _doc = sent(sessions, store)
    with sessions.begin() as session:
        given = give_release_code(session, order.number, reason="Ok", now=THURSDAY, actor="carla")
        secret = session.scalars(select(CodeSecret.secret)).one()
    publish(sessions, store)
    code = usable(given.letters)
    assert code is not None
    for row in store.changes("tech-t01", since="0", limit=1000).rows:
        written = orjson.dumps(row.doc).decode()
        assert not any(part in written for part in (secret, code, proof_in(code), given.letters))


def test_an_order_that_cuts_nothing_carries_no_codes(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        order = world.sent(session, "reread", 2)
    publish(sessions, store)
    assert document(store, "t01", f"order:{order.number}")["codes"] is None
