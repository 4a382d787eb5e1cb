"""What leaves the office: no document of a technician's database says more than its reader needs."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select

from server.db import session_factory
from sync.pipeline.publish import ensure_technician
from sync.stores.sql.store import SqlStore
from tests.integration.pipeline.feed import Sessions, document, publish
from tests.integration.usecases import answers, world
from tests.integration.usecases.every_order import HOUSEHOLDS, PROTECTIONS, send_every_order
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER, NOW, TODAY
from workorders.catalogue import CATALOGUE
from workorders.tables import CutAuthority, Hold, Order
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.field.events import ingest_event
from workorders.usecases.orders.assignment import recall_order
from workorders.usecases.orders.cancel import cancel_order

PROTECTED = re.compile(
    r"bankrupt|pledge|moratorium|arrangement|dispute\b|certificate|hold_|protection|verdict"
)
"""What protects a customer is nobody's business at the door; and the names under which it is kept."""
OWN_WORDS = ("ref:catalogue", "ref:settings")
"""Forms and lists of reasons, the same for every order."""


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    made = session_factory(engine)
    with made.begin() as session:
        world.build(session, households=HOUSEHOLDS)
    return made


@pytest.fixture
def store(engine: Engine, sessions: Sessions) -> Iterator[SqlStore]:
    made = SqlStore(engine)
    for technician in ("t01", "t02"):
        ensure_technician(sessions, made, technician, now=NOW)
    yield made
    made.close()


def everything(store: SqlStore) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every document of every technician."""
    for technician in ("t01", "t02"):
        for row in store.changes(f"tech-{technician}", since="0", limit=10_000).rows:
            if row.doc is not None:
                yield row.doc_id, row.doc


def test_no_document_on_a_tablet_names_what_protects_a_customer(sessions: Sessions, store: SqlStore) -> None:
    tablet = Tablet()
    with sessions.begin() as session:
        numbers = send_every_order(session)
        session.flush()
        evidence = session.scalars(select(CutAuthority)).all()
        assert len(evidence) == 3
        assert all(PROTECTED.search(str(row.evidence)) for row in evidence), (
            "the evidence is kept in the office"
        )
    publish(sessions, store)
    with sessions.begin() as session:
        cut, called_off, taken_back = (
            session.get_one(Order, numbers[f"disconnect_np {amount}"]) for amount in ("least", "null", "most")
        )
        assert cut.account is not None
        session.add_all(
            Hold(account_id=cut.account.id, kind=kind, starts_on=TODAY, source="office")
            for kind in PROTECTIONS
        )
        cancel_order(session, called_off.number, reason="Bankruptcy filed", now=NOW, actor="csr")
        recall_order(session, taken_back.number, reason="Medical certificate is here", now=NOW, actor="csr")
        written = tablet.completed(cut, answers.cut(1))
        ingest_event(session, written, database="tech-t01", revision="1-a", received_at=LATER)
    publish(sessions, store)
    found = dict(everything(store))
    assert {f"order:{number}" for number in numbers.values()} <= found.keys()
    assert "wrongful_cut" in found[f"ack:{written['_id']}"]["codes"]
    for doc_id, doc in found.items():
        if doc_id not in OWN_WORDS:
            assert not PROTECTED.search(orjson.dumps(doc).decode().lower()), doc_id


def test_an_order_carries_only_what_its_type_sends_to_the_field(sessions: Sessions, store: SqlStore) -> None:
    with sessions.begin() as session:
        numbers = send_every_order(session)
    publish(sessions, store)
    types = document(store, "t01", "ref:catalogue")["types"]
    for kind, number in numbers.items():
        sent = document(store, "t01", f"order:{number}")
        declared = {field["name"] for field in types[sent["type"]]["extra"]}
        assert sent["extra"].keys() <= declared, kind
        assert None not in sent["extra"].values(), kind
        if kind.endswith("most"):
            assert sent["extra"].keys() == declared, kind
        assert (sent["authority"] is not None) == (CATALOGUE[sent["type"]].cuts is not None), kind


def test_a_cut_carries_until_when_it_may_be_made_and_what_avoids_it_now(
    sessions: Sessions, store: SqlStore
) -> None:
    with sessions.begin() as session:
        cut = world.sent(session, "disconnect_np", 1)
    publish(sessions, store)
    authority = document(store, "t01", f"order:{cut.number}")["authority"]
    assert authority["expires_at"] == "2026-03-04T02:00:00.000Z"
    assert authority["windows"] == [
        {"day": "2026-03-02", "until": "2026-03-02T21:00:00.000Z"},
        {"day": "2026-03-03", "until": "2026-03-03T21:00:00.000Z"},
    ]
    assert authority["avoid_cents"] == world.DEBT
    with sessions.begin() as session:
        record_payment(session, "p1", "A1", 2_850, "web", now=NOW + timedelta(minutes=5), actor="web")
    publish(sessions, store)
    assert document(store, "t01", f"order:{cut.number}")["authority"]["avoid_cents"] == world.DEBT - 2_850
