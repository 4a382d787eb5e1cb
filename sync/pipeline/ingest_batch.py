"""Documents of one feed judged together: a batch in one transaction, or in smaller ones when that fails.

A document, all it causes and the place in the feed commit together, so a crash anywhere leaves either
everything of it or nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.failures import stops_everything
from sync.protocol.device_order import in_device_order
from sync.stores.contract import Change, DocumentStore
from workorders.messages.message import Message
from workorders.tables import IngestCheckpoint, Outbox
from workorders.tables.dialect import upsert
from workorders.usecases.field.batch import EventBatch
from workorders.usecases.field.delivery import Acknowledgement, Delivery
from workorders.usecases.field.events import ingest_of
from workorders.usecases.field.quarantine import quarantine
from workorders.usecases.history import enqueue
from workorders.usecases.lost_races import in_transaction, is_contention

log = structlog.get_logger()
BEGINNING = "0"
"""Where a feed nobody has read stands."""
_CHECKPOINT = cast(Table, IngestCheckpoint.__table__)
EVENT = "event:"
TOGETHER = 100
"""Documents that share a transaction: enough that what all need costs each little, and few enough that
nobody waits long for an order or an account that one of them has locked."""
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


class Refused(Exception):  # noqa: N818 - named for what happened
    """The database takes something of a batch in no way; nothing of it was written."""


def in_batches(
    store: DocumentStore, database: str, rows: Sequence[Change], since: str, clock: Callable[[], datetime]
) -> Iterator[list[tuple[Delivery, str]]]:
    """The documents of a feed, at most TOGETHER at a time, each with the place of the feed after it."""
    together: list[tuple[Delivery, str]] = []
    for change, after in in_device_order(rows, since):
        for document, last in _leaves(store, database, change):
            since = after if last else since
            together.append((Delivery(document, database, str(document.get("_rev", "")), clock()), since))
            if len(together) == TOGETHER:
                yield together
                together = []
    if together:
        yield together


def is_over(until: float | None) -> bool:
    """Whether the turn that ends at `until` (time.monotonic()) is over; None: it does not end."""
    return until is not None and time.monotonic() >= until


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


def ingest_batch(
    sessions: sessionmaker[Session], together: list[tuple[Delivery, str]], since: str, until: float | None
) -> tuple[str, list[Acknowledgement]]:
    """Some documents in one transaction, the place in the feed included; the place that was reached.

    What cannot be done together is done in halves, and what fails by itself is kept aside.
    """
    database = together[0][0].database

    def judge(session: Session) -> tuple[str, list[Acknowledgement]]:
        # First, so that a second process waits here and then finds the work done.
        advance(session, database, since, since, None)
        batch = EventBatch(session, [delivery for delivery, _place in together], waits=True)
        answers = []
        for delivery, place in together:
            answers.append(_judge(batch, delivery))
            if is_over(until) and place != since:
                break
        try:
            batch.write()
        except (IntegrityError, DataError) as refusal:
            # Not to be tried again as it is: each by itself finds out whose it is, and makes it a case.
            raise Refused from refusal
        advance(session, database, since, place, delivery.received_at)
        return place, answers

    if len(together) > 1:
        try:
            reached, answers = in_transaction(sessions, judge)
        except Overtaken:
            raise
        except Exception as error:
            if stops_everything(error):
                raise
            log.warning("batch_undone", database=database, documents=len(together), error=repr(error))
        else:
            _log(zip(together, answers, strict=False))
            return reached, answers
        return _ingest_halves(sessions, together, since, until)
    [(delivery, place)] = together
    return place, [_ingest_one(sessions, delivery, since, place)]


def _ingest_halves(
    sessions: sessionmaker[Session], together: list[tuple[Delivery, str]], since: str, until: float | None
) -> tuple[str, list[Acknowledgement]]:
    """The same documents in two transactions, so that the one that fails is soon by itself."""
    middle = len(together) // 2
    reached, answers = ingest_batch(sessions, together[:middle], since, until)
    if is_over(until) and reached != since:
        return reached, answers
    reached, more = ingest_batch(sessions, together[middle:], reached, until)
    return reached, answers + more


def _log(judged: Iterable[tuple[tuple[Delivery, str], Acknowledgement]]) -> None:
    for (delivery, _place), answer in judged:
        log.info(
            "event_ingested",
            document=delivery.document.get("_id"),
            order=delivery.document.get("order"),
            status=answer.status,
            codes=answer.codes,
            duplicate=answer.duplicate,
        )


def _ingest_one(
    sessions: sessionmaker[Session], delivery: Delivery, since: str, after: str
) -> Acknowledgement:
    """One document in one transaction, its place in the feed included."""
    document, database = delivery.document, delivery.database

    def judge(session: Session) -> Acknowledgement:
        # First, so that a second process waits here and then finds the work done.
        advance(session, database, since, after, delivery.received_at)
        batch = EventBatch(session, [delivery])
        answer = _judge(batch, delivery)
        batch.write()
        return answer

    try:
        answer = in_transaction(sessions, judge)
    except Overtaken:
        raise
    except Exception as error:
        if stops_everything(error) or is_contention(error):
            raise
        # A mistake of the program must not stop a technician's feed, nor lose the document.
        log.exception("ingest_failed", database=database, document=document.get("_id"))
        reason = _failed(error)

        def set_aside(session: Session) -> Acknowledgement:
            advance(session, database, since, after, delivery.received_at)
            return quarantine(session, delivery, reason=reason)

        answer = in_transaction(sessions, set_aside)
    _log([((delivery, after), answer)])
    return answer


def _judge(batch: EventBatch, delivery: Delivery) -> Acknowledgement:
    event = str(delivery.document.get("_id"))
    if not event.startswith(EVENT):
        return quarantine(batch.session, delivery, reason=Message("quarantine.unexpected_document"))
    answer = ingest_of(batch, delivery)
    if answer.duplicate:
        _answer_again(batch.session, delivery.database.removeprefix("tech-"), event, delivery.received_at)
    return answer


def _answer_again(session: Session, technician: str, event: str, now: datetime) -> None:
    """Whoever sends an event again may never have got the answer, or the answer was purged since."""
    waiting = select(Outbox.id).where(
        Outbox.technician_id == technician,
        Outbox.topic == "ack",
        Outbox.key == event,
        Outbox.is_waiting(),
    )
    if session.scalar(waiting.limit(1)) is None:
        enqueue(session, technician, "ack", event, now=now)


def advance(session: Session, database: str, since: str, after: str, heard: datetime | None) -> None:
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
