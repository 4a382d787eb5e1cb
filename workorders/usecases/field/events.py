"""A document from a tablet becomes a fact with its consequences, in the caller's one transaction.

Whatever comes is answered: posted, in review, or quarantined. The same event again gets the same answer and
changes nothing; what the database refuses becomes a case and leaves nothing half-written.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from workorders.facts import EventFacts
from workorders.judgement.event_schema import FieldDocument, Unreadable, stated_in, understand
from workorders.judgement.lifecycle import FIELD_COMMANDS
from workorders.messages.message import Message
from workorders.problems import Problem
from workorders.queries.lookups import find_bare_order_for_update, find_order_for_update
from workorders.tables import FieldEvent, Technician
from workorders.tables.dialect import write_row
from workorders.usecases.field.cases import is_blocking, open_cases
from workorders.usecases.field.delivery import Delivery, Verdict
from workorders.usecases.field.evidence import keep_evidence
from workorders.usecases.field.field_facts import clamped, facts_of
from workorders.usecases.field.outcome import Outcome, judged, progressed, without_order
from workorders.usecases.field.quarantine import quarantine
from workorders.usecases.field.repeats import again
from workorders.usecases.history import tell

_KNOWN = (
    select(Technician, FieldEvent)
    .outerjoin(FieldEvent, FieldEvent.id == bindparam("event"))
    .where(Technician.id == bindparam("technician"))
)


def ingest_event(
    session: Session,
    document: Mapping[str, Any],
    *,
    database: str,
    revision: str,
    received_at: datetime,
    last_contact: datetime | None = None,
) -> Verdict:
    """Judge one event document of a technician's database and carry out what follows. Never commits.

    `received_at` is now. Raises only what the database raises when it cannot work (sqlalchemy's
    OperationalError): anything wrong with the document is the verdict.
    """
    delivery = Delivery(document, database, revision, received_at, last_contact)
    try:
        event = understand(document, database=database)
        row = session.execute(_KNOWN, {"event": event.id, "technician": event.technician}).first()
        if row is None:
            raise Unreadable("foreign", Message.of("unreadable.no_technician", technician=event.technician))
        if row.FieldEvent is not None:
            return again(session, row.FieldEvent, event, delivery)
        return _take_in(session, event, row.Technician, delivery)
    except Unreadable as unreadable:
        return quarantine(session, delivery, reason=unreadable.message)


def _take_in(session: Session, event: FieldDocument, technician: Technician, delivery: Delivery) -> Verdict:
    now = delivery.received_at
    occurred_at, clock = clamped(event, session, received_at=now, last_contact=delivery.last_contact)
    facts = facts_of(session, event, technician, occurred_at)
    outcome = _outcome(session, event, facts, now)
    cases = open_cases(session, outcome.exceptions, source=event.id, order_number=event.order, now=now)
    status = "review" if any(is_blocking(case) for case in cases) else "posted"
    codes = [case.code for case in cases] + list(clock)
    session.flush()
    write_row(
        session,
        FieldEvent,
        {
            "id": event.id,
            "kind": event.kind,
            "technician_id": event.technician,
            "device_id": event.device,
            "counter": event.counter,
            "order_number": event.order,
            "epoch": event.epoch,
            "device_at": event.at,
            "occurred_at": occurred_at,
            "received_at": now,
            "status": status,
            "ack_code": outcome.message.code,
            "ack_params": dict(outcome.message.params),
            "codes": codes,
            "digest": event.digest,
            "rule_set": event.rule_set,
            "body": stated_in(delivery.document),
        },
    )
    keep_evidence(session, event)
    tell(session, event.technician, "ack", event.id, now=now)
    return Verdict(status, outcome.message, tuple(codes))


def _outcome(session: Session, event: FieldDocument, facts: EventFacts, now: datetime) -> Outcome:
    """What the event does. Raises Unreadable when its body is not of the documented shape."""
    progress = event.kind in FIELD_COMMANDS
    find = find_bare_order_for_update if progress else find_order_for_update
    order = find(session, event.order) if event.order is not None else None
    if order is None:
        return without_order(event)
    if progress:
        return progressed(session, order, facts, now=now)
    try:
        return judged(session, order, facts, device=event.device, now=now)
    except Problem as problem:
        raise Unreadable("malformed", Message.of(f"problem.{problem.code}", **problem.details)) from None
