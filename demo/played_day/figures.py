"""The records of one run, read from the tables: nothing here comes from the player."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from workorders.ledger import trial_balance
from workorders.messages.words import ENGLISH, say
from workorders.queries.orders import WRONGFUL
from workorders.tables import Counter, FieldEvent, JournalEntry, Order, OrderEvent, Receipt, ServicePoint
from workorders.usecases.field.quarantine import DUPLICATES


@dataclass(frozen=True, slots=True)
class Run:
    """What belongs to a run: its orders, tablets and office payments, and where the records stood before."""

    orders: Sequence[str]
    devices: Sequence[str]
    payments: Sequence[str]
    entry: int
    duplicates: int


def mark(session: Session) -> dict[str, int]:
    """Where the records stand now: the newest journal entry, and the documents known already so far."""
    return {
        "entry": session.scalar(select(func.max(JournalEntry.id))) or 0,
        "duplicates": session.scalar(select(Counter.value).where(Counter.name == DUPLICATES)) or 0,
    }


def figures(session: Session, run: Run) -> dict[str, Any]:
    """Everything the server knows of a run (RunSchema)."""
    orders = _orders(session, run)
    numbers = [order["number"] for order in orders]
    return {
        "orders": orders,
        "events": _events(session, run),
        "receipts": _receipts(session, run),
        "entries": _entries(session, run, numbers),
        "trial_balance": trial_balance(session),
        "duplicates_ignored": mark(session)["duplicates"] - run.duplicates,
        "wrongful_cuts": sum(order["outcome"] in WRONGFUL for order in orders),
        "reconnects_created": sum(
            order["type"] == "reconnect" and order["follows"] in run.orders for order in orders
        ),
    }


def _orders(session: Session, run: Run) -> list[dict[str, Any]]:
    """The run's orders and what followed from them."""
    sent = set(
        session.scalars(
            select(OrderEvent.order_number).where(
                OrderEvent.kind == "dispatched", OrderEvent.order_number.in_(run.orders)
            )
        )
    )
    rows = session.execute(
        select(Order, ServicePoint.number, ServicePoint.state)
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .where(or_(Order.number.in_(run.orders), Order.follows_number.in_(run.orders)))
        .order_by(Order.number)
    )
    return [
        {
            **{
                name: getattr(order, name)
                for name in ("number", "type", "state", "outcome", "epoch", "no_charge", "follow_reason")
            },
            "dispatched": order.number in sent,
            "follows": order.follows_number,
            "service_point": point,
            "service_point_state": state,
        }
        for order, point, state in rows
    ]


def _events(session: Session, run: Run) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(FieldEvent)
        .where(FieldEvent.device_id.in_(run.devices))
        .order_by(FieldEvent.device_id, FieldEvent.counter)
    )
    return [
        {name: getattr(row, name) for name in ("id", "kind", "status", "codes")}
        | {"order": row.order_number, "words": say(row.ack, ENGLISH)}
        for row in rows
    ]


def _receipts(session: Session, run: Run) -> list[dict[str, Any]]:
    rows = session.scalars(select(Receipt).where(Receipt.device_id.in_(run.devices)).order_by(Receipt.number))
    return [
        {name: getattr(row, name) for name in ("number", "amount_cents", "method", "chain_ok")}
        | {"order": row.order_number, "technician": row.technician_id}
        for row in rows
    ]


def _entries(session: Session, run: Run, numbers: Sequence[str]) -> list[dict[str, Any]]:
    paid = [f"payment:{payment}" for payment in run.payments]
    rows = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.id > run.entry)
        .where(or_(JournalEntry.order_number.in_(numbers), JournalEntry.source.in_(paid)))
        .options(selectinload(JournalEntry.postings))
        .order_by(JournalEntry.id)
    )
    return [
        {name: getattr(row, name) for name in ("id", "source", "purpose")}
        | {
            "order": row.order_number,
            "words": say(row.message, ENGLISH),
            "postings": [
                {"ledger": line.ledger, "party": line.party, "cents": line.amount_cents}
                for line in row.postings
            ],
        }
        for row in rows
    ]
