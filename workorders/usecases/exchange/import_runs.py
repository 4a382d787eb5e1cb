"""Imports as runs: what each file brought, written down in the transaction that brought it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from workorders.grammar.texts import LINE_MAX, storable
from workorders.tables import ImportKey, ImportRun, Read, ServicePointEvent
from workorders.tables.bulk import insert_all

KEPT_ERRORS = 200
"""Faults of a refused file that are kept; whoever imports it again gets all of them."""
LOCK = 0x6375_7262
"""Of PostgreSQL: one import writes at a time."""


@dataclass(frozen=True, slots=True)
class RunMade:
    """What a run is about. `way`: page | command | folder; `rows` of the file."""

    kind: str
    file: str
    sha256: str
    source: str
    way: str
    rows: int


@dataclass(frozen=True, slots=True)
class Before:
    """The highest ids before an import wrote anything."""

    read: int
    event: int


def source_of(session: Session, kind: str, sha256: str) -> str:
    """What names an import of these bytes in its facts: another one after each that was undone."""
    query = select(func.count()).select_from(ImportRun)
    undone = session.scalar(
        query.where(ImportRun.sha256 == sha256, ImportRun.kind == kind, ImportRun.state == "undone")
    )
    return f"import:{kind}:{sha256[:12]}" + (f":{undone + 1}" if undone else "")


def begin_run(session: Session) -> Before:
    """Wait for an import that is being written: what has ids between is then this one's."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    return Before(_highest(session, Read.id), _highest(session, ServicePointEvent.id))


def note_written(
    session: Session,
    made: RunMade,
    before: Before,
    counts: Mapping[str, int],
    added: Sequence[str],
    *,
    now: datetime,
    actor: str,
) -> int:
    """Write down what was brought, `added` as table:number; the run's number."""
    run = _run(made, "written", now, actor)
    run.counts = dict(counts)
    last_read, last_event = _highest(session, Read.id), _highest(session, ServicePointEvent.id)
    if last_read > before.read:
        run.first_read, run.last_read = before.read + 1, last_read
    if last_event > before.event:
        run.first_event, run.last_event = before.event + 1, last_event
    session.add(run)
    session.flush()
    insert_all(session, ImportKey, [{"run_id": run.id, "key": key} for key in added])
    return run.id


def note_refused(
    session: Session,
    made: RunMade,
    errors: Sequence[Mapping[str, Any]],
    count: int,
    *,
    now: datetime,
    actor: str,
) -> int:
    """Write down that nothing of a file was taken in, and why; the run's number."""
    run = _run(made, "refused", now, actor)
    run.errors, run.error_count = [dict(one) for one in errors[:KEPT_ERRORS]], count
    session.add(run)
    session.flush()
    return run.id


def _run(made: RunMade, state: str, now: datetime, actor: str) -> ImportRun:
    return ImportRun(
        kind=made.kind,
        file=storable(made.file)[:LINE_MAX],
        sha256=made.sha256,
        source=made.source,
        way=made.way,
        state=state,
        rows=made.rows,
        counts={},
        errors=[],
        error_count=0,
        made_at=now,
        made_by=actor[:80],
    )


def _highest(session: Session, key: Any) -> int:
    return session.scalar(select(func.max(key))) or 0
