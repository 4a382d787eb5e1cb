"""Imports that were made, as their pages, the command and the watched folder see them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.tables import ImportRun


def import_runs(session: Session, *, limit: int) -> Sequence[ImportRun]:
    """The newest runs."""
    return session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(limit)).all()


def find_run(session: Session, number: int) -> ImportRun:
    """A run. Raises Problem `not_found`."""
    found = session.get(ImportRun, number)
    if found is None:
        raise Problem("not_found", what="import", key=number)
    return found


def written_before(session: Session, kind: str, sha256: str) -> ImportRun | None:
    """The run that took these bytes in and was not undone; None when there is none."""
    query = select(ImportRun).where(
        ImportRun.sha256 == sha256, ImportRun.kind == kind, ImportRun.state == "written"
    )
    return session.scalar(query.order_by(ImportRun.id).limit(1))
