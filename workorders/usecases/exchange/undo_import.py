"""An import is undone as long as nothing was built on it: all of it, or none of it."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workorders.ledger import reverse
from workorders.messages.message import Message
from workorders.problems import Problem, Reason
from workorders.queries.import_runs import find_run
from workorders.queries.undoing_imports import Undoing, opening_entries, parts_of, undoing_of
from workorders.tables import ImportRun, JournalEntry, Meter, Order
from workorders.usecases.administration.audit import note_change
from workorders.usecases.exchange.import_runs import begin_run
from workorders.usecases.history import enqueue
from workorders.usecases.orders.cancel import cancel_order

NAMED = 5


def undo_import(session: Session, number: int, *, now: datetime, actor: str) -> Undoing:
    """Take away what an import added, and say what that was.

    Balances that were taken over are reversed, orders cancelled: neither leaves the records. Raises Problem
    `not_found`, and `import_not_undoable` when something was built on it.
    """
    begin_run(session)
    run = session.get(ImportRun, number, with_for_update=True, populate_existing=True) or find_run(
        session, number
    )
    undoing = undoing_of(session, run)
    if undoing.refused is not None:
        raise Problem("import_not_undoable", reason=undoing.refused)
    if undoing.built_on:
        first = undoing.built_on[0]
        named = ", ".join(first.numbers[:NAMED])
        raise Problem(
            "import_not_undoable", reason=Reason("something has been built on {numbers}", numbers=named)
        )
    run.state = "undoing"
    session.flush()
    if run.kind == "orders":
        _cancel(session, run, now=now, actor=actor)
    else:
        _reverse(session, run, now=now)
        _tell_vans(session, run, now=now)
        _take_away(session, run)
    run.state, run.undone_at, run.undone_by = "undone", now, actor[:80]
    session.flush()
    changes = {"file": (run.file, None), "entries": (sum(undoing.takes.values()), None)}
    note_change(session, f"import:{number}", "import_undone", now=now, actor=actor, changes=changes)
    return undoing


def _take_away(session: Session, run: ImportRun) -> None:
    try:
        for part in parts_of(run):
            session.execute(
                delete(part.model).where(part.which), execution_options={"synchronize_session": False}
            )
    except IntegrityError as error:
        # Somebody began to build on it in this very moment.
        reason = Reason("something has been built on it just now")
        raise Problem("import_not_undoable", reason=reason) from error


def _tell_vans(session: Session, run: ImportRun, *, now: datetime) -> None:
    """Tablets stop offering meters that go."""
    for part in parts_of(run):
        if part.model is Meter:
            vans = select(Meter.van_technician_id).where(part.which, Meter.van_technician_id.is_not(None))
            for technician in session.scalars(vans.distinct().order_by(Meter.van_technician_id)).all():
                enqueue(session, str(technician), "ref", "technician", now=now)


def _reverse(session: Session, run: ImportRun, *, now: datetime) -> None:
    if run.kind != "accounts":
        return
    for entry in session.scalars(select(JournalEntry).where(JournalEntry.id.in_(opening_entries(run)))).all():
        words = Message.of("entry.import_undone", run=run.id)
        reverse(session, entry, source=f"undo:{entry.source}", message=words, now=now)


def _cancel(session: Session, run: ImportRun, *, now: datetime, actor: str) -> None:
    mine = select(Order.number).where(Order.requested_by == run.source).order_by(Order.number)
    words = Message.of("reason.import_undone", run=run.id)
    for number in session.scalars(mine).all():
        cancel_order(session, number, reason=words, now=now, actor=actor)
