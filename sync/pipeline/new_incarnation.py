"""Technicians' databases after the server's own was put back from a backup.

Tablets hold what was published since: later places in the feeds, later revisions of orders. Nothing of
that may outrank what the office says from now on. Feeds get another identity, so that everybody reads
them from the beginning; tablets' checkpoints go, so that they offer again what they have; and each of the
server's documents is written anew so many generations higher that no revision published before wins
against it.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.refill import DAYS, refill
from sync.protocol.winner import generation
from sync.stores.contract import Change, DatabaseMissing, DocumentStore
from sync.stores.sql.tables import sync_database, sync_local
from workorders.queries.pieces import pieces
from workorders.tables import FieldEvent, Incarnation, IngestCheckpoint, Order, Quarantine, Technician
from workorders.usecases.district.incarnation import current_incarnation
from workorders.usecases.history import enqueue

log = structlog.get_logger()
T = TypeVar("T")
MARK = "curbstop-incarnation"
PAGE = 500
RAISED = ("order:", "route:", "ack:", "ref:")
"""What the server writes; events are the tablets' and stay what they are."""


def begin_feeds(session: Session) -> None:
    """Give every embedded database another identity and forget tablets' checkpoints; the caller commits.

    Places in a feed name the identity they belong to: an older one counts as the beginning.
    """
    checkpoints = {row.database: row for row in session.scalars(select(IngestCheckpoint))}
    rows = session.execute(select(sync_database.c.id, sync_database.c.name, sync_database.c.uuid)).all()
    for id_, name, before in rows:
        after = secrets.token_hex(16)
        # Another count of purges makes tablets compare what they hold with what is here.
        purges = sync_database.c.purge_seq + 1 + secrets.randbelow(1_000_000)
        session.execute(
            update(sync_database).where(sync_database.c.id == id_).values(uuid=after, purge_seq=purges)
        )
        checkpoint = checkpoints.get(name)
        if checkpoint is not None:
            place, _, life = checkpoint.since.partition("-")
            if life == before[:12]:
                checkpoint.since = f"{place}-{after[:12]}"
    session.execute(delete(sync_local).where(sync_local.c.owner != ""))


def continue_documents(
    sessions: sessionmaker[Session], store: DocumentStore, *, now: datetime, days: int = DAYS
) -> int:
    """Raise what every technician's database holds, if the incarnation still waits for that; how many.

    It may be repeated after a crash. Raises sync.stores.contract.StoreUnavailable; the rest waits then.
    """
    with sessions() as session:
        life = current_incarnation(session)
        if life is None or life.documents_raised_at is not None:
            return 0
        technicians = list(session.scalars(select(Technician).order_by(Technician.id)))
    raised = 0
    for technician in technicians:
        raised += _continue(sessions, store, technician, life, now)
        if technician.active:
            refill(sessions, store, technician.id, now=now, days=days)
    with sessions.begin() as session:
        session.get_one(Incarnation, life.number).documents_raised_at = now
    log.info("documents_raised", incarnation=life.number, documents=raised)
    return raised


def _continue(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    technician: Technician,
    life: Incarnation,
    now: datetime,
) -> int:
    database = technician.database
    try:
        done = store.get_local(database, MARK) or {}
        rows = [] if done.get("number") == life.number else list(_ours(store, database))
    except DatabaseMissing:
        return 0
    with sessions() as session:
        known = _known(session, rows)
    for change in rows:
        if change.doc_id not in known:
            # A store that was not put back names orders and answers that the records do not have.
            store.remove_document(database, change.doc_id)
    kept = [change for change in rows if change.doc_id in known]
    for part in pieces(kept):
        store.write_leaves(database, [_raised(change, life) for change in part])
        store.purge(database, {change.doc_id: change.revs for change in part})
    with sessions.begin() as session:
        for change in kept:
            if change.doc_id.startswith("route:"):
                enqueue(session, technician.id, "route", change.doc_id.removeprefix("route:"), now=now)
    store.put_local(database, MARK, {"number": life.number})
    return len(kept)


def _ours(store: DocumentStore, database: str) -> Iterator[Change]:
    since = "0"
    while True:
        batch = store.changes(database, since=since, limit=PAGE, include_docs=True)
        yield from (row for row in batch.rows if row.doc_id.startswith(RAISED) and not row.deleted)
        since = batch.last_seq
        if not batch.pending:
            return


def _known(session: Session, rows: Iterable[Change]) -> set[str]:
    """The documents whose subject the records have."""
    ids = [row.doc_id for row in rows]
    known = {id_ for id_ in ids if id_.startswith(("route:", "ref:"))}
    orders = [id_.removeprefix("order:") for id_ in ids if id_.startswith("order:")]
    events = [id_.removeprefix("ack:") for id_ in ids if id_.startswith("ack:")]
    for part in pieces(orders):
        found = session.scalars(select(Order.number).where(Order.number.in_(part)))
        known |= {f"order:{number}" for number in found}
    for part in pieces(events):
        for column in (FieldEvent.id, Quarantine.document_id):
            known |= {f"ack:{event}" for event in session.scalars(select(column).where(column.in_(part)))}
    return known


def _raised(change: Change, life: Incarnation) -> dict[str, Any]:
    """The document as it is, as a revision without ancestors that none published before outranks."""
    winner = change.revs[0]
    raised = generation(winner) + life.generation_step
    digest = hashlib.sha256(f"{life.number}|{change.doc_id}|{winner}".encode()).hexdigest()[:32]
    said = {name: value for name, value in (change.doc or {}).items() if not name.startswith("_")}
    if "server_seq" in said:
        said["server_seq"] = life.sequence_floor
    revisions = {"start": raised, "ids": [digest]}
    return said | {"_id": change.doc_id, "_rev": f"{raised}-{digest}", "_revisions": revisions}
