"""The whole life of an event, order, receipt or payment, from every table that has a part in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workorders.messages.message import Message
from workorders.problems import Problem
from workorders.tables import (
    Assignment,
    Evidence,
    ExceptionCase,
    FieldEvent,
    JournalEntry,
    Order,
    OrderEvent,
    Outbox,
    Payment,
    PaymentReversal,
    PendingPayment,
    Posting,
    Quarantine,
    Read,
    Receipt,
    ServicePointEvent,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when it was recorded, in which kind of record, its key, and what it says."""

    at: datetime | None
    record: str
    key: str
    detail: dict[str, Any]


@dataclass(slots=True)
class Subject:
    """What a trace is about: the keys under which tables know it."""

    kind: str
    """event | order | receipt | payment."""
    orders: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    payments: set[str] = field(default_factory=set)

    @property
    def sources(self) -> set[str]:
        """What its journal entries and cases name as their source."""
        return self.events | {f"payment:{id_}" for id_ in self.payments}


def subject_of(session: Session, key: str) -> Subject:
    """Find out what `key` is: `event:…`, an order's or a receipt's number, or a payment's id.

    Raises Problem not_found.
    """
    if key.startswith("event:"):
        known = session.get(FieldEvent, key) is not None or session.scalar(
            select(Quarantine.id).where(Quarantine.document_id == key).limit(1)
        )
        if known:
            return Subject("event", events={key})
    elif session.get(Order, key) is not None:
        reported = session.scalars(select(FieldEvent.id).where(FieldEvent.order_number == key))
        return Subject("order", orders={key}, events=set(reported))
    elif (receipt := session.get(Receipt, key)) is not None:
        return Subject("receipt", events={receipt.source})
    elif session.get(Payment, key) is not None or session.get(PendingPayment, key) is not None:
        return Subject("payment", payments={key})
    raise Problem("not_found", what="event, order, receipt or payment", key=key)


def steps(session: Session, subject: Subject) -> list[Step]:
    """Everything recorded about the subject, in the order in which it was recorded."""
    found = [
        *_of_orders(session, subject),
        *_of_events(session, subject),
        *_of_the_field(session, subject),
        *_quarantined(session, subject),
        *_of_money(session, subject),
        *_cases(session, subject),
        *_outbox(session, subject),
    ]
    return sorted(found, key=lambda step: (step.at is None, step.at.timestamp() if step.at else 0.0))


def documents(session: Session, subject: Subject) -> dict[str, set[str]]:
    """The ids of the documents about the subject, by the technician's database they lie in."""
    found: dict[str, set[str]] = {}
    holders = select(Assignment.technician_id, Assignment.order_number)
    for technician, number in session.execute(holders.where(Assignment.order_number.in_(subject.orders))):
        found.setdefault(f"tech-{technician}", set()).add(f"order:{number}")
    writers = select(FieldEvent.technician_id, FieldEvent.id).where(FieldEvent.id.in_(subject.events))
    for technician, event in session.execute(writers):
        found.setdefault(f"tech-{technician}", set()).update({event, f"ack:{event}"})
    kept = select(Quarantine.database, Quarantine.document_id)
    for database, id_ in session.execute(kept.where(Quarantine.document_id.in_(subject.events))):
        found.setdefault(database, set()).update({id_, f"ack:{id_}"})
    return found


def _of_orders(session: Session, subject: Subject) -> Iterator[Step]:
    about = select(FieldEvent.order_number).where(FieldEvent.id.in_(subject.events))
    lines = select(OrderEvent).where(
        or_(
            OrderEvent.order_number.in_(subject.orders),
            OrderEvent.order_number.in_(about) & OrderEvent.source.in_(subject.events),
        )
    )
    for line in session.scalars(lines.order_by(OrderEvent.id)):
        yield Step(
            line.recorded_at,
            "history",
            line.order_number,
            _said(line, "kind", "from_state", "to_state", "actor", "source", "detail"),
        )


def _of_events(session: Session, subject: Subject) -> Iterator[Step]:
    for event in session.scalars(select(FieldEvent).where(FieldEvent.id.in_(subject.events))):
        names = ("kind", "order_number", "technician_id", "occurred_at", "status", "ack", "codes", "body")
        yield Step(event.received_at, "fact", event.id, _said(event, *names))
        files = select(Evidence).where(Evidence.event_id == event.id).order_by(Evidence.id)
        for file in session.scalars(files):
            yield Step(
                event.received_at,
                "evidence",
                file.name,
                _said(file, "event_id", "content_type", "length", "received", "sha256"),
            )


def _of_the_field(session: Session, subject: Subject) -> Iterator[Step]:
    """What the events' facts left in the records: reads and states of service points, at their own times."""
    written = select(FieldEvent.id, FieldEvent.received_at).where(FieldEvent.id.in_(subject.events))
    received = {row.id: row.received_at for row in session.execute(written)}
    reads = select(Read).where(Read.source.in_(subject.events)).order_by(Read.id)
    for read in session.scalars(reads):
        names = ("meter_id", "service_point_id", "taken_at", "value", "kind", "source", "flags")
        yield Step(received.get(read.source), "read", str(read.id), _said(read, *names))
    states = select(ServicePointEvent).where(ServicePointEvent.source.in_(subject.events))
    for state in session.scalars(states.order_by(ServicePointEvent.id)):
        detail = _said(state, "service_point_id", "state", "at", "source")
        yield Step(received.get(state.source), "state", str(state.id), detail)


def _quarantined(session: Session, subject: Subject) -> Iterator[Step]:
    about = or_(
        Quarantine.document_id.in_(subject.events), Quarantine.body["order"].as_string().in_(subject.orders)
    )
    for kept in session.scalars(select(Quarantine).where(about).order_by(Quarantine.id)):
        names = ("database", "revision", "code", "reason", "body")
        yield Step(kept.received_at, "quarantine", kept.document_id, _said(kept, *names))
        if kept.decision is not None:
            detail = _said(kept.decision, "decided_by", "message")
            yield Step(kept.decision.decided_at, "decision", kept.document_id, detail)


def _of_money(session: Session, subject: Subject) -> Iterator[Step]:
    receipts = or_(Receipt.source.in_(subject.events), Receipt.order_number.in_(subject.orders))
    for receipt in session.scalars(select(Receipt).where(receipts).order_by(Receipt.number)):
        of_receipt = ("technician_id", "order_number", "amount_cents", "method", "chain_ok", "source")
        yield Step(receipt.taken_at, "receipt", receipt.number, _said(receipt, *of_receipt))
    for payment in session.scalars(select(Payment).where(Payment.id.in_(subject.payments))):
        of_payment = ("amount_cents", "channel", "recorded_by", "reference")
        yield Step(payment.received_at, "payment", payment.id, _said(payment, *of_payment))
    for waiting in session.scalars(select(PendingPayment).where(PendingPayment.id.in_(subject.payments))):
        of_approval = ("amount_cents", "recorded_by", "state", "decided_at", "decided_by", "decision")
        yield Step(waiting.recorded_at, "approval", waiting.id, _said(waiting, *of_approval))
    reversals = session.scalars(
        select(PaymentReversal).where(PaymentReversal.source.in_(subject.sources))
    ).all()
    for back in reversals:
        detail = _said(back, "kind", "reason", "amount_cents", "recorded_by", "source")
        yield Step(back.at, "reversal", back.id, detail)
    yield from _entries(session, subject, [f"reversal:{back.id}" for back in reversals])


def _entries(session: Session, subject: Subject, more: Iterable[str]) -> Iterator[Step]:
    caused = select(JournalEntry.id).where(
        or_(
            JournalEntry.source.in_(subject.sources | set(more)),
            JournalEntry.order_number.in_(subject.orders),
        )
    )
    whole = or_(JournalEntry.id.in_(caused), JournalEntry.reverses_id.in_(caused))
    for entry in session.scalars(select(JournalEntry).where(whole).order_by(JournalEntry.id)):
        postings = session.execute(
            select(Posting.ledger, Posting.party, Posting.amount_cents)
            .where(Posting.entry_id == entry.id)
            .order_by(Posting.id)
        )
        lines = [
            {"ledger": ledger, "party": party, "amount_cents": cents} for ledger, party, cents in postings
        ]
        names = ("source", "purpose", "message", "effective_at", "reverses_id")
        yield Step(entry.recorded_at, "entry", str(entry.id), _said(entry, *names) | {"postings": lines})


def _cases(session: Session, subject: Subject) -> Iterator[Step]:
    about = or_(ExceptionCase.source.in_(subject.sources), ExceptionCase.order_number.in_(subject.orders))
    for case in session.scalars(select(ExceptionCase).where(about).order_by(ExceptionCase.id)):
        names = ("code", "message", "order_number", "source", "state")
        yield Step(case.opened_at, "case", str(case.id), _said(case, *names))
        if case.decided_at is not None:
            detail = _said(case, "state", "decided_by", "decided_as")
            yield Step(case.decided_at, "decision", str(case.id), detail)


def _outbox(session: Session, subject: Subject) -> Iterator[Step]:
    about = or_(
        (Outbox.topic == "order") & Outbox.key.in_(subject.orders),
        (Outbox.topic == "ack") & Outbox.key.in_(subject.events),
    )
    for row in session.scalars(select(Outbox).where(about).order_by(Outbox.id)):
        names = ("technician_id", "topic", "key", "published_at", "failures", "last_error", "next_try_at")
        yield Step(row.created_at, "outbox", str(row.id), _said(row, *names, "set_aside_at", "set_aside_by"))


def _said(row: object, *names: str) -> dict[str, Any]:
    """The named attributes that have a value; messages as their code and parameters."""
    values = {name: getattr(row, name) for name in names}
    return {
        name: value.as_json() if isinstance(value, Message) else value
        for name, value in values.items()
        if value is not None
    }
