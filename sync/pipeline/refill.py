"""A technician's database that was lost, or restored empty, is filled again with what it should hold.

The server keeps a mark in each database that it has filled: a `_local/` document, which no copy and no
replication carries along. A database without it gets every document that still matters through the outbox;
what it has already is not written again. Events come from the tablets, whose checkpoints are lost with the
database, so they send what is missing.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.instants import instant
from sync.stores.contract import DatabaseMissing, DocumentStore
from workorders.judgement.lifecycle import State
from workorders.queries.district import district_of
from workorders.tables import Assignment, FieldEvent, FieldMessage, Order, Outbox, Quarantine
from workorders.usecases.history import REFERENCES, enqueue, enqueue_in_field

log = structlog.get_logger()
MARK = "curbstop-filled"
DAYS = 7
"""How far back a database is filled by default: what retention keeps by default."""
OVER = frozenset({State.COMPLETED, State.CLOSED, State.CANCELLED, State.SUPERSEDED})
"""From here the office dispatches no order again."""


def is_filled(store: DocumentStore, database: str) -> bool:
    """Whether the server has filled this database since it was made; False for a missing one."""
    try:
        return store.get_local(database, MARK) is not None
    except DatabaseMissing:
        return False


def refill(
    sessions: sessionmaker[Session],
    store: DocumentStore,
    technician_id: str,
    *,
    now: datetime,
    days: int = DAYS,
    references: bool = True,
) -> int:
    """Make the database where it is missing and let `publish` fill it; returns how many subjects.

    Those are the reference documents (unless the caller writes them), every order this technician has or had
    that is not over for `days` days, the routes and messages of those days, and the answers to
    their events. Repeating it changes nothing.

    Raises sync.stores.contract.StoreUnavailable; nothing is forgotten then.
    """
    with sessions.begin() as session:
        subjects = set(_subjects(session, technician_id, now - timedelta(days=days)))
        if references:
            subjects |= {("ref", name) for name in REFERENCES}
        waiting = select(Outbox.topic, Outbox.key).where(
            Outbox.technician_id == technician_id, Outbox.is_waiting()
        )
        subjects -= {(topic, key) for topic, key in session.execute(waiting)}
        session.add_all(
            Outbox(technician_id=technician_id, topic=topic, key=key, created_at=now)
            for topic, key in sorted(subjects)
        )
    database = f"tech-{technician_id}"
    store.ensure_database(database, members=(database,))
    # Last: a crash before this asks for everything once more.
    store.put_local(database, MARK, {"at": instant(now)})
    if subjects:
        log.info("refilled", database=database, subjects=len(subjects))
    return len(subjects)


def enqueue_held(session: Session, technician_id: str, *, now: datetime) -> int:
    """Enqueue the orders that a technician's tablets have, and the routes from today on; returns how many.

    For a change of what every document is written with: the district's locale, units and zone, the catalogue.
    """
    days = select(Order.route_day).where(
        Order.technician_id == technician_id, Order.route_day >= district_of(session).day_of(now)
    )
    routes = [day.isoformat() for day in session.scalars(days.distinct()) if day is not None]
    for day in sorted(routes):
        enqueue(session, technician_id, "route", day, now=now)
    return len(routes) + enqueue_in_field(session, Order.technician_id == technician_id, now=now)


def over_since(before: datetime) -> ColumnElement[bool]:
    """Of orders: over for good, and since before that instant."""
    ended = func.coalesce(Order.closed_at, Order.finished_at, Order.cancelled_at)
    return Order.state.in_(OVER) & (ended < before)


def _subjects(session: Session, technician_id: str, before: datetime) -> Iterator[tuple[str, str]]:
    had = select(Assignment.order_number).where(Assignment.technician_id == technician_id)
    mine = or_(Order.technician_id == technician_id, Order.number.in_(had))
    for number in session.scalars(select(Order.number).where(mine, ~over_since(before))):
        yield "order", number
    first = district_of(session).day_of(before)
    days = select(Order.route_day).where(Order.technician_id == technician_id, Order.route_day >= first)
    for day in session.scalars(days.distinct()):
        if day is not None:
            yield "route", day.isoformat()
    written = select(FieldMessage.id).where(
        FieldMessage.technician_id == technician_id, FieldMessage.recorded_at >= before
    )
    for message in session.scalars(written):
        yield "message", str(message)
    facts = select(FieldEvent.id).where(
        FieldEvent.technician_id == technician_id, FieldEvent.received_at >= before
    )
    kept = select(Quarantine.document_id).where(
        Quarantine.database == f"tech-{technician_id}", Quarantine.received_at >= before
    )
    for event in (*session.scalars(facts), *session.scalars(kept)):
        yield "ack", event
