"""A document from a tablet becomes a fact with its consequences, in the caller's one transaction.

Whatever comes is answered: posted, in review, or quarantined. The same event again gets the same answer and
changes nothing; what the database refuses becomes a case and leaves nothing half-written.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.facts import EventFacts
from workorders.judgement.event_schema import FieldDocument, Unreadable, stated_in
from workorders.judgement.lifecycle import FIELD_COMMANDS
from workorders.messages.message import Message
from workorders.problems import Problem
from workorders.queries.case_choices import is_blocking
from workorders.tables import Evidence, FieldEvent, Outbox, Technician
from workorders.usecases.field.batch import EventBatch
from workorders.usecases.field.cases import open_cases
from workorders.usecases.field.delivery import Acknowledgement, Delivery
from workorders.usecases.field.evidence import evidence_rows
from workorders.usecases.field.field_day import DAY, day_noted
from workorders.usecases.field.field_facts import facts_of, time_of
from workorders.usecases.field.outcome import Outcome, judged, progressed, without_order
from workorders.usecases.field.pickups import PICKUP, pickup_from_tablet
from workorders.usecases.field.quarantine import quarantine
from workorders.usecases.field.repeats import again
from workorders.usecases.field.talk import TALK, from_tablet
from workorders.usecases.history import outbox_row


def ingest_event(
    session: Session,
    document: Mapping[str, Any],
    *,
    database: str,
    revision: str,
    received_at: datetime,
    last_contact: datetime | None = None,
) -> Acknowledgement:
    """Judge one event document of a technician's database and carry out what follows. Never commits.

    `received_at` is now. Raises only what the database raises when it cannot work (sqlalchemy's
    OperationalError): anything wrong with the document is the verdict.
    """
    delivery = Delivery(document, database, revision, received_at, last_contact)
    batch = EventBatch(session, [delivery])
    verdict = ingest_of(batch, delivery)
    batch.write()
    return verdict


def ingest_of(batch: EventBatch, delivery: Delivery) -> Acknowledgement:
    """The same for a delivery of a batch, in whose transaction it runs.

    What it adds may wait in `batch`, whose `write` the caller calls before it commits.
    """
    try:
        event = batch.event(delivery)
        technician = batch.technician(event)
        known = batch.known(event)
        if known is not None:
            batch.pending.write()
            return again(batch.session, known, event, delivery)
        return _take_in(batch, event, technician, delivery)
    except Unreadable as unreadable:
        return quarantine(batch.session, delivery, reason=unreadable.message)


def _take_in(
    batch: EventBatch, event: FieldDocument, technician: Technician, delivery: Delivery
) -> Acknowledgement:
    session, pending, now = batch.session, batch.pending, delivery.received_at
    enqueued_at = batch.enqueued_at(event)
    time = time_of(event, enqueued_at=enqueued_at, received_at=now, last_contact=delivery.last_contact)
    facts = facts_of(session, event, technician, time.at)
    outcome = _outcome(batch, event, facts, now)
    cases = open_cases(session, outcome.exceptions, source=event.id, order_number=event.order, now=now)
    status = "review" if any(is_blocking(case) for case in cases) else "posted"
    codes = [case.code for case in cases] + list(time.flags)
    pending.add(
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
            "occurred_at": time.at,
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
    for row in evidence_rows(event):
        pending.add(Evidence, row)
    pending.add(Outbox, outbox_row(event.technician, "ack", event.id, now=now))
    return Acknowledgement(status, outcome.message, tuple(codes))


def _outcome(batch: EventBatch, event: FieldDocument, facts: EventFacts, now: datetime) -> Outcome:
    """What the event does. Raises Unreadable when its body is not of the documented shape."""
    if event.kind == DAY:
        return Outcome(day_noted(facts))
    if event.kind in TALK:
        return Outcome(from_tablet(batch.session, facts, order_number=event.order, now=now))
    if event.kind == PICKUP:
        # It may raise an order: whatever came before it is in the database by then.
        batch.pending.write()
        return Outcome(pickup_from_tablet(batch.session, facts, order_number=event.order, now=now))
    order = batch.order(event)
    if order is None:
        return without_order(event)
    if batch.is_reconsidered(order):
        batch.pending.write()
    if event.kind in FIELD_COMMANDS:
        outcome = progressed(batch.pending, order, facts, now=now)
    else:
        records = batch.records(event, order)
        if records is None:
            # Whoever is judged by the database finds everything before it there.
            batch.pending.write()
        try:
            outcome = judged(
                batch.session,
                order,
                facts,
                pending=batch.pending,
                device=event.device,
                now=now,
                records=records,
                waits=batch.waits,
            )
        except Problem as problem:
            raise Unreadable("malformed", Message.of(f"problem.{problem.code}", **problem.details)) from None
    batch.touched(event, order)
    return outcome
