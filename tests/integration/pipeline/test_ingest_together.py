"""Events that share a transaction: as one by one, and a poisoned one costs only itself."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from server.db import open_engine, session_factory
from sync.pipeline import ingest_batch as pipeline
from sync.pipeline.ingest import IngestResult
from sync.pipeline.publish import ensure_technician
from sync.stores.sql.store import SqlStore
from tests.integration.crash.portrait import Portrait, portrait
from tests.integration.office.conftest import _copied
from tests.integration.pipeline.feed import Sessions, ingest, push
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, NOW
from workorders.tables import FieldEvent, Quarantine
from workorders.usecases.field import events, outcome
from workorders.usecases.field.batch import EventBatch

STEPS = ("acknowledged", "en_route", "on_site", "started")


def _day(session: Session) -> list[dict[str, Any]]:
    """Visits that touch each other: two orders at a point, a cut paid at another order's door, one meter in
    two places, the same event twice, and what nobody can read.
    """
    tablet = Tablet()
    cut, reread = world.sent(session, "disconnect_np", 1), world.sent(session, "reread", 1)
    exchange, other = world.sent(session, "exchange", 2), world.sent(session, "exchange", 3)
    late, paid = world.sent(session, "disconnect_np", 4), world.sent(session, "disconnect_np", 5)
    for order in (cut, reread, exchange, other, late, paid):
        for step in STEPS:
            tablet.event(step, order)
    tablet.completed(reread, answers.reread(1, 147_800))
    tablet.completed(cut, answers.cut(1, 147_900))
    tablet.completed(exchange, answers.exchange(2, "NT011", 147_800))
    tablet.completed(other, answers.exchange(3, "NT011", 147_800))
    tablet.payment(paid, DEBT, account="A4")
    tablet.completed(late, answers.cut(4, 147_800))
    tablet.payment(paid, DEBT)
    tablet.unable(exchange, "dog")
    again = world.order(session, "reread", 6)
    tablet.event("acknowledged", again)
    tablet.event("no_such_event", again)
    return tablet.written


def _portrait(template: str, folder: Path, together: int, monkeypatch: pytest.MonkeyPatch) -> Portrait:
    folder.mkdir()
    monkeypatch.setattr(pipeline, "TOGETHER", together)
    with _copied(template, folder) as url:
        engine = open_engine(url)
        sessions, store = session_factory(engine), SqlStore(engine)
        with sessions.begin() as session:
            world.build(session, 6)
            written = _day(session)
        for technician in ("t01", "t02"):
            ensure_technician(sessions, store, technician, now=NOW)
        push(store, written)
        result = ingest(sessions, store)
        assert result.handled == len(written)
        with sessions() as session:
            made = portrait(session, store, ("tech-t01",))
        store.close()
        engine.dispose()
    return made


def test_a_batch_says_what_each_event_by_itself_says(
    backend: str, migrated_template: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = migrated_template[backend]
    apart = _portrait(template, tmp_path / "apart", 1, monkeypatch)
    assert _portrait(template, tmp_path / "together", 50, monkeypatch) == apart
    assert _portrait(template, tmp_path / "cut", 7, monkeypatch) == apart


def test_a_poisoned_event_costs_only_itself(
    sessions: Sessions, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = Tablet()
    with sessions.begin() as session:
        orders = [world.sent(session, "reread", household) for household in (1, 2, 3)]
    for household, order in enumerate(orders, 1):
        tablet.event("started", order)
        tablet.completed(order, answers.reread(household, 147_800))
    push(store, tablet.written)
    poisoned = tablet.written[3]["_id"]
    whole = outcome.judged

    def judged(session: Session, order: Any, event: Any, **given: Any) -> Any:
        if event.id == poisoned:
            raise RuntimeError("a mistake of the program")
        return whole(session, order, event, **given)

    monkeypatch.setattr(events, "judged", judged)
    result = ingest(sessions, store)
    assert (result.posted, result.quarantined) == (5, 1)
    with sessions() as session:
        assert [kept.document_id for kept in session.query(Quarantine)] == [poisoned]
        assert session.query(FieldEvent).count() == 5
    assert ingest(sessions, store) == IngestResult()


def test_a_batch_that_is_cut_off_leaves_nothing(
    sessions: Sessions, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = Tablet()
    with sessions.begin() as session:
        order = world.sent(session, "reread", 1)
    tablet.event("started", order)
    tablet.completed(order, answers.reread(1, 147_800))
    push(store, tablet.written)
    written = EventBatch.write

    def lost(batch: EventBatch) -> None:
        written(batch)
        raise OperationalError("COMMIT", {}, Exception("the connection is gone"))

    monkeypatch.setattr(EventBatch, "write", lost)
    with pytest.raises(OperationalError):
        ingest(sessions, store)
    with sessions() as session:
        assert session.query(FieldEvent).count() == 0
    monkeypatch.undo()
    assert ingest(sessions, store).posted == 2
