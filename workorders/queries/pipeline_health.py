"""What stands in the way between office and field: documents, feeds and loops that failed."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.tables import IngestCheckpoint, Outbox, Quarantine, WorkerLoop


def delayed_documents(session: Session, *, limit: int = 200) -> Sequence[Outbox]:
    """The newest outbox row of each subject whose document failed, those set aside last."""
    newest = (
        select(func.max(Outbox.id))
        .where(Outbox.has_failed())
        .group_by(Outbox.technician_id, Outbox.topic, Outbox.key)
    )
    query = select(Outbox).where(Outbox.id.in_(newest)).order_by(Outbox.set_aside_at.is_not(None), Outbox.id)
    return session.scalars(query.limit(limit)).all()


def delayed_feeds(session: Session) -> Sequence[IngestCheckpoint]:
    """Feeds that could not be read on at the last try."""
    query = select(IngestCheckpoint).where(IngestCheckpoint.failures > 0).order_by(IngestCheckpoint.database)
    return session.scalars(query).all()


def failed_events(session: Session, *, limit: int = 200) -> Sequence[Quarantine]:
    """Undecided documents from the field on which the program failed."""
    query = (
        select(Quarantine)
        .where(Quarantine.code == "ingest_failed", ~Quarantine.decision.has())
        .order_by(Quarantine.id)
    )
    return session.scalars(query.limit(limit)).all()


def count_failed_events(session: Session) -> int:
    """How many undecided documents from the field the program failed on."""
    failed = (Quarantine.code == "ingest_failed") & ~Quarantine.decision.has()
    return session.scalar(select(func.count()).select_from(Quarantine).where(failed)) or 0


def worker_loops(session: Session) -> Sequence[WorkerLoop]:
    """The worker's loops by name."""
    return session.scalars(select(WorkerLoop).order_by(WorkerLoop.name)).all()


def count_delayed(session: Session) -> dict[str, int]:
    """How many subjects wait after a failure (`retrying`) and how many the office set aside (`set_aside`)."""
    rows = session.execute(
        select(Outbox.technician_id, Outbox.topic, Outbox.key, func.max(Outbox.set_aside_at))
        .where(Outbox.has_failed())
        .group_by(Outbox.technician_id, Outbox.topic, Outbox.key)
    ).all()
    aside = sum(row[3] is not None for row in rows)
    return {"retrying": len(rows) - aside, "set_aside": aside}
