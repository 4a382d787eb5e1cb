"""The line that every change by an administrator leaves, chained to the line before."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.policy.audit_chain import line_hash
from workorders.queries.admin_changes import newest_hash
from workorders.tables import AdminChange
from workorders.usecases.history import count


def note_change(
    session: Session,
    subject: str,
    kind: str,
    *,
    now: datetime,
    actor: str,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    reason: str | None = None,
) -> AdminChange:
    """Add a line; `subject`, `kind` and `changes` (field → before, after; plain JSON) as in AdminChange."""
    # Taken first: lines are added one after the other, so that each has one before it.
    count(session, "audit")
    said = {field: list(pair) for field, pair in (changes or {}).items()}
    words: dict[str, Any] = {
        "subject": subject,
        "at": now,
        "actor": actor[:80],
        "kind": kind,
        "reason": reason or None,
        "changes": said,
    }
    line = AdminChange(**words, hash=line_hash(newest_hash(session), **words))
    session.add(line)
    session.flush()
    return line
