"""Documents → facts: the events of a technician's database, in transactions with all they cause.

Fact, order, meter, read, entries, acknowledgement and the place in the feed commit together, so a crash
anywhere leaves either everything of an event or nothing. A batch of events shares a transaction; when
anything in it fails, all of it is undone and each event gets a transaction of its own, so that a poisoned
one costs only itself. Documents are read before the transaction opens: the embedded store lives in the same
database.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial, reduce

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.failures import code_of, next_try, stops_everything
from sync.pipeline.ingest_batch import BEGINNING, Overtaken, advance, in_batches, ingest_batch, is_over
from sync.pipeline.refill import DAYS, is_filled, refill
from sync.stores.contract import DatabaseMissing, DocumentStore, StoreUnavailable
from workorders.tables import IngestCheckpoint, Quarantine, Technician
from workorders.usecases.field.delivery import Acknowledgement
from workorders.usecases.field.quarantine_review import judge_again
from workorders.usecases.lost_races import in_transaction
from workorders.usecases.orders.follow_on import release_silent, silent_orders

log = structlog.get_logger()


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

    def counting(self, answer: Acknowledgement) -> "IngestResult":
        """This result and one more answer."""
        if answer.duplicate:
            return self + IngestResult(duplicates=1)
        return self + IngestResult(
            posted=int(answer.status == "posted"),
            review=int(answer.status == "review"),
            quarantined=int(answer.status == "quarantined"),
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
        rows = session.execute(select(Technician.id, Technician.active).order_by(Technician.id))
        active = {f"tech-{row.id}": row.active for row in rows}
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
        since = read.get(name, BEGINNING)
        turn = partial(
            ingest_database, sessions, store, name, clock=clock, limit=limit, until=until, since=since
        )
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
    since: str | None = None,
) -> IngestResult:
    """Ingest up to `limit` changes of one database from where its checkpoint stands, `since` if it is known.

    At `until` (time.monotonic()) it stops, but not before it has judged a document. A missing database has
    nothing to ingest. Raises sync.stores.contract.StoreUnavailable, sqlalchemy's OperationalError, and a race
    lost many times over; what was committed before stays, and the rest is found again.
    """
    if since is None:
        with sessions() as session:
            since = _checkpoint(session, database)
    try:
        batch = store.changes(database, since=since, limit=limit)
    except DatabaseMissing:
        return IngestResult()
    reached = batch.last_seq
    result = IngestResult(reached=len(batch.rows))
    try:
        for together in in_batches(store, database, batch.rows, since, clock):
            done, answers = ingest_batch(sessions, together, since, until)
            result = reduce(IngestResult.counting, answers, result)
            moved, since = done != since, done
            if is_over(until) and answers and moved:
                reached = since
                break
        if reached != since:
            with sessions.begin() as session:
                advance(session, database, since, reached, None)
    except Overtaken:
        log.info("feed_overtaken", database=database)
    return result


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

        def judge(session: Session, kept: int = kept) -> Acknowledgement:
            return judge_again(session, kept, now=clock(), actor="curbstop")

        answer = in_transaction(sessions, judge)
        result = result.counting(answer)
    return result


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
