"""The marks every use case leaves: a line of the order's history, what tablets must be told, numbers."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.judgement.lifecycle import Command, move
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
    write_row(
        session,
        OrderEvent,
        {
            "order_number": order.number,
            "at": at,
            "recorded_at": now,
            "kind": kind,
            "from_state": from_state,
            "to_state": order.state,
            "actor": actor[:80],
            "source": source,
            "detail": detail or {},
        },
    )


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


def tell(session: Session, technician_id: str, topic: str, key: str, *, now: datetime) -> int:
    """Say that a technician's database must hear of a subject; the number its document will carry.

    Call it after the change of an order is in the session and while the order is locked.
    """
    row = {"technician_id": technician_id, "topic": topic, "key": key, "created_at": now}
    return int(write_row(session, Outbox, row))


def tell_order(session: Session, order: Order, *, now: datetime) -> int | None:
    """Tell the technician who has the order; None when nobody has."""
    if order.technician_id is None:
        return None
    return tell(session, order.technician_id, "order", order.number, now=now)


def tell_everyone(session: Session, reference: str, *, now: datetime) -> None:
    """Say that a reference document (one of REFERENCES) changed for every active technician."""
    technicians = session.scalars(select(Technician.id).where(Technician.active).order_by(Technician.id))
    session.add_all(
        Outbox(technician_id=technician, topic="ref", key=reference, created_at=now)
        for technician in technicians
    )
    session.flush()


def count(session: Session, name: str) -> int:
    """Add one to a named counter and return its value; concurrent transactions wait for each other."""
    statement = upsert(session, Counter).values(name=name, value=1)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + 1})
    return int(session.execute(statement.returning(Counter.value)).scalar_one())


def next_order_number(session: Session) -> str:
    """The next order number that people read: W000001, W000002 …"""
    return f"W{count(session, 'order'):06d}"
