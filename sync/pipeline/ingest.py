"""Documents → facts: each event of a technician's database in one transaction with all it causes.

Fact, order, meter, read, entries, acknowledgement and the place in the feed commit together, so a crash
anywhere leaves either everything of an event or nothing. Documents are read before the transaction opens:
the embedded store lives in the same database.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.refill import DAYS, is_filled, refill
from sync.stores.contract import Change, DatabaseMissing, DocumentStore
from workorders.messages.message import Message
from workorders.tables import IngestCheckpoint, Outbox, Quarantine, Technician
from workorders.tables.dialect import upsert
from workorders.usecases.field.delivery import Delivery, Verdict
from workorders.usecases.field.events import ingest_event
from workorders.usecases.field.quarantine import quarantine
from workorders.usecases.field.quarantine_review import judge_again
from workorders.usecases.history import tell
from workorders.usecases.lost_races import in_transaction
from workorders.usecases.orders.follow_on import release_silent, silent_orders

log = structlog.get_logger()
BEGINNING = "0"
_CHECKPOINT = cast(Table, IngestCheckpoint.__table__)
EVENT = "event:"
OURS = ("order:", "route:", "ack:", "ref:", "_design/", "_local/")
"""What the server itself writes into a technician's database."""
BROKEN = (OperationalError, InterfaceError)
"""The database cannot work: nothing is known about the document, so it is tried again later."""


_MOVE = (
    update(_CHECKPOINT)
    .where(_CHECKPOINT.c.database == bindparam("feed"), _CHECKPOINT.c.since == bindparam("place"))
    .values(since=bindparam("after"))
)
_MOVE_AND_HEAR = _MOVE.values(last_event_at=bindparam("heard"))


class Overtaken(Exception):  # noqa: N818 - named for what happened
    """Another process ingested the same feed meanwhile; it has done the work."""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """How many documents were posted, sent to review, quarantined, or known already."""

    posted: int = 0
    review: int = 0
    quarantined: int = 0
    duplicates: int = 0
    reached: int = 0
    """Changes read from the feeds, the server's own included: 0 means that nothing was left to read."""

    @property
    def handled(self) -> int:
        """All of them."""
        return self.posted + self.review + self.quarantined + self.duplicates

    def __add__(self, other: "IngestResult") -> "IngestResult":
        return IngestResult(
            self.posted + other.posted,
            self.review + other.review,
            self.quarantined + other.quarantined,
            self.duplicates + other.duplicates,
            self.reached + other.reached,
        )

    def counting(self, verdict: Verdict) -> "IngestResult":
        """This result and one more verdict."""
        if verdict.duplicate:
            return self + IngestResult(duplicates=1)
        return self + IngestResult(
            posted=int(verdict.status == "posted"),
            review=int(verdict.status == "review"),
            quarantined=int(verdict.status == "quarantined"),
        )


def ingest_all(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    *,
    clock: Callable[[], datetime],
    limit: int = 500,
    days: int = DAYS,
) -> IngestResult:
    """Ingest up to `limit` changes of every technician's database, and send out reconnects overdue.

    Inactive technicians count too: a tablet may bring its facts after its holder has left. A database that
    was lost meanwhile is made again, and filled with what the last `days` days need.
    """
    with sessions() as session:
        told = session.execute(select(Technician.id, Technician.active).order_by(Technician.id))
        active = {f"tech-{row.id}": row.active for row in told}
        told = session.execute(select(IngestCheckpoint.database, IngestCheckpoint.since))
        read = {row.database: row.since for row in told}
        silent = silent_orders(session, now=clock())
    if silent:
        with sessions.begin() as session:
            release_silent(session, now=clock())
    result = IngestResult()
    positions = store.positions(list(active))
    for name, works in active.items():
        newest = positions.get(name)
        suspect = works if newest is None else _went_back(read.get(name, BEGINNING), newest)
        if suspect and not is_filled(store, name):
            refill(sessions, store, name.removeprefix("tech-"), now=clock(), days=days)
    for name, newest in positions.items():
        # A quiet database costs nothing: its newest position is where the checkpoint stands.
        if newest != read.get(name):
            result += ingest_database(sessions, store, name, clock=clock, limit=limit)
    return result


def ingest_database(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    database: str,
    *,
    clock: Callable[[], datetime],
    limit: int = 500,
) -> IngestResult:
    """Ingest up to `limit` changes of one database from where its checkpoint stands.

    A missing database has nothing to ingest. Raises sync.stores.contract.StoreUnavailable and sqlalchemy's
    OperationalError; what was committed before stays, and the rest is found again.
    """
    with sessions() as session:
        since = _checkpoint(session, database)
    try:
        batch = store.changes(database, since=since, limit=limit)
    except DatabaseMissing:
        return IngestResult()
    result = IngestResult(reached=len(batch.rows))
    try:
        for change in batch.rows:
            for document, last in _leaves(store, database, change):
                after = change.seq if last else since
                delivery = Delivery(document, database, str(document.get("_rev", "")), clock())
                verdict = _ingest_one(sessions, delivery, since, after)
                result = result.counting(verdict)
                since = after
        if batch.last_seq != since:
            with sessions.begin() as session:
                _advance(session, database, since, batch.last_seq, None)
    except Overtaken:
        log.info("feed_overtaken", database=database)
    return result


def retry_quarantined(
    sessions: sessionmaker[Session], *, clock: Callable[[], datetime], code: str = "ingest_failed"
) -> IngestResult:
    """Judge again what is kept aside for `code`, after the program or the records were mended."""
    with sessions() as session:
        rows = session.scalars(
            select(Quarantine.id)
            .where(Quarantine.code == code, ~Quarantine.decision.has())
            .order_by(Quarantine.id)
        )
        waiting = list(rows)
    result = IngestResult()
    for kept in waiting:

        def judge(session: Session, kept: int = kept) -> Verdict:
            return judge_again(session, kept, now=clock(), actor="curbstop")

        verdict = in_transaction(sessions, judge)
        result = result.counting(verdict)
    return result


def _leaves(store: DocumentStore, database: str, change: Change) -> Iterator[tuple[dict[str, Any], bool]]:
    """Every live leaf of an event, the winner first; the flag marks the last one of the change.

    A conflict leaf is another statement under the same id: it is judged too. Deletions carry no fact.
    """
    if change.deleted or change.doc is None or change.doc_id.startswith(OURS):
        return
    documents = [change.doc]
    for revision in change.revs[1:]:
        other = store.get_document(database, change.doc_id, revision)
        if other is not None and not other.get("_deleted"):
            documents.append(other)
    for place, document in enumerate(documents, start=1):
        yield document, place == len(documents)


def _ingest_one(sessions: sessionmaker[Session], delivery: Delivery, since: str, after: str) -> Verdict:
    """One document in one transaction, its place in the feed included."""
    document, database = delivery.document, delivery.database

    def judge(session: Session) -> Verdict:
        # First, so that a second process waits here and then finds the work done.
        _advance(session, database, since, after, delivery.received_at)
        return _judge(session, delivery)

    try:
        verdict = in_transaction(sessions, judge)
    except (*BROKEN, Overtaken):
        raise
    except Exception as error:
        # A mistake of the program must not stop a technician's feed, nor lose the document.
        log.exception("ingest_failed", database=database, document=document.get("_id"))
        with sessions.begin() as session:
            _advance(session, database, since, after, delivery.received_at)
            verdict = quarantine(session, delivery, reason=_failed(error))
    log.info(
        "event_ingested",
        document=document.get("_id"),
        order=document.get("order"),
        status=verdict.status,
        codes=verdict.codes,
        duplicate=verdict.duplicate,
    )
    return verdict


def _judge(session: Session, delivery: Delivery) -> Verdict:
    event = str(delivery.document.get("_id"))
    if not event.startswith(EVENT):
        return quarantine(session, delivery, reason=Message("quarantine.unexpected_document"))
    verdict = ingest_event(
        session,
        delivery.document,
        database=delivery.database,
        revision=delivery.revision,
        received_at=delivery.received_at,
    )
    if verdict.duplicate:
        _answer_again(session, delivery.database.removeprefix("tech-"), event, delivery.received_at)
    return verdict


def _answer_again(session: Session, technician: str, event: str, now: datetime) -> None:
    """Whoever sends an event again may never have got the answer, or the answer was purged since."""
    waiting = select(Outbox.id).where(
        Outbox.technician_id == technician,
        Outbox.topic == "ack",
        Outbox.key == event,
        Outbox.published_at.is_(None),
    )
    if session.scalar(waiting.limit(1)) is None:
        tell(session, technician, "ack", event, now=now)


def _went_back(before: str, newest: str) -> bool:
    """Positions count changes up to their first dash; fewer than before is another database of that name."""
    counts = [part.partition("-")[0] for part in (before, newest)]
    return all(map(str.isdigit, counts)) and int(counts[1]) < int(counts[0])


def _checkpoint(session: Session, database: str) -> str:
    return (
        session.scalar(select(IngestCheckpoint.since).where(IngestCheckpoint.database == database))
        or BEGINNING
    )


def _advance(session: Session, database: str, since: str, after: str, heard: datetime | None) -> None:
    """Move the checkpoint from `since` to `after`. Raises Overtaken when it is not at `since` any more."""
    place = {"feed": database, "place": since, "after": after}
    statement = _MOVE if heard is None else _MOVE_AND_HEAR
    moved = session.connection().execute(statement, place if heard is None else place | {"heard": heard})
    if moved.rowcount:
        return
    if since != BEGINNING:
        raise Overtaken(database)
    first = upsert(session, IngestCheckpoint).values(database=database, since=after, last_event_at=heard)
    first = first.on_conflict_do_nothing()
    if session.scalar(first.returning(IngestCheckpoint.database)) is None:
        raise Overtaken(database)


def _failed(error: Exception) -> Message:
    return Message.of("quarantine.ingest_failed", error=type(error).__name__)
