"""Receipts handed out in the field, kept beside the money they brought."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.facts import EventFacts
from workorders.judgement.consequences import OpenException
from workorders.judgement.receipts import (
    ReceiptFacts,
    follows,
    format_number,
    own_hash_is_right,
    parse_number,
    ungranted_key,
)
from workorders.judgement.verdict import case
from workorders.tables import Account, Receipt, ReceiptInCustody
from workorders.usecases.field.cause import Cause


class Known(StrEnum):
    """What the records say of a receipt number that an event brings."""

    NEW = "new"
    SAME = "same"
    OTHER = "other"


def look_up(session: Session, event: EventFacts, device: str) -> Known:
    """Whether the event's receipt number was already recorded by another event, and with what."""
    facts = ReceiptFacts.from_document(event.body["receipt"])
    kept = session.get(Receipt, _key(facts, event, device))
    if kept is None:
        return Known.NEW
    same = (kept.hash, kept.amount_cents) == (facts.hash, facts.amount_cents) and own_hash_is_right(facts)
    return Known.SAME if same else Known.OTHER


def keep_receipt(
    session: Session, event: EventFacts, device: str, cause: Cause, *, number: str | None = None
) -> list[OpenException]:
    """Write the receipt of a payment or void; a case when the receipt after it does not follow from it.

    `number` replaces the receipt's own where that is taken by another receipt (an accepted conflict).
    """
    facts = ReceiptFacts.from_document(event.body["receipt"])
    own = cause.order.account
    account_id = own.id if own is not None else None
    if own is None or own.number != facts.account:
        named = session.scalar(select(Account.id).where(Account.number == facts.account))
        account_id = account_id if named is None else named
    if account_id is None:
        return []
    kept = number or _key(facts, event, device)
    session.add(
        Receipt(
            number=kept,
            device_id=device,
            technician_id=event.technician,
            account_id=account_id,
            order_number=cause.order.number,
            amount_cents=facts.amount_cents,
            method=facts.method,
            check_number=facts.check_number,
            taken_at=_taken_at(facts, event),
            previous_hash=facts.previous_hash,
            hash=facts.hash,
            chain_ok=event.ungranted_receipt is None and follows(facts, event.previous_receipt_hash),
            source=event.id,
        )
    )
    session.flush()
    if facts.amount_cents > 0:
        session.add(ReceiptInCustody(receipt_number=kept))
        session.flush()
    return _follower(session, facts) if event.ungranted_receipt is None else []


def _key(facts: ReceiptFacts, event: EventFacts, device: str) -> str:
    """A number that was not granted to this tablet stays free for whoever was given it."""
    return facts.number if event.ungranted_receipt is None else ungranted_key(facts.number, device)


def _follower(session: Session, facts: ReceiptFacts) -> list[OpenException]:
    """The receipt that came before this one arrived must follow from it."""
    parsed = parse_number(facts.number)
    if parsed is None or parsed[1] >= 999_999:
        return []
    after = session.get(Receipt, format_number(parsed[0], parsed[1] + 1))
    if after is None or after.previous_hash == facts.hash:
        return []
    return [case("receipt_chain_broken", blocking=False, receipt=after.number)]


def _taken_at(facts: ReceiptFacts, event: EventFacts) -> datetime:
    """When the money was taken, by the district's clock; the event's own time when that is no instant."""
    try:
        taken = datetime.fromisoformat(facts.taken_at)
        return min(taken + event.clock_shift, event.occurred_at)
    except (TypeError, ValueError, OverflowError):  # TypeError also of an instant without an offset
        return event.occurred_at
