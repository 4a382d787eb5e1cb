"""An export batch: the rows since the last one under a number, so that none is given twice or left out."""

import hashlib
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from workorders.queries.exports import EXPORTS, Export, csv_of, export_named, highest_id
from workorders.tables import ExportBatch


def make_batch(session: Session, kind: str, *, now: datetime, actor: str) -> ExportBatch | None:
    """Make the next batch of a kind; None when nothing is new. Raises Problem `not_found`.

    Writers of the exported table are waited for, and wait until this transaction ends: no id below the
    watermark can appear later.
    """
    export = export_named(kind)
    _wait_for_writers(session, export)
    last = session.execute(
        select(ExportBatch.number, ExportBatch.until_id)
        .where(ExportBatch.kind == kind)
        .order_by(ExportBatch.number.desc())
        .limit(1)
    ).first()
    number, after = (last.number + 1, last.until_id) if last is not None else (1, 0)
    until = highest_id(session, export)
    if until <= after:
        return None
    rows, digest = digest_of(session, export, after, until)
    if rows == 0:
        return None
    batch = ExportBatch(
        kind=kind,
        number=number,
        after_id=after,
        until_id=until,
        rows=rows,
        sha256=digest,
        made_at=now,
        made_by=actor[:80],
    )
    session.add(batch)
    session.flush()
    return batch


def digest_of(session: Session, export: Export, after: int, until: int) -> tuple[int, str]:
    """Rows of a span, and the SHA-256 of their CSV."""
    sha, lines = hashlib.sha256(), 0
    for line in csv_of(session, export, after, until):
        sha.update(line.encode())
        lines += 1
    return lines - 1, sha.hexdigest()


def is_unchanged(session: Session, batch: ExportBatch) -> bool:
    """The batch read again has the bytes that were given out."""
    found = digest_of(session, EXPORTS[batch.kind], batch.after_id, batch.until_id)
    return found == (batch.rows, batch.sha256)


def batches_made(session: Session, limit: int) -> list[tuple[ExportBatch, int]]:
    """The newest batches, each with how many its kind has."""
    counts = dict(
        session.execute(
            select(ExportBatch.kind, func.max(ExportBatch.number)).group_by(ExportBatch.kind)
        ).all()
    )
    newest = select(ExportBatch).order_by(ExportBatch.id.desc()).limit(limit)
    return [(one, counts[one.kind]) for one in session.scalars(newest)]


def _wait_for_writers(session: Session, export: Export) -> None:
    """SQLite has one writer at a time; PostgreSQL takes ids before it commits, out of order."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE export_batch IN SHARE ROW EXCLUSIVE MODE"))
        session.execute(text(f'LOCK TABLE "{export.key.class_.__tablename__}" IN SHARE MODE'))
