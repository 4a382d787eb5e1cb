"""What became of outbox rows: published, failed with a next try, purged once nobody needs them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.failures import next_try
from sync.pipeline.refill import OVER
from workorders.queries.pieces import pieces
from workorders.tables import Order, Outbox
from workorders.usecases.lost_races import in_transaction

Subject = tuple[str, str]


def record(
    sessions: sessionmaker[Session],
    technician: str,
    published: Mapping[Subject, int],
    failed: Mapping[Subject, tuple[int, str]],
    now: datetime,
) -> None:
    """Write down what became of a technician's subjects: their newest outbox number, and why one failed.

    A document says what every row of its subject up to that number asked for, those set aside included, so
    all of them share its fate.
    """

    def write(session: Session) -> None:
        for part in pieces(list(published.items())):
            _mark_published(session, technician, dict(part), now)
        for (topic, key), (seq, code) in sorted(failed.items()):
            of_subject = (
                Outbox.is_waiting()
                & (Outbox.technician_id == technician)
                & (Outbox.topic == topic)
                & (Outbox.key == key)
                & (Outbox.id <= seq)
            )
            failures = (session.scalar(select(func.max(Outbox.failures)).where(of_subject)) or 0) + 1
            session.execute(
                update(Outbox)
                .where(of_subject)
                .values(
                    failures=failures, last_error=code, failed_at=now, next_try_at=next_try(failures, now)
                )
                .execution_options(synchronize_session=False)
            )

    in_transaction(sessions, write)


def _mark_published(
    session: Session, technician: str, published: Mapping[Subject, int], now: datetime
) -> None:
    rows = session.execute(
        select(Outbox.id, Outbox.topic, Outbox.key).where(
            Outbox.technician_id == technician,
            Outbox.topic.in_({topic for topic, _ in published}),
            Outbox.key.in_({key for _, key in published}),
            Outbox.published_at.is_(None),
        )
    )
    ids = [row.id for row in rows if row.id <= published.get((row.topic, row.key), 0)]
    for part in pieces(ids):
        session.execute(
            update(Outbox)
            .where(Outbox.id.in_(part))
            .values(published_at=now, set_aside_at=None)
            .execution_options(synchronize_session=False)
        )


def purge_published(session: Session, *, before: datetime, limit: int = 5_000) -> int:
    """Delete up to `limit` rows published before that instant; returns how many. Never commits.

    Rows of orders that are not over stay: pages and rules ask when a change of them was published. So does
    the newest row of all, from which restored databases count on.
    """
    active = exists().where(Order.number == Outbox.key, Order.state.not_in(OVER))
    newest = select(func.max(Outbox.id)).scalar_subquery()
    old = (
        select(Outbox.id)
        .where(Outbox.published_at < before, Outbox.id < newest, (Outbox.topic != "order") | ~active)
        .order_by(Outbox.id)
        .limit(limit)
    )
    ids = list(session.scalars(old))
    for part in pieces(ids):
        session.execute(
            delete(Outbox).where(Outbox.id.in_(part)).execution_options(synchronize_session=False)
        )
    return len(ids)
