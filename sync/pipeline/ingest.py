"""Documents → facts: each event of a technician's database in one transaction with all it causes.

Fact, order, meter, read, entries, acknowledgement and the place in the feed commit together, so a crash
anywhere leaves either everything of an event or nothing. Documents are read before the transaction opens:
the embedded store lives in the same database.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

import structlog
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.failures import code_of, next_try, stops_everything
from sync.pipeline.refill import DAYS, is_filled, refill
from sync.protocol.device_order import in_device_order
from sync.stores.contract import Change, DatabaseMissing, DocumentStore, StoreUnavailable
from workorders.messages.message import Message
from workorders.tables import IngestCheckpoint, Outbox, Quarantine, Technician
from workorders.tables.dialect import upsert
from workorders.usecases.field.delivery import Delivery, Verdict
from workorders.usecases.field.events import ingest_event
from workorders.usecases.field.quarantine import quarantine
from workorders.usecases.field.quarantine_review import judge_again
from workorders.usecases.history import tell
from workorders.usecases.lost_races import in_transaction, is_contention
from workorders.usecases.orders.follow_on import release_silent, silent_orders

log = structlog.get_logger()
BEGINNING = "0"
_CHECKPOINT = cast(Table, IngestCheckpoint.__table__)
EVENT = "event:"
OURS = ("order:", "route:", "ack:", "ref:", "_design/", "_local/")
"""What the server itself writes into a technician's database."""
_MOVE = (
    update(_CHECKPOINT)
    .where(_CHECKPOINT.c.database == bindparam("feed"), _CHECKPOINT.c.since == bindparam("place"))
    .values(since=bindparam("after"), failures=0, next_try_at=None)
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
    round_seconds: float | None = None,
) -> IngestResult:
    """Ingest up to `limit` changes of every technician's database.

    Inactive technicians count too: a tablet may bring its facts after its holder has left. A database that
    was lost meanwhile is made again, and filled with what the last `days` days need. With
    `round_seconds` databases take turns of equal time within it, so that one tablet's flood keeps nobody
    else's answers waiting.
    """
    with sessions() as session:
        told = session.execute(select(Technician.id, Technician.active).order_by(Technician.id))
        active = {f"tech-{row.id}": row.active for row in told}
        checkpoints = session.scalars(select(IngestCheckpoint)).all()
        read = {row.database: row.since for row in checkpoints}
        now = clock()
        delayed = {row.database for row in checkpoints if row.next_try_at and row.next_try_at > now}
    positions = store.positions(list(active))
    for name, works in active.items():
        newest = positions.get(name)
        suspect = works if newest is None else _went_back(read.get(name, BEGINNING), newest)
        if suspect and name not in delayed:
            _alone(sessions, store, name, partial(_fill, sessions, store, name, clock, days), clock)
    # A quiet database costs nothing: its newest position is where the checkpoint stands.
    fresh = [name for name, newest in positions.items() if newest != read.get(name) and name not in delayed]
    result = IngestResult()
    for name in fresh:
        until = None if round_seconds is None else time.monotonic() + round_seconds / len(fresh)
        turn = partial(ingest_database, sessions, store, name, clock=clock, limit=limit, until=until)
        result += _alone(sessions, store, name, turn, clock)
    return result


def _fill(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    name: str,
    clock: Callable[[], datetime],
    days: int,
) -> IngestResult:
    if not is_filled(store, name):
        refill(sessions, store, name.removeprefix("tech-"), now=clock(), days=days)
    return IngestResult()


def _alone(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    name: str,
    act: Callable[[], IngestResult],
    clock: Callable[[], datetime],
) -> IngestResult:
    """Do something about one database. What stops only its feed is written down, and it waits alone."""
    try:
        return act()
    except Exception as error:
        if stops_everything(error):
            raise
        if isinstance(error, StoreUnavailable):
            # One database of a cluster may be away while the others answer.
            store.database_names()
        log.exception("feed_failed", database=name)
        _delay(sessions, name, code_of(error, "feed_failed"), clock())
        return IngestResult()


def ingest_database(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    database: str,
    *,
    clock: Callable[[], datetime],
    limit: int = 500,
    until: float | None = None,
) -> IngestResult:
    """Ingest up to `limit` changes of one database from where its checkpoint stands.

    At `until` (time.monotonic()) it stops, but not before it has judged a document. A missing database has
    nothing to ingest. Raises sync.stores.contract.StoreUnavailable, sqlalchemy's OperationalError, and a race
    lost many times over; what was committed before stays, and the rest is found again.
    """
    with sessions() as session:
        since = _checkpoint(session, database)
    try:
        batch = store.changes(database, since=since, limit=limit)
    except DatabaseMissing:
        return IngestResult()
    begun, reached = since, batch.last_seq
    result = IngestResult(reached=len(batch.rows))
    try:
        for change, after in in_device_order(batch.rows, since):
            for document, last in _leaves(store, database, change):
                place = after if last else since
                delivery = Delivery(document, database, str(document.get("_rev", "")), clock())
                verdict = _ingest_one(sessions, delivery, since, place)
                result = result.counting(verdict)
                since = place
            if _is_over(until) and result.handled and after != begun:
                reached = after
                break
        if reached != since:
            with sessions.begin() as session:
                _advance(session, database, since, reached, None)
    except Overtaken:
        log.info("feed_overtaken", database=database)
    return result


def _is_over(until: float | None) -> bool:
    return until is not None and time.monotonic() >= until


def retry_feed(session: Session, database: str) -> None:
    """Read a delayed feed at the next round. Never commits."""
    session.execute(
        update(IngestCheckpoint).where(IngestCheckpoint.database == database).values(next_try_at=None)
    )


def release_overdue(sessions: sessionmaker[Session], *, now: datetime) -> int:
    """Send out reconnects whose tablet has been silent too long; returns how many."""
    with sessions() as session:
        if not silent_orders(session, now=now):
            return 0
    return in_transaction(sessions, lambda session: release_silent(session, now=now))


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
    except Overtaken:
        raise
    except Exception as error:
        if stops_everything(error) or is_contention(error):
            raise
        # A mistake of the program must not stop a technician's feed, nor lose the document.
        log.exception("ingest_failed", database=database, document=document.get("_id"))
        reason = _failed(error)

        def set_aside(session: Session) -> Verdict:
            _advance(session, database, since, after, delivery.received_at)
            return quarantine(session, delivery, reason=reason)

        verdict = in_transaction(sessions, set_aside)
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
        Outbox.is_waiting(),
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


def _delay(sessions: sessionmaker[Session], database: str, code: str, now: datetime) -> None:
    """Write down that a feed could not be read on, and when it is tried again."""
    with sessions.begin() as session:
        row = session.get(IngestCheckpoint, database, with_for_update=True)
        if row is None:
            row = IngestCheckpoint(database=database, since=BEGINNING, failures=0)
            session.add(row)
        row.failures += 1
        row.last_error, row.failed_at = code, now
        row.next_try_at = next_try(row.failures, now)


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
