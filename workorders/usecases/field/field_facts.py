"""An understood event made ready for the rules: when it happened, who did it, what is attached."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from workorders.facts import EventFacts, UngrantedReceipt
from workorders.judgement.clock import JudgedTime, judge_time
from workorders.judgement.event_schema import FieldDocument, event_body
from workorders.judgement.receipts import BlockFacts, format_number, parse_number
from workorders.tables import FieldEvent, Receipt, ReceiptBlock, Technician

_BLOCK = select(
    ReceiptBlock.device_id, ReceiptBlock.technician_id, ReceiptBlock.first, ReceiptBlock.last
).where(ReceiptBlock.prefix == bindparam("prefix"))


def time_of(
    event: FieldDocument,
    *,
    enqueued_at: datetime | None,
    received_at: datetime,
    last_contact: datetime | None,
) -> JudgedTime:
    """When it happened, between the last contact and the receipt.

    A tablet that names the sequence it had seen was in contact after that was written (`enqueued_at`), so
    the answer does not depend on how the feed was cut into batches.
    """
    earliest = max((at for at in (enqueued_at, last_contact) if at is not None), default=None)
    return judge_time(event.at, event.clock.get("offset_ms"), earliest=earliest, received_at=received_at)


def facts_of(
    session: Session, event: FieldDocument, technician: Technician, occurred_at: datetime
) -> EventFacts:
    """The event as the rules see it."""
    block = _block(session, event)
    stray = _ungranted_receipt(event, block)
    return EventFacts(
        id=event.id,
        kind=event.kind,
        occurred_at=occurred_at,
        technician=event.technician,
        body=event.body,
        epoch=event.epoch,
        seen_seq=event.seen_seq,
        rule_set=event.rule_set,
        skills=tuple(technician.skills),
        position=event.position,
        accuracy_m=event.accuracy_m,
        attachments=frozenset(event.attachments),
        clock_shift=occurred_at - event.at,
        previous_receipt_hash=_previous_hash(session, event, block) if stray is None else None,
        ungranted_receipt=stray,
    )


def recalled_facts(event: FieldEvent) -> EventFacts:
    """A kept event as the rules see it, without what was judged when it came (skills, position, chain)."""
    return EventFacts(
        id=event.id,
        kind=event.kind,
        occurred_at=event.occurred_at,
        technician=event.technician_id,
        body=event_body(event.body),
        epoch=event.epoch,
        rule_set=event.rule_set,
        clock_shift=event.occurred_at - (event.device_at or event.occurred_at),
    )


def _receipt_number(event: FieldDocument) -> tuple[str, int] | None:
    receipt = event.body.get("receipt")
    return parse_number(str(receipt.get("number"))) if isinstance(receipt, dict) else None


def _block(session: Session, event: FieldDocument) -> BlockFacts | None:
    """The block that the event's receipt number lies in by its letters."""
    parsed = _receipt_number(event)
    found = session.execute(_BLOCK, {"prefix": parsed[0]}).first() if parsed is not None else None
    return None if found is None else BlockFacts(*found)


def _ungranted_receipt(event: FieldDocument, block: BlockFacts | None) -> UngrantedReceipt | None:
    """Who holds the block of a receipt number that this technician was not given on this device.

    None for a number of their own, and for what is no receipt number at all, which is a case by itself.
    """
    parsed = _receipt_number(event)
    if parsed is None:
        return None
    _prefix, serial = parsed
    if block is None:
        return UngrantedReceipt()
    if block.grants(serial, event.device, event.technician):
        return None
    if not block.first <= serial <= block.last:
        return UngrantedReceipt()
    return UngrantedReceipt(block.device, block.technician)


def _previous_hash(session: Session, event: FieldDocument, block: BlockFacts | None) -> str | None:
    """The hash of the receipt before this one; None for the first of its block.

    A receipt whose predecessor is not here yet is taken at its word; the predecessor is compared with it
    when it comes (workorders.usecases.cash.receipts).
    """
    parsed = _receipt_number(event)
    if parsed is None:
        return None
    prefix, serial = parsed
    if serial <= (block.first if block is not None else 1):
        return None
    known = session.scalar(select(Receipt.hash).where(Receipt.number == format_number(prefix, serial - 1)))
    claimed = event.body["receipt"].get("previous_hash")
    return known if known is not None else claimed if isinstance(claimed, str) else None
