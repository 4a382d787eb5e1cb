"""An event id that is known already: the same again, a photo that came later, or another statement."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.judgement.event_schema import FieldDocument
from workorders.judgement.verdict import case
from workorders.messages.message import Message
from workorders.tables import ExceptionCase, FieldEvent
from workorders.usecases.field.cases import open_cases
from workorders.usecases.field.decisions import accept_arrived
from workorders.usecases.field.delivery import Acknowledgement, Delivery
from workorders.usecases.field.evidence import all_here, receive_evidence
from workorders.usecases.field.quarantine import DUPLICATES, quarantine
from workorders.usecases.history import count, enqueue


def again(session: Session, known: FieldEvent, event: FieldDocument, delivery: Delivery) -> Acknowledgement:
    """The answer to an event whose id was judged before."""
    now = delivery.received_at
    if known.digest != event.digest:
        return _conflict(session, known, delivery)
    news, changed = receive_evidence(session, event)
    fresh = [one for one in changed if not _is_open(session, known.id, one.code)]
    open_cases(session, fresh, source=known.id, order_number=known.order_number, now=now)
    if not news and not fresh:
        count(session, DUPLICATES)
        return Acknowledgement(known.status, known.ack, tuple(known.codes), duplicate=True)
    if fresh:
        known.status = "review"
        known.codes = [*known.codes, *(one.code for one in fresh)]
    if news and all_here(session, known.id):
        accept_arrived(session, known, now=now)
    session.flush()
    enqueue(session, known.technician_id, "ack", known.id, now=now)
    return Acknowledgement(known.status, known.ack, tuple(known.codes))


def _conflict(session: Session, known: FieldEvent, delivery: Delivery) -> Acknowledgement:
    """Two statements under one id: the first counts, the second is kept for the supervisor."""
    verdict = quarantine(session, delivery, reason=Message("quarantine.event_conflict"))
    if not _is_open(session, known.id, "event_conflict"):
        found = [case("event_conflict", blocking=False, event=known.id, revision=delivery.revision)]
        now = delivery.received_at
        open_cases(session, found, source=known.id, order_number=known.order_number, now=now)
    return verdict


def _is_open(session: Session, source: str, code: str) -> bool:
    return (
        session.scalar(
            select(ExceptionCase.id).where(ExceptionCase.source == source, ExceptionCase.code == code)
        )
        is not None
    )
