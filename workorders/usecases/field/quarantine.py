"""Documents that could not be understood or may not be believed: kept whole, answered, never dropped."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from workorders.messages.message import Message
from workorders.tables import Quarantine, Technician
from workorders.usecases.field.delivery import Acknowledgement, Delivery
from workorders.usecases.history import count, enqueue

KEY_MAX = 80
"""Width of `Outbox.key`; a longer id was never an event's and gets no acknowledgement."""
DUPLICATES = "duplicate_events"
"""The counter of documents that came again and changed nothing."""


def quarantine(session: Session, delivery: Delivery, *, reason: Message) -> Acknowledgement:
    """Keep a document aside for a reason (`quarantine.<code>`); the same revision gets the same answer."""
    database, revision = delivery.database, delivery.revision[:80]
    doc_id = keepable(str(delivery.document.get("_id"))[:200])
    code = reason.code.removeprefix("quarantine.")
    known = session.scalar(
        select(Quarantine).where(
            Quarantine.database == database,
            Quarantine.document_id == doc_id,
            Quarantine.revision == revision,
        )
    )
    if known is not None:
        count(session, DUPLICATES)
        return Acknowledgement("quarantined", kept_aside(known), (known.code,), duplicate=True)
    kept = Quarantine(
        database=database,
        document_id=doc_id,
        revision=revision,
        body=keepable(delivery.document),
        code=code,
        params=keepable(dict(reason.params)),
        received_at=delivery.received_at,
    )
    session.add(kept)
    session.flush()
    technician = session.get(Technician, database.removeprefix("tech-"))
    if technician is not None and answerable(doc_id):
        enqueue(session, technician.id, "ack", doc_id, now=delivery.received_at)
    return Acknowledgement("quarantined", kept_aside(kept), (code,))


def undecided_documents(session: Session) -> int:
    """How many documents wait for the office."""
    return session.scalar(documents_waiting()) or 0


def documents_waiting() -> Select[int]:
    """Asks how many documents wait for the office."""
    return select(func.count()).select_from(Quarantine).where(~Quarantine.decision.has())


def answerable(doc_id: str) -> bool:
    """True for the id of an event, which gets an acknowledgement."""
    return doc_id.startswith("event:") and len(doc_id) <= KEY_MAX


def kept_aside(kept: Quarantine) -> Message:
    """What the technician reads: why it was kept aside, or what the office did about it since."""
    if kept.decision is not None:
        return Message.of("ack.decided", decision=kept.decision.message)
    return Message.of("ack.quarantined", reason=kept.reason)


def keepable(value: Any) -> Any:
    """JSON with zero characters and lone surrogates shown as ␀ and �, which PostgreSQL cannot store."""
    if isinstance(value, str):
        return value.replace("\x00", "␀").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {keepable(str(key)): keepable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [keepable(part) for part in value]
    return value
