"""What is done and published leaves a technician's database, so that a new tablet's first sync stays short.

Purged, not deleted: a tombstone would be one more document for every later tablet to read. A tablet that
still holds a purged event and sends it again meets the same event id at ingest and changes nothing.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.refill import OVER, over_since
from sync.stores.contract import Change, DatabaseMissing, DocumentStore
from workorders.judgement.event_schema import Unreadable, digest_of, stated_in
from workorders.queries.district import district_of
from workorders.tables import Evidence, ExceptionCase, FieldEvent, FieldMessage, Order, Outbox, Quarantine

__all__ = ["OVER", "Retired", "retire_database"]
PAGE = 1000
KINDS = ("event:", "ack:", "order:", "route:", "message:")
"""In the order of Retired's fields."""


@dataclass(frozen=True, slots=True)
class Retired:
    """How many documents of each kind left a database."""

    events: int
    acks: int
    orders: int
    routes: int = 0
    messages: int = 0


def retire_database(
    sessions: sessionmaker[Session], store: DocumentStore, database: str, *, now: datetime, days: int
) -> Retired:
    """Purge what is over for `days` days: events whose photos are kept, their acks, orders, routes, messages.

    A missing database, of somebody who never had a tablet, has nothing to lose.
    """
    before = now - timedelta(days=days)
    try:
        rows = {row.doc_id: row for row in _all_changes(store, database) if not row.deleted}
    except DatabaseMissing:
        return Retired(0, 0, 0)
    with sessions() as session:
        old = _retirable_events(session, [i for i in rows if i.startswith("event:")], before)
        aside = _set_aside(session, database, list(old))
        events = {i for i in old if _is_kept(store, database, rows[i], old[i], aside.get(i, set()))}
        acks = {f"ack:{event}" for event in events} & rows.keys()
        numbers = [i.removeprefix("order:") for i in rows if i.startswith("order:")]
        left = {_order_of(rows[i]) for i in rows if i.startswith("event:") and i not in events}
        orders = {f"order:{n}" for n in _retirable_orders(session, numbers, before) if n not in left}
        routes = _past_routes(rows, district_of(session).day_of(before))
        messages = _past_messages(session, [i for i in rows if i.startswith("message:")], before)
        waiting = set(session.scalars(select(Outbox.key).where(Outbox.is_waiting())))
    gone = [i for i in (*events, *acks, *orders, *routes, *messages) if i.partition(":")[2] not in waiting]
    for start in range(0, len(gone), PAGE):
        store.purge(database, {i: list(rows[i].revs) for i in gone[start : start + PAGE]})
    return Retired(*(sum(i.startswith(kind) for i in gone) for kind in KINDS))


def _all_changes(store: DocumentStore, database: str) -> Iterable[Change]:
    since = "0"
    while True:
        batch = store.changes(database, since=since, limit=PAGE, include_docs=True)
        yield from batch.rows
        since = batch.last_seq
        if not batch.pending:
            return


def _past_messages(session: Session, ids: Sequence[str], before: datetime) -> set[str]:
    """Written before the limit; the office keeps them."""
    found: set[str] = set()
    for start in range(0, len(ids), PAGE):
        numbers = [int(i.removeprefix("message:")) for i in ids[start : start + PAGE]]
        past = select(FieldMessage.id).where(FieldMessage.id.in_(numbers), FieldMessage.recorded_at < before)
        found |= {f"message:{number}" for number in session.scalars(past)}
    return found


def _set_aside(session: Session, database: str, ids: Sequence[str]) -> dict[str, set[str]]:
    """The revisions of these documents that lie in quarantine."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(ids), PAGE):
        query = select(Quarantine.document_id, Quarantine.revision).where(
            Quarantine.database == database, Quarantine.document_id.in_(ids[start : start + PAGE])
        )
        for doc_id, revision in session.execute(query):
            found.setdefault(doc_id, set()).add(revision)
    return found


def _is_kept(store: DocumentStore, database: str, row: Change, digest: str, aside: Container[str]) -> bool:
    """Whether the office has every statement under this event's id: as the fact itself, or set aside.

    A later leaf of an old event must not be purged unread, wherever the feed was read to.
    """
    documents = [row.doc, *(store.get_document(database, row.doc_id, rev) for rev in row.revs[1:])]
    return all(
        document is not None and (document["_rev"] in aside or _says(document, digest))
        for document in documents
    )


def _says(document: Mapping[str, Any], digest: str) -> bool:
    try:
        return digest_of(stated_in(document)) == digest
    except Unreadable:
        return False


def _order_of(row: Change) -> str | None:
    return None if row.doc is None else row.doc.get("order")


def _retirable_events(session: Session, ids: Sequence[str], before: datetime) -> dict[str, str]:
    """Posted before the limit, no open case about them, every photo in evidence storage; with digests."""
    found: dict[str, str] = {}
    for start in range(0, len(ids), PAGE):
        part = ids[start : start + PAGE]
        unkept = select(Evidence.event_id).where(
            Evidence.event_id == FieldEvent.id, Evidence.sha256.is_(None)
        )
        open_case = select(ExceptionCase.id).where(
            ExceptionCase.source == FieldEvent.id, ExceptionCase.state == "open"
        )
        query = select(FieldEvent.id, FieldEvent.digest).where(
            FieldEvent.id.in_(part), FieldEvent.received_at < before, ~unkept.exists(), ~open_case.exists()
        )
        found |= {row.id: row.digest for row in session.execute(query)}
    return found


def _retirable_orders(session: Session, numbers: Sequence[str], before: datetime) -> set[str]:
    """Over for good before the limit, whoever has them.

    An order that may be dispatched again stays, also with somebody who only had it: its document would
    begin again at its first generation, and a tablet that kept the old one would go on showing that.
    """
    found: set[str] = set()
    for start in range(0, len(numbers), PAGE):
        part = numbers[start : start + PAGE]
        found |= set(session.scalars(select(Order.number).where(Order.number.in_(part), over_since(before))))
    return found


def _past_routes(ids: Iterable[str], first: date) -> set[str]:
    """Routes of days before `first`; nobody drives those again."""
    return {i for i in ids if i.startswith("route:") and i.removeprefix("route:") < first.isoformat()}
