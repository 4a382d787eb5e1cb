"""What is over leaves the technician's database, its photos stay, and nothing comes back by itself."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from server.db import session_factory
from sync.pipeline.evidence import EvidenceFiles, keep_evidence
from sync.pipeline.ingest import ingest_database
from sync.pipeline.publish import ensure_technician, publish_pending
from sync.pipeline.retention import OVER, Retired, retire_database
from sync.stores.contract import Attachment
from sync.stores.sql.store import SqlStore
from tests.integration.usecases.answers import exchange, reread
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, TODAY, build, sent
from workorders.judgement.lifecycle import FIELD_COMMANDS, TRANSITIONS, Command
from workorders.tables import Evidence, ExceptionCase, FieldEvent, JournalEntry, Order, Quarantine
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.cancel import cancel_order

DATABASE = "tech-t01"
PHOTO = b"\xff\xd8 a photo"
LATER = NOW + timedelta(days=8)
FROM_THE_FIELD = {
    *FIELD_COMMANDS.values(),
    Command.COMPLETE,
    Command.COMPLETE_WITH_EXCEPTION,
    Command.REPORT_UNABLE,
    Command.HOLD_FROM_FIELD,
}


def with_photos(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the bytes of its photos, as a tablet sends it."""
    data = base64.b64encode(PHOTO).decode()
    files = {name: {"content_type": "image/jpeg", "data": data} for name in document.get("_attachments", {})}
    return {**document, "_rev": "1-a", "_revisions": {"start": 1, "ids": ["a"]}, "_attachments": files}


class Day:
    """One technician's morning: two exchanges done, a reread still open."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.sessions: sessionmaker[Session] = session_factory(engine)
        self.store = SqlStore(engine)
        self.files = EvidenceFiles(folder)
        with self.sessions.begin() as session:
            build(session)
            orders = [
                sent(session, kind, n) for n, kind in enumerate(("exchange", "exchange", "reread"), start=1)
            ]
            self.numbers = [order.number for order in orders]
            tablet = Tablet()
            self.events = [
                with_photos(tablet.completed(orders[0], exchange(1, "NT011"))),
                with_photos(tablet.completed(orders[1], exchange(2, "NT012"))),
            ]
        ensure_technician(self.sessions, self.store, "t01", now=NOW)
        self.publish()
        self.store.write_leaves(DATABASE, self.events)
        self.ingest()
        self.publish()

    def publish(self) -> None:
        while publish_pending(self.sessions, self.store, clock=lambda: NOW):
            pass

    def ingest(self) -> int:
        at = NOW + timedelta(hours=2)
        return ingest_database(self.sessions, self.store, DATABASE, clock=lambda: at).handled

    def retire(self) -> Retired:
        return retire_database(self.sessions, self.store, DATABASE, now=LATER, days=7)

    def ids(self) -> set[str]:
        rows = self.store.changes(DATABASE, since="0", limit=1000).rows
        return {row.doc_id for row in rows}

    def count(self, table: type) -> int:
        with self.sessions() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def day(engine: Engine, tmp_path: Path) -> Day:
    return Day(engine, tmp_path / "evidence")


def test_nothing_leaves_before_its_photos_are_kept(day: Day) -> None:
    assert day.retire().events == 0
    assert keep_evidence(day.sessions, day.store, day.files) == 4
    assert keep_evidence(day.sessions, day.store, day.files) == 0
    assert day.retire().events == 2


@pytest.mark.parametrize("letter", ["n", "ñ"])
@pytest.mark.parametrize("letters", [117, 190])
def test_a_file_is_kept_however_long_its_name_is(day: Day, letter: str, letters: int) -> None:
    name = letter * letters + ".jpg"
    with day.sessions() as session:
        order = session.get_one(Order, day.numbers[2])
        event = with_photos(Tablet(counter=2).completed(order, reread(3) | {"photo": name}))
    day.store.write_leaves(DATABASE, [event])
    day.ingest()
    assert keep_evidence(day.sessions, day.store, day.files) == 5
    with day.sessions() as session:
        row = session.scalars(select(Evidence).where(Evidence.name == name)).one()
    assert row.sha256 is not None
    assert day.files.get(row.sha256) == PHOTO


def test_what_is_over_is_purged_and_what_is_open_stays(day: Day) -> None:
    keep_evidence(day.sessions, day.store, day.files)
    before = day.ids()
    assert day.retire() == Retired(events=2, acks=2, orders=2, routes=1)
    left = before - day.ids()
    events = {event["_id"] for event in day.events}
    over = {f"route:{TODAY}"} | {f"order:{n}" for n in day.numbers[:2]}
    assert left == events | {f"ack:{e}" for e in events} | over
    assert day.store.info(DATABASE).doc_del_count == 0
    assert day.retire() == Retired(0, 0, 0)


def test_nothing_leaves_early(day: Day) -> None:
    keep_evidence(day.sessions, day.store, day.files)
    soon = NOW + timedelta(days=6)
    assert retire_database(day.sessions, day.store, DATABASE, now=soon, days=7) == Retired(0, 0, 0)


def test_another_statement_under_an_old_id_is_not_purged_unread(day: Day) -> None:
    keep_evidence(day.sessions, day.store, day.files)
    first, second = day.events
    altered = {**first, "body": first["body"] | {"remarks": "altered"}, "_rev": "1-b", "_attachments": {}}
    day.store.write_leaves(DATABASE, [altered | {"_revisions": {"start": 1, "ids": ["b"]}}])
    assert day.retire().events == 1
    assert first["_id"] in day.ids()
    assert second["_id"] not in day.ids()
    day.ingest()
    assert day.count(Quarantine) == 1
    day.publish()
    assert day.retire().events == 0, "somebody has to judge the two statements"
    with day.sessions.begin() as session:
        session.execute(update(ExceptionCase).values(state="closed"))
    assert day.retire().events == 1
    assert first["_id"] not in day.ids()


def test_an_event_sent_again_after_that_changes_nothing(day: Day) -> None:
    keep_evidence(day.sessions, day.store, day.files)
    day.retire()
    facts, entries = day.count(FieldEvent), day.count(JournalEntry)
    day.store.write_leaves(DATABASE, day.events)
    assert day.ingest() == 2
    assert (day.count(FieldEvent), day.count(JournalEntry)) == (facts, entries)


def test_an_order_that_went_to_somebody_else_stays_until_it_is_over(day: Day) -> None:
    keep_evidence(day.sessions, day.store, day.files)
    with day.sessions.begin() as session:
        assign_order(session, day.numbers[2], "t02", route_day=TODAY, now=NOW, actor="d")
    day.publish()
    assert f"order:{day.numbers[2]}" in day.ids()
    assert day.retire().orders == 2
    assert f"order:{day.numbers[2]}" in day.ids()
    with day.sessions.begin() as session:
        cancel_order(session, day.numbers[2], reason="paid", now=NOW, actor="csr")
    day.publish()
    assert day.retire().orders == 1


def test_what_is_retired_is_never_dispatched_again() -> None:
    reached, office = set(OVER), set(Command) - FROM_THE_FIELD
    while more := {TRANSITIONS[s, c] for s, c in TRANSITIONS if s in reached and c in office} - reached:
        reached |= more
    assert reached == OVER


def test_a_photo_that_is_gone_is_said_to_be_missing_and_holds_nobody_up(day: Day) -> None:
    event = day.events[0]
    leaf = day.store.read_leaves(DATABASE, [event["_id"]])[0]
    name = min(leaf["_attachments"])
    stubs = {n: Attachment(PHOTO, "image/jpeg", "") for n in leaf["_attachments"] if n != name}
    day.store.put_document(DATABASE, event["_id"], {"kind": "event"}, attachments=stubs)
    assert keep_evidence(day.sessions, day.store, day.files) == 3
    with day.sessions() as session:
        missing = session.scalars(select(Evidence).where(Evidence.sha256.is_(None))).all()
    assert [(row.event_id, row.name, row.received) for row in missing] == [(event["_id"], name, False)]
    assert day.retire().events == 1


def test_without_a_database_there_is_nothing_to_do(day: Day) -> None:
    day.store.delete_database(DATABASE)
    assert keep_evidence(day.sessions, day.store, day.files) == 0
    assert day.retire() == Retired(0, 0, 0)
    with day.sessions() as session:
        assert all(session.scalars(select(Evidence.received)))


def test_evidence_is_found_by_its_hash_and_rot_is_noticed(day: Day) -> None:
    keep_evidence(day.sessions, day.store, day.files)
    with day.sessions() as session:
        hashes = set(session.scalars(select(Evidence.sha256)))
    assert len(hashes) == 1
    digest = hashes.pop()
    assert digest is not None
    assert day.files.get(digest) == PHOTO
    day.files.path(digest).write_bytes(b"something else")
    assert day.files.get(digest) is None
    with pytest.raises(ValueError, match="SHA-256"):
        day.files.path("../../etc/passwd")
