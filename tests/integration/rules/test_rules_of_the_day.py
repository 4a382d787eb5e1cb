"""A fee dated ahead reaches the tablets on its day, without anybody doing anything."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from server.db import session_factory
from sync.pipeline.publish import ensure_technician, publish_pending
from sync.stores.sql.store import SqlStore
from workorders.tables import Technician
from workorders.usecases.district.adopt_rules import adopt_rules, enqueue_rules_of_the_day
from workorders.usecases.district.publish_rules import load_sample_rules

MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)
LATE_ON_MONDAY = datetime(2026, 3, 3, 5, tzinfo=UTC)
"""Eleven at night in Chicago, where the district is."""
TUESDAY = datetime(2026, 3, 3, 7, tzinfo=UTC)
DEARER = {
    "effective_from": "2026-03-03",
    "fees": [{"code": "field_visit", "title": "Field visit", "cents": 4321, "trigger": "visit"}],
}


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """A district with one technician and the sample rules."""
    made = session_factory(engine)
    with made.begin() as session:
        session.add(Technician(id="t01", name="Demo technician 1", skills=["water"]))
        load_sample_rules(session, now=MONDAY)
    return made


@pytest.fixture
def store(engine: Engine, sessions: sessionmaker[Session]) -> Iterator[SqlStore]:
    """The technician's database with its reference documents."""
    made = SqlStore(engine)
    ensure_technician(sessions, made, "t01", now=MONDAY)
    yield made
    made.close()


def field_visit(store: SqlStore) -> tuple[Any, int]:
    """The fee as the tablet has it, and the document's generation."""
    fees = store.get_document("tech-t01", "ref:fees")
    assert fees is not None
    cents = next(fee["cents"] for fee in fees["fees"] if fee["code"] == "field_visit")
    return cents, int(fees["_rev"].partition("-")[0])


def test_a_dated_fee_is_published_on_its_day(sessions: sessionmaker[Session], store: SqlStore) -> None:
    with sessions.begin() as session:
        adopt_rules(session, DEARER, now=MONDAY)
        assert enqueue_rules_of_the_day(session, now=MONDAY)
    publish_pending(sessions, store, clock=lambda: MONDAY)
    today, _ = field_visit(store)
    assert today != 4321
    with sessions.begin() as session:
        assert not enqueue_rules_of_the_day(session, now=LATE_ON_MONDAY)
        assert enqueue_rules_of_the_day(session, now=TUESDAY)
    publish_pending(sessions, store, clock=lambda: TUESDAY)
    assert field_visit(store)[0] == 4321


def test_a_new_day_without_a_change_writes_nothing(sessions: sessionmaker[Session], store: SqlStore) -> None:
    _, before = field_visit(store)
    with sessions.begin() as session:
        assert enqueue_rules_of_the_day(session, now=TUESDAY)
    publish_pending(sessions, store, clock=lambda: TUESDAY)
    assert field_visit(store)[1] == before
