"""Outbox → documents: every technician's database says what the office decided, at least once.

A subject is rendered as it is now, so many changes cost one document, and a document that would say the
same again is not written. Rows stay waiting until their document is in the store; a crash in between
renders it once more. One publisher at a time (the worker); a second one only repeats work.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.refill import DAYS, is_filled, refill
from sync.pipeline.render import render, render_reference
from sync.stores.contract import DatabaseMissing, DocumentStore
from workorders.problems import Problem
from workorders.tables import Outbox, Technician
from workorders.usecases.history import REFERENCES

CHUNK = 500
"""Outbox ids in one UPDATE: below the 999 variables that older SQLite builds allow."""

Document = dict[str, Any]


Routes = list[tuple[str, str]]
"""(technician id, day) of routes that are about to be told."""


def publish_pending(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    *,
    now: datetime,
    limit: int = 500,
    find_ways: Callable[[Routes], None] | None = None,
) -> int:
    """Publish up to `limit` waiting outbox rows and return how many were handled.

    `find_ways` is called with the routes among them before they are rendered, to compute their drives.
    Raises sync.stores.contract.StoreUnavailable; the rows that were not published keep waiting then.
    """
    with sessions() as session:
        rows = session.execute(
            select(Outbox.id, Outbox.technician_id, Outbox.topic, Outbox.key)
            .where(Outbox.published_at.is_(None))
            .order_by(Outbox.id)
            .limit(limit)
        ).all()
        ids: dict[str, list[int]] = {}
        subjects: dict[str, dict[tuple[str, str], int]] = {}
        for row in rows:
            ids.setdefault(row.technician_id, []).append(row.id)
            subjects.setdefault(row.technician_id, {})[row.topic, row.key] = row.id
    routes = [(t, key) for t, wanted in subjects.items() for topic, key in wanted if topic == "route"]
    if routes and find_ways is not None:
        find_ways(routes)
    with sessions() as session:
        documents = {
            technician: render(session, technician, wanted, now=now)
            for technician, wanted in subjects.items()
        }
    # The session is closed: the embedded store writes to the same database and must not wait for us.
    for technician, wanted in documents.items():
        _write(sessions, store, technician, wanted, now)
        _mark(sessions, ids[technician], now=now)
    return len(rows)


def ensure_technician(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    technician_id: str,
    *,
    now: datetime,
    days: int = DAYS,
) -> None:
    """Make sure that a technician has a database with all reference documents; safe to repeat.

    One that was lost is filled again with what the last `days` days need. Raises Problem `not_found`, and
    sync.stores.contract.StoreUnavailable.
    """
    with sessions() as session:
        technician = session.get(Technician, technician_id)
        if technician is None:
            raise Problem("not_found", what="technician", key=technician_id)
        documents = {
            f"ref:{name}": render_reference(session, technician_id, name, now=now) for name in REFERENCES
        }
    database = f"tech-{technician_id}"
    if not is_filled(store, database):
        refill(sessions, store, technician_id, now=now, days=days, references=False)
    store.ensure_database(database, members=(database,))
    store.put_documents(database, documents)


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
    found = {}
    for doc_id, document in documents.items():
        if doc_id.startswith("order:"):
            stored = store.get_document(database, doc_id)
            if stored is not None and _is_old_news(stored, document):
                continue
        found[doc_id] = document
    return found


def _is_old_news(stored: Mapping[str, Any], document: Document) -> bool:
    """The stored order says the same, or was written from a later state by another publisher."""
    return stored.get("server_seq", 0) > document["server_seq"] or _said(stored) == _said(document)


def _said(document: Mapping[str, Any]) -> Document:
    said = {key: value for key, value in document.items() if not key.startswith("_") and key != "server_seq"}
    balance = said.get("balance")
    if isinstance(balance, Mapping):
        said["balance"] = {"cents": balance.get("cents")}
    return said


def _mark(sessions: sessionmaker[Session], ids: Iterable[int], *, now: datetime) -> None:
    every = list(ids)
    with sessions.begin() as session:
        for start in range(0, len(every), CHUNK):
            session.execute(
                update(Outbox)
                .where(Outbox.id.in_(every[start : start + CHUNK]), Outbox.published_at.is_(None))
                .values(published_at=now)
                .execution_options(synchronize_session=False)
            )
