"""A database put back from a backup begins a new incarnation: its counts go on above what it no longer knows.

Between the backup and its return numbers were given out that are not in it. A number given a second time
would let a forgotten order, receipt or assignment pass for a new one. So every counter leaps by a margin and
by what could have been used in that time at the most; a second return from the same backup leaps further than
the first, because more time has passed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from workorders.tables import Assignment, Counter, Incarnation, Order, Outbox


@dataclass(frozen=True, slots=True)
class Pace:
    """The most that a busy district uses of a number: at once, and per minute in the long run."""

    margin: int
    per_minute: int

    def leap(self, elapsed: timedelta) -> int:
        """How far to go on above the last number that is known, `elapsed` after the backup was taken."""
        return self.margin + self.per_minute * (int(elapsed.total_seconds()) // 60 + 1)


SEQUENCES = Pace(100_000, 1_000)
EPOCHS = Pace(100, 1)
GENERATIONS = Pace(1_000, 10)
VERSIONS = Pace(1_000, 10)
COUNTERS = {"order": Pace(1_000, 10), "receipt_block": Pace(24, 1)}
"""By the counter's name; others only count things and are given to nobody."""


class ClockBehind(Exception):  # noqa: N818 - named for what is wrong
    """This machine's clock shows a time before the backup was taken, so nothing can be leapt over by it."""


def current_incarnation(session: Session) -> Incarnation | None:
    """The life this database is in; None in its first one."""
    return session.scalars(select(Incarnation).order_by(Incarnation.number.desc()).limit(1)).first()


def begin_incarnation(session: Session, *, backup_taken_at: datetime, now: datetime) -> Incarnation:
    """Let every number go on above what may have been given out since the backup; the caller commits.

    Technicians' documents are raised afterwards (sync.pipeline.new_incarnation). Raises ClockBehind.
    """
    elapsed = now - backup_taken_at
    if elapsed < timedelta(0):
        raise ClockBehind
    before = current_incarnation(session)
    last_sequence = _leap_outbox(session, SEQUENCES.leap(elapsed))
    _enqueue_all(session)
    epochs = [session.scalar(select(func.max(column))) or 0 for column in (Order.epoch, Assignment.epoch)]
    for name, pace in COUNTERS.items():
        session.execute(
            update(Counter).where(Counter.name == name).values(value=Counter.value + pace.leap(elapsed))
        )
    # Whoever has a page open has seen versions that are not here.
    session.execute(
        update(Order)
        .values(version=Order.version + VERSIONS.leap(elapsed))
        .execution_options(synchronize_session=False)
    )
    begun = Incarnation(
        number=(before.number if before else 1) + 1,
        begun_at=now,
        backup_taken_at=backup_taken_at,
        sequence_floor=last_sequence,
        epoch_floor=max(*epochs, before.epoch_floor if before else 0) + EPOCHS.leap(elapsed),
        generation_step=GENERATIONS.leap(elapsed),
        documents_raised_at=None,
    )
    session.add(begun)
    session.flush()
    return begun


def epoch_floor(session: Session) -> int:
    """Epochs of new assignments are above it, so that none is one a tablet may hold from a life before."""
    return session.scalar(select(func.max(Incarnation.epoch_floor))) or 0


def _enqueue_all(session: Session) -> None:
    """What waits to be published gets new numbers: the old ones are below what documents now carry."""
    waiting = session.scalars(select(Outbox).where(Outbox.is_waiting()).order_by(Outbox.id)).all()
    for row in waiting:
        again = Outbox(
            technician_id=row.technician_id, topic=row.topic, key=row.key, created_at=row.created_at
        )
        session.add(again)
        session.flush()
        if row.topic == "order":
            session.execute(
                update(Order)
                .where(Order.number == row.key, Order.cancel_seq == row.id)
                .values(cancel_seq=again.id, version=Order.version)
                .execution_options(synchronize_session=False)
            )
        session.delete(row)
    session.flush()


def _leap_outbox(session: Session, leap: int) -> int:
    """Move the sequence that outbox numbers come from; the last number that is then used up."""
    newest = session.scalar(select(func.max(Outbox.id))) or 0
    if session.get_bind().dialect.name == "postgresql":
        given = session.scalar(text("SELECT last_value FROM outbox_id_seq")) or 0
        last = max(newest, given) + leap
        session.execute(text("SELECT setval('outbox_id_seq', :last)"), {"last": last})
        return last
    given = session.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"))
    last = max(newest, given or 0) + leap
    session.execute(text("DELETE FROM sqlite_sequence WHERE name = 'outbox'"))
    session.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', :last)"), {"last": last})
    return last
