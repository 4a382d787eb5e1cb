"""The rows of each export, by the ids of what never changes; amounts are cents, instants UTC text."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from workorders.tables import (
    Account,
    Installation,
    JournalEntry,
    Meter,
    Order,
    OrderEvent,
    Payment,
    PaymentTender,
    Posting,
    Read,
    Receipt,
    RegisterRead,
    ServicePoint,
    ServicePointEvent,
)

Row = tuple[Any, ...]
CHUNK = 5_000
MONEY_IN = ("payment", "payment_moved")


def journal(session: Session, after: int, until: int) -> Iterator[Row]:
    """Lines of the general ledger."""
    query = (
        select(Posting, JournalEntry)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Posting.id > after, Posting.id <= until)
        .order_by(Posting.id)
    )
    for posting, entry in session.execute(query.execution_options(yield_per=CHUNK)):
        yield (
            posting.id,
            entry.id,
            entry.source,
            entry.purpose,
            utc_text(entry.effective_at),
            utc_text(entry.recorded_at),
            posting.ledger,
            posting.party,
            max(posting.amount_cents, 0),
            max(-posting.amount_cents, 0),
            entry.order_number,
            entry.reverses_id,
        )


def charges(session: Session, after: int, until: int) -> Iterator[Row]:
    """Lines on customers' receivables."""
    query = (
        select(Posting, JournalEntry)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Posting.id > after, Posting.id <= until, Posting.ledger == "AR")
        .order_by(Posting.id)
    )
    for posting, entry in session.execute(query.execution_options(yield_per=CHUNK)):
        yield (
            posting.id,
            posting.party,
            entry.purpose,
            entry.source,
            utc_text(entry.effective_at),
            posting.amount_cents,
            entry.order_number,
            entry.reverses_id,
        )


def register_reads(session: Session, after: int, until: int) -> Iterator[Row]:
    """Reads of a meter's further registers, the superseded ones too."""
    query = (
        select(RegisterRead, Meter.serial, ServicePoint.number)
        .join(Meter, Meter.id == RegisterRead.meter_id)
        .join(ServicePoint, ServicePoint.id == RegisterRead.service_point_id)
        .where(RegisterRead.id > after, RegisterRead.id <= until)
        .order_by(RegisterRead.id)
    )
    for read, serial, point in session.execute(query.execution_options(yield_per=CHUNK)):
        yield (
            read.id,
            serial,
            read.register,
            point,
            utc_text(read.taken_at),
            read.value,
            read.kind,
            read.source,
            read.order_number,
            " ".join(read.flags),
            read.supersedes_id,
        )


def reads(session: Session, after: int, until: int) -> Iterator[Row]:
    """Reads, the superseded ones too."""
    query = (
        select(Read, Meter.serial, ServicePoint.number)
        .join(Meter, Meter.id == Read.meter_id)
        .join(ServicePoint, ServicePoint.id == Read.service_point_id)
        .where(Read.id > after, Read.id <= until)
        .order_by(Read.id)
    )
    for read, serial, point in session.execute(query.execution_options(yield_per=CHUNK)):
        yield (
            read.id,
            serial,
            point,
            utc_text(read.taken_at),
            read.value,
            read.kind,
            read.source,
            read.order_number,
            read.supersedes_id,
        )


def meter_changes(session: Session, after: int, until: int) -> Iterator[Row]:
    """Meters set and removed: the reads that the same visit took of them, which never change."""
    put_in = exists().where(Installation.meter_id == Read.meter_id, Installation.source == Read.source)
    taken_out = exists().where(
        Installation.meter_id == Read.meter_id, Installation.removed_at == Read.taken_at
    )
    query = (
        select(Read, Meter.serial, Meter.size, ServicePoint.number)
        .join(Meter, Meter.id == Read.meter_id)
        .join(ServicePoint, ServicePoint.id == Read.service_point_id)
        .where(
            Read.id > after,
            Read.id <= until,
            # A correction is among the reads; the meter was set or removed once.
            Read.supersedes_id.is_(None),
            or_(and_(Read.kind == "start", put_in), and_(Read.kind == "final", taken_out)),
        )
        .order_by(Read.id)
    )
    for read, serial, size, point in session.execute(query.execution_options(yield_per=CHUNK)):
        change = "set" if read.kind == "start" else "removed"
        yield (
            read.id,
            change,
            serial,
            size,
            point,
            utc_text(read.taken_at),
            read.value,
            read.order_number,
        )


def receipts(session: Session, after: int, until: int) -> Iterator[Row]:
    """Money that reached accounts, by every way, and what was taken back of it, as it was posted."""
    first = aliased(JournalEntry)
    source = func.coalesce(first.source, JournalEntry.source)
    query = (
        select(Posting, JournalEntry, Receipt, Payment, PaymentTender)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .outerjoin(first, first.id == JournalEntry.reverses_id)
        .outerjoin(Receipt, Receipt.source == source)
        .outerjoin(Payment, literal("payment:") + Payment.id == source)
        .outerjoin(PaymentTender, PaymentTender.payment_id == Payment.id)
        .where(
            Posting.id > after,
            Posting.id <= until,
            Posting.ledger == "AR",
            JournalEntry.purpose.in_((*MONEY_IN, *(f"reverse_{one}" for one in MONEY_IN))),
        )
        .order_by(Posting.id)
    )
    for posting, entry, receipt, payment, tender in session.execute(query):
        number = receipt.number if receipt is not None else tender.receipt_number if tender else None
        by = tender.kind if tender is not None else payment.channel if payment is not None else None
        yield (
            posting.id,
            posting.party,
            -posting.amount_cents,
            utc_text(entry.effective_at),
            receipt.method if receipt is not None else by,
            number,
            payment.id if payment is not None else None,
            receipt.check_number if receipt is not None else payment.reference if payment else None,
            entry.source,
        )


def service_status(session: Session, after: int, until: int) -> Iterator[Row]:
    """What became of services."""
    query = (
        select(ServicePointEvent, ServicePoint.number, ServicePoint.service)
        .join(ServicePoint, ServicePoint.id == ServicePointEvent.service_point_id)
        .where(ServicePointEvent.id > after, ServicePointEvent.id <= until)
        .order_by(ServicePointEvent.id)
    )
    for event, point, service in session.execute(query.execution_options(yield_per=CHUNK)):
        yield (
            event.id,
            point,
            service,
            event.state,
            utc_text(event.at),
            event.source,
            event.order_number,
        )


def order_states(session: Session, after: int, until: int) -> Iterator[Row]:
    """Orders that went from one state to another; lines of their history that moved nothing are left out."""
    query = (
        select(OrderEvent, Order.type, ServicePoint.number, Account.number)
        .join(Order, Order.number == OrderEvent.order_number)
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .outerjoin(Account, Account.id == Order.account_id)
        .where(
            OrderEvent.id > after,
            OrderEvent.id <= until,
            OrderEvent.from_state.is_distinct_from(OrderEvent.to_state),
        )
        .order_by(OrderEvent.id)
    )
    for event, type_, point, account in session.execute(query.execution_options(yield_per=CHUNK)):
        yield (
            event.id,
            event.order_number,
            type_,
            point,
            account,
            event.from_state,
            event.to_state,
            event.kind,
            utc_text(event.at),
            event.source,
        )


def utc_text(instant: datetime) -> str:
    """An instant as UTC text: the same on both engines and in every zone."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
