"""The marks every use case leaves: a line of the order's history, what is to be published, numbers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from workorders.judgement.lifecycle import IN_FIELD, Command, move
from workorders.queries.pieces import pieces
from workorders.tables import Counter, Order, OrderEvent, Outbox, Technician
from workorders.tables.dialect import upsert, write_row

REFERENCES = ("technician", "catalogue", "fees", "settings")


def note(
    session: Session,
    order: Order,
    kind: str,
    *,
    at: datetime,
    now: datetime,
    actor: str,
    from_state: str | None,
    source: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add a line to the order's history; the state it went to is the order's own."""
    line = line_of(
        order, kind, at=at, now=now, actor=actor, from_state=from_state, source=source, detail=detail
    )
    write_row(session, OrderEvent, line)


def line_of(
    order: Order,
    kind: str,
    *,
    at: datetime,
    now: datetime,
    actor: str,
    from_state: str | None,
    source: str | None = None,
    detail: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The row of OrderEvent that `note` writes, for whoever writes many together."""
    return {
        "order_number": order.number,
        "at": at,
        "recorded_at": now,
        "kind": kind,
        "from_state": from_state,
        "to_state": order.state,
        "actor": actor[:80],
        "source": source,
        "detail": detail or {},
    }


def command(
    session: Session,
    order: Order,
    does: Command,
    kind: str,
    *,
    now: datetime,
    actor: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Move the order by an office command and note it. Raises Problem `illegal_transition`."""
    before = order.state
    order.state = move(before, does).value
    note(session, order, kind, at=now, now=now, actor=actor, from_state=before, detail=detail)


def enqueue(session: Session, technician_id: str, topic: str, key: str, *, now: datetime) -> int:
    """Enqueue a subject for a technician's database; the number its document will carry.

    Call it after the change of an order is in the session and while the order is locked.
    """
    return int(write_row(session, Outbox, outbox_row(technician_id, topic, key, now=now)))


def outbox_row(technician_id: str, topic: str, key: str, *, now: datetime) -> dict[str, Any]:
    """The row that `enqueue` writes, for whoever writes many together and needs no number."""
    return {"technician_id": technician_id, "topic": topic, "key": key, "created_at": now}


def enqueue_order(session: Session, order: Order, *, now: datetime) -> int | None:
    """Enqueue the order for the technician who has it; None when nobody has."""
    if order.technician_id is None:
        return None
    return enqueue(session, order.technician_id, "order", order.number, now=now)


def enqueue_orders_of(session: Session, account_ids: Sequence[int], *, now: datetime) -> None:
    """Enqueue every order of these accounts that a tablet has: it shows the balance."""
    for part in pieces(account_ids):
        enqueue_in_field(session, Order.account_id.in_(part), now=now)


def enqueue_in_field(session: Session, *which: ColumnElement[bool], now: datetime) -> int:
    """Enqueue every order that a tablet has and of which `which` is true (none: all); returns how many.

    Locks them in the order of their numbers: a change of one that is under way is written first, so that its
    document carries no later number than this one.
    """
    held = select(Order.number, Order.technician_id).where(
        Order.state.in_(IN_FIELD), Order.technician_id.is_not(None), *which
    )
    rows = session.execute(held.order_by(Order.number).with_for_update()).all()
    if rows:
        values = [outbox_row(row.technician_id, "order", row.number, now=now) for row in rows]
        session.execute(insert(Outbox), values)
    return len(rows)


def enqueue_reference(session: Session, reference: str, *, now: datetime) -> None:
    """Enqueue a reference document (one of REFERENCES) for every active technician."""
    technicians = session.scalars(select(Technician.id).where(Technician.active).order_by(Technician.id))
    session.add_all(
        Outbox(technician_id=technician, topic="ref", key=reference, created_at=now)
        for technician in technicians
    )
    session.flush()


def count(session: Session, name: str, by: int = 1) -> int:
    """Add to a named counter and return its value; concurrent transactions wait for each other."""
    statement = upsert(session, Counter).values(name=name, value=by)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + by})
    return int(session.execute(statement.returning(Counter.value)).scalar_one())


def next_order_number(session: Session) -> str:
    """The next order number that people read: W000001, W000002 …"""
    return take_numbers(session, 1)[0]


def take_numbers(session: Session, many: int) -> list[str]:
    """The next `many` order numbers."""
    last = count(session, "order", by=many)
    return [f"W{number:06d}" for number in range(last - many + 1, last + 1)]
