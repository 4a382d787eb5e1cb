"""Gathers everything that belongs to one order's timeline and puts it in the order it happened."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE
from workorders.queries.corrections_made import corrections_of_order
from workorders.queries.pieces import pieces
from workorders.queries.timeline import (
    HistoryLine,
    Line,
    case_lines,
    correction_line,
    entry_line,
    follow_on_line,
    history_line,
    in_order,
    payment_line,
)
from workorders.tables import (
    Assignment,
    ExceptionCase,
    FieldEvent,
    JournalEntry,
    Order,
    OrderEvent,
    Payment,
    Posting,
)


def order_story(session: Session, order: Order) -> list[Line]:
    """The whole timeline of `order`."""
    return in_order(
        [
            *_history(session, order),
            *_cases(session, order),
            *_money(session, order),
            *_follow_ons(session, order),
            *map(correction_line, corrections_of_order(session, order.number)),
        ]
    )


def _history(session: Session, order: Order) -> Iterator[Line]:
    events = session.scalars(
        select(OrderEvent).where(OrderEvent.order_number == order.number).order_by(OrderEvent.id)
    ).all()
    bodies: dict[str, dict[str, Any]] = {}
    for some in pieces(sorted({event.source for event in events if event.source})):
        found = select(FieldEvent.id, FieldEvent.body).where(FieldEvent.id.in_(some))
        bodies.update(session.execute(found).all())
    assignments = session.scalars(
        select(Assignment).where(Assignment.order_number == order.number).order_by(Assignment.epoch)
    ).all()
    for event in events:
        had = [a.technician_id for a in assignments if a.assigned_at <= event.at]
        document = bodies.get(event.source or "", {})
        body = document.get("body") if isinstance(document, Mapping) else None
        yield history_line(
            HistoryLine(
                event.at,
                event.recorded_at,
                event.kind,
                event.actor,
                event.source,
                event.detail,
                body if isinstance(body, Mapping) else {},
            ),
            had[-1] if had else None,
        )


def _cases(session: Session, order: Order) -> Iterator[Line]:
    for case in session.scalars(select(ExceptionCase).where(ExceptionCase.order_number == order.number)):
        yield from case_lines(case)


def _money(session: Session, order: Order) -> Iterator[Line]:
    if order.account is not None:
        until = order.closed_at or order.finished_at or order.cancelled_at
        payments = select(Payment).where(
            Payment.account_id == order.account_id, Payment.received_at >= order.requested_at
        )
        if until is not None:
            payments = payments.where(Payment.received_at <= until)
        for payment in session.scalars(payments):
            yield payment_line(payment.received_at, payment.amount_cents, payment.channel)
    entries = session.execute(
        select(JournalEntry, Posting.ledger, Posting.amount_cents)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(JournalEntry.order_number == order.number)
        .order_by(JournalEntry.id)
    )
    moved: dict[int, tuple[JournalEntry, int]] = {}
    for entry, ledger, cents in entries:
        before = moved.get(entry.id, (entry, 0))[1]
        moved[entry.id] = (entry, before + (cents if ledger == "AR" else 0))
    for entry, cents in moved.values():
        yield entry_line(entry.effective_at, entry.recorded_at, entry.message, cents)


def _follow_ons(session: Session, order: Order) -> Iterator[Line]:
    followers = session.execute(
        select(Order.number, Order.type, Order.requested_at).where(Order.follows_number == order.number)
    )
    for number, type_, at in followers:
        title = CATALOGUE[type_].title if type_ in CATALOGUE else type_
        yield follow_on_line(at, number, title)
