"""Messages between dispatchers and technicians, and who has read them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.facts import EventFacts
from workorders.grammar.texts import checked_text
from workorders.judgement.event_schema import Unreadable
from workorders.messages.canned import TO_FIELD, TO_OFFICE
from workorders.messages.message import Message
from workorders.problems import Problem
from workorders.queries.lookups import technician_named
from workorders.tables import FieldMessage, Order
from workorders.tables.field_messages import MESSAGE_MAX
from workorders.usecases.history import enqueue

TALK = frozenset({"message", "messages_read"})
"""Field events that move no order and are judged by nobody."""
MOST_READ = 500
"""Messages that one event may mark as read."""


def send_message(
    session: Session,
    technician_id: str,
    *,
    text: str = "",
    canned: str | None = None,
    order_number: str | None = None,
    now: datetime,
    actor: str,
) -> FieldMessage:
    """Write to a technician, about an order or about the day; the tablet gets it with its next sync.

    Raises Problem `not_found` for the technician or the order, `bad_input` for a message that says nothing,
    is too long, or whose canned text there is not.
    """
    technician = technician_named(session, technician_id)
    typed = checked_text(text, field="text", longest=MESSAGE_MAX)
    if canned is not None and canned not in TO_FIELD:
        raise Problem("bad_input", field="canned", reason="no such text")
    if not typed and canned is None:
        raise Problem("bad_input", field="text", reason="write something")
    if order_number is not None and session.get(Order, order_number) is None:
        raise Problem("not_found", what="order", key=order_number)
    message = FieldMessage(
        technician_id=technician.id,
        order_number=order_number,
        from_office=True,
        author=actor[:80],
        canned=canned,
        text=typed,
        written_at=now,
        recorded_at=now,
    )
    session.add(message)
    session.flush()
    enqueue(session, technician.id, "message", str(message.id), now=now)
    return message


def read_by_office(session: Session, technician_id: str, *, now: datetime, actor: str) -> int:
    """Mark what the technician wrote as read; the tablet shows it. Answers how many were new."""
    new = select(FieldMessage).where(
        FieldMessage.technician_id == technician_id,
        FieldMessage.from_office.is_(False),
        FieldMessage.read_at.is_(None),
    )
    messages = session.scalars(new.order_by(FieldMessage.id).with_for_update()).all()
    for message in messages:
        message.read_at, message.read_by = now, actor[:80]
        enqueue(session, technician_id, "message", str(message.id), now=now)
    return len(messages)


def from_tablet(session: Session, event: EventFacts, *, order_number: str | None, now: datetime) -> Message:
    """Keep a technician's message, or note what the technician has read; what the tablet is answered.

    Raises Unreadable `malformed` when the body is not of the documented shape.
    """
    try:
        if event.kind == "message":
            _keep(session, event, order_number, now)
        else:
            _mark(session, event, now)
    except Problem as problem:
        raise Unreadable("malformed", Message.of(f"problem.{problem.code}", **problem.details)) from None
    return Message("ack.noted")


def _keep(session: Session, event: EventFacts, order_number: str | None, now: datetime) -> None:
    canned, text = _said(event.body)
    message = FieldMessage(
        technician_id=event.technician,
        order_number=order_number,
        from_office=False,
        author=event.technician,
        canned=canned,
        text=text,
        written_at=event.occurred_at,
        recorded_at=now,
        event_id=event.id,
    )
    session.add(message)
    session.flush()
    enqueue(session, event.technician, "message", str(message.id), now=now)


def _said(body: Mapping[str, Any]) -> tuple[str | None, str]:
    """The canned code and the text; a code that this program does not know is kept as text, never dropped."""
    given, code = body.get("text"), body.get("canned")
    text = checked_text(given, field="text", longest=MESSAGE_MAX) if isinstance(given, str) else ""
    if isinstance(code, str) and code and code not in TO_OFFICE:
        return None, text or checked_text(code, field="canned", longest=MESSAGE_MAX)
    canned = code if isinstance(code, str) and code else None
    if not text and canned is None:
        raise Problem("bad_input", field="text", reason="write something")
    return canned, text


def _mark(session: Session, event: EventFacts, now: datetime) -> None:
    given = event.body.get("messages")
    ids = (
        [one for one in given if isinstance(one, int) and 0 < one < 2**53] if isinstance(given, list) else []
    )
    if not ids or len(ids) > MOST_READ:
        raise Problem("bad_input", field="messages", reason="numbers of messages")
    unread = select(FieldMessage).where(
        FieldMessage.id.in_(ids),
        FieldMessage.technician_id == event.technician,
        FieldMessage.from_office.is_(True),
        FieldMessage.read_at.is_(None),
    )
    for message in session.scalars(unread.order_by(FieldMessage.id).with_for_update()):
        message.read_at, message.read_by = event.occurred_at, event.technician
        enqueue(session, event.technician, "message", str(message.id), now=now)
