"""Everything that must be the same whatever happened on the way, without the numbers databases give out."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.stores.sql.store import SqlStore
from workorders.tables import (
    Evidence,
    ExceptionCase,
    FieldEvent,
    Installation,
    JournalEntry,
    LedgerBalance,
    Meter,
    Order,
    OrderEvent,
    Outbox,
    Posting,
    Quarantine,
    Read,
    Receipt,
    ServicePoint,
    ServicePointEvent,
)

Portrait = dict[str, Any]
_COLUMNS: dict[str, tuple[Any, ...]] = {
    "entries": (JournalEntry.source, JournalEntry.purpose, JournalEntry.order_number, JournalEntry.code),
    "balances": (LedgerBalance.ledger, LedgerBalance.party, LedgerBalance.amount_cents),
    "receipts": (Receipt.number, Receipt.amount_cents, Receipt.hash, Receipt.chain_ok, Receipt.source),
    "orders": (
        Order.number,
        Order.type,
        Order.state,
        Order.outcome,
        Order.technician_id,
        Order.no_charge,
        Order.follows_number,
        Order.follow_reason,
    ),
    "history": (OrderEvent.order_number, OrderEvent.kind, OrderEvent.to_state, OrderEvent.source),
    "points": (ServicePoint.number, ServicePoint.state, ServicePoint.lock_number),
    "facts": (ServicePointEvent.service_point_id, ServicePointEvent.state, ServicePointEvent.source),
    "meters": (Meter.serial, Meter.status, Meter.van_technician_id),
    "installations": (Installation.meter_id, Installation.service_point_id, Installation.final_read),
    "reads": (Read.meter_id, Read.value, Read.kind, Read.source),
    "events": (FieldEvent.id, FieldEvent.status, FieldEvent.ack_code, FieldEvent.digest),
    "evidence": (Evidence.event_id, Evidence.name, Evidence.received),
    "cases": (ExceptionCase.source, ExceptionCase.code, ExceptionCase.state),
    "quarantine": (Quarantine.document_id, Quarantine.revision, Quarantine.code),
    "outbox": (Outbox.technician_id, Outbox.topic, Outbox.key, Outbox.published_at),
}


def portrait(session: Session, store: SqlStore, databases: tuple[str, ...]) -> Portrait:
    """What the tables and the technicians' documents say, sorted."""
    seen: Portrait = {
        name: sorted(repr(tuple(row)) for row in session.execute(select(*columns)))
        for name, columns in _COLUMNS.items()
    }
    seen["postings"] = sorted(
        repr(tuple(row))
        for row in session.execute(
            select(
                JournalEntry.source, JournalEntry.purpose, Posting.ledger, Posting.party, Posting.amount_cents
            ).join(JournalEntry, JournalEntry.id == Posting.entry_id)
        )
    )
    for database in databases:
        changes = store.changes(database, since="0", limit=10_000)
        seen[database] = {row.doc_id: _said(row.doc or {}) for row in changes.rows}
    return seen


def _said(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in {"_rev", "server_seq"}}
