"""Outbox → documents: every technician's database says what the office decided, at least once.

A subject is rendered as it is now, so many changes cost one document, and a document that would say the
same again is not written. Rows stay waiting until their document is in the store; a crash in between
renders it once more. One publisher at a time (the worker); a second one only repeats work. A document that
cannot be rendered or written waits by itself, longer after each failure, and delays nobody else's.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import orjson
import structlog
from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.failures import RenderFailed, code_of, stops_everything
from sync.pipeline.outbox import record
from sync.pipeline.refill import DAYS, enqueue_held, is_filled, refill
from sync.pipeline.render import render, render_reference
from sync.stores.contract import DatabaseMissing, DocumentStore, StoreUnavailable
from workorders.problems import Problem
from workorders.tables import Outbox, Technician
from workorders.usecases.history import REFERENCES
from workorders.usecases.lost_races import is_lost_race

log = structlog.get_logger()
T = TypeVar("T")
Document = dict[str, Any]
Subject = tuple[str, str]
"""(topic, key) of an outbox row."""
OWN = "technician"
"""The one of REFERENCES that each technician has for themselves."""
WRITTEN_WITH = ("ref:settings", "ref:catalogue")
"""What the words and forms in a technician's other documents rest on."""
Routes = list[tuple[str, str]]
"""(technician id, day) of routes that are about to be published."""


def publish_pending(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    *,
    clock: Callable[[], datetime],
    limit: int = 500,
    find_ways: Callable[[Routes], None] | None = None,
) -> int:
    """Publish up to `limit` subjects that wait in the outbox and return how many were handled.

    `clock` is read again once a technician's documents are written: an order is published when it lies in
    the database, and a tablet that was heard before cannot have seen it.
    `find_ways` is called with the routes among them before they are rendered, to compute their drives.
    Raises sync.stores.contract.StoreUnavailable when the store as a whole does not answer; the rows that were
    not published keep waiting then.
    """
    with sessions() as session:
        turns = _turns(session, clock(), limit)
    _compute_ways(turns, find_ways)
    with ThreadPoolExecutor(store.parallel_writes) as writers:
        begun = _begun(sessions, store, turns, clock, writers)
        for turn in _a_few_ahead(begun, store.parallel_writes):
            failed = _settled(sessions, store, turn)
            done = {subject: seq for subject, seq in turn.subjects.items() if subject not in failed}
            why = {subject: (turn.subjects[subject], code) for subject, code in failed.items()}
            record(sessions, turn.technician, done, why, clock())
    return sum(map(len, turns.values()))


@dataclass(frozen=True, slots=True)
class _Turn:
    """One technician's part of a round; `written` ends when the documents rendered at `now` are stored."""

    technician: str
    subjects: Mapping[Subject, int]
    now: datetime
    written: "Future[None]"


def _begun(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    turns: Mapping[str, Mapping[Subject, int]],
    clock: Callable[[], datetime],
    writers: ThreadPoolExecutor,
) -> Iterator[_Turn]:
    """Render technician after technician and hand the documents on."""
    for technician, subjects in turns.items():
        written: Future[None] = Future()
        now = clock()
        try:
            documents = _rendered(sessions, technician, subjects, now)
            if store.parallel_writes > 1:
                written = writers.submit(_write, sessions, store, technician, documents, now)
            else:
                _write(sessions, store, technician, documents, now)
                written.set_result(None)
        except Exception as error:
            written.set_exception(error)
        yield _Turn(technician, subjects, now, written)


def _a_few_ahead(begun: Iterator[T], most: int) -> Iterator[T]:
    """Yield in order, having begun up to `most` beyond the one that is waited for: a distant store is waited
    for in common, and one in this process has nothing begun beside it.
    """
    held: deque[T] = deque()
    for one in begun:
        held.append(one)
        if len(held) >= most:
            yield held.popleft()
    yield from held


def _due() -> Select[tuple[str, str, str, int, int]]:
    """The newest number of each subject that is due, and its place among its technician's."""
    due = Outbox.is_waiting() & (Outbox.next_try_at.is_(None) | (Outbox.next_try_at <= bindparam("now")))
    newest = (
        select(Outbox.technician_id, Outbox.topic, Outbox.key, func.max(Outbox.id).label("seq"))
        .where(due)
        .group_by(Outbox.technician_id, Outbox.topic, Outbox.key)
        .subquery()
    )
    place = func.row_number().over(partition_by=newest.c.technician_id, order_by=newest.c.seq)
    ranked = select(newest, place.label("place")).subquery()
    return select(ranked).order_by(ranked.c.place, ranked.c.seq).limit(bindparam("limit", type_=Integer))


_DUE = _due()
"""Built once: every round begins with it, most of them to find nothing."""


def _turns(session: Session, now: datetime, limit: int) -> dict[str, dict[Subject, int]]:
    """The newest number of each subject that is due, by technician; all first ones before anybody's second.

    So a technician with thousands of changes takes no more of a round than one with a single change.
    """
    rows = session.execute(_DUE, {"now": now, "limit": limit})
    turns: dict[str, dict[Subject, int]] = {}
    for row in rows:
        turns.setdefault(row.technician_id, {})[row.topic, row.key] = row.seq
    return turns


def _compute_ways(
    turns: Mapping[str, Mapping[Subject, int]], find_ways: Callable[[Routes], None] | None
) -> None:
    """Compute the drives of the routes among `turns`; a route whose drive fails is published without it."""
    routes = [(name, key) for name, subjects in turns.items() for topic, key in subjects if topic == "route"]
    if not routes or find_ways is None:
        return
    try:
        find_ways(routes)
    except Exception as error:
        if stops_everything(error):
            raise
        for route in routes:
            try:
                find_ways([route])
            except Exception as of_one:
                if stops_everything(of_one):
                    raise
                log.exception("way_failed", technician=route[0], day=route[1])


def _settled(sessions: sessionmaker[Session], store: DocumentStore, turn: _Turn) -> dict[Subject, str]:
    """Wait until one technician's documents are written, and write them one by one when that fails.

    Returns the code of each subject that failed by itself. Raises what concerns all of them: the database
    or the store does not answer.
    """
    technician = turn.technician
    try:
        turn.written.result()
    except Exception as error:
        _raise_if_all_wait(store, error)
        if not is_lost_race(error):
            log.warning("batch_failed", technician=technician, reason=repr(error))
    else:
        return {}
    failed = {}
    for subject, seq in turn.subjects.items():
        try:
            documents = _rendered(sessions, technician, {subject: seq}, turn.now)
            _write(sessions, store, technician, documents, turn.now)
        except Exception as error:
            _raise_if_all_wait(store, error)
            failed[subject] = code_of(error, "publish_failed")
            log.exception("publish_failed", technician=technician, topic=subject[0], key=subject[1])
    return failed


def _rendered(
    sessions: sessionmaker[Session], technician: str, subjects: Mapping[Subject, int], now: datetime
) -> dict[str, Document]:
    # The session is closed at once: the embedded store writes to the same database and must not wait for us.
    with sessions() as session:
        try:
            return render(session, technician, subjects, now=now)
        except Exception as error:
            if stops_everything(error) or is_lost_race(error):
                raise
            raise RenderFailed from error


def _raise_if_all_wait(store: DocumentStore, error: Exception) -> None:
    """Raise `error` when it says nothing about what was being published, so that all of it waits."""
    if stops_everything(error):
        raise error
    if isinstance(error, StoreUnavailable):
        # One database of a cluster may be away, or refuse a document, while the others answer.
        store.database_names()


def ensure_technician(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    technician_id: str,
    *,
    now: datetime,
    days: int = DAYS,
    shared: dict[str, Document] | None = None,
) -> None:
    """Make sure that a technician has a database with all reference documents; safe to repeat.

    One that was lost is filled again with what the last `days` days need. Where the district's settings or
    the catalogue say something new, what tablets hold is enqueued to say it too. `shared` keeps the documents
    that are the same for everybody from one call to the next. Raises Problem `not_found`, and
    sync.stores.contract.StoreUnavailable.
    """
    kept = {} if shared is None else shared
    with sessions() as session:
        technician = session.get(Technician, technician_id)
        if technician is None:
            raise Problem("not_found", what="technician", key=technician_id)
        for name in REFERENCES:
            if name == OWN or name not in kept:
                kept[name] = _plain(render_reference(session, technician_id, name, now=now))
    documents = {f"ref:{name}": kept[name] for name in REFERENCES}
    database = f"tech-{technician_id}"
    stored: dict[str, Document] = {}
    if is_filled(store, database):
        stored = store.get_documents(database, list(documents))
        if any(_differs(stored.get(name), documents[name]) for name in WRITTEN_WITH):
            with sessions.begin() as session:
                enqueue_held(session, technician_id, now=now)
    else:
        refill(sessions, store, technician_id, now=now, days=days, references=False)
    store.ensure_database(database, members=(database,))
    new = {name: one for name, one in documents.items() if name not in stored or _differs(stored[name], one)}
    if new:
        store.put_documents(database, new)


def _plain(document: Document) -> Document:
    """A document as it comes back from a store."""
    read: Document = orjson.loads(orjson.dumps(document))
    return read


def _differs(stored: Document | None, document: Document) -> bool:
    return stored is not None and _content(stored) != document


def _write(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    technician: str,
    documents: Mapping[str, Document],
    now: datetime,
) -> None:
    database = f"tech-{technician}"
    try:
        store.put_documents(database, _changed(store, database, documents))
    except DatabaseMissing:
        refill(sessions, store, technician, now=now)
        store.put_documents(database, documents)


def _changed(store: DocumentStore, database: str, documents: Mapping[str, Document]) -> dict[str, Document]:
    """The documents that say something new; an order's number and time of writing are nothing new."""
    orders = [doc_id for doc_id in documents if doc_id.startswith("order:")]
    stored = store.get_documents(database, orders) if orders else {}
    old = {doc_id for doc_id, before in stored.items() if _is_old_news(before, documents[doc_id])}
    return {doc_id: document for doc_id, document in documents.items() if doc_id not in old}


def _is_old_news(stored: Mapping[str, Any], document: Document) -> bool:
    """The stored order says the same, or was written from a later state by another publisher."""
    return stored.get("server_seq", 0) > document["server_seq"] or _said(stored) == _said(document)


def _content(document: Mapping[str, Any]) -> Document:
    return {key: value for key, value in document.items() if not key.startswith("_")}


def _said(document: Mapping[str, Any]) -> Document:
    said = {key: value for key, value in _content(document).items() if key != "server_seq"}
    balance = said.get("balance")
    if isinstance(balance, Mapping):
        said["balance"] = {"cents": balance.get("cents")}
    return said
