"""What administrators changed, the newest first, searched and proved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from workorders.grammar.times import start_of_day
from workorders.policy.audit_chain import BEGINNING, line_hash
from workorders.tables import AdminChange, Counter

MOST = 100
"""Lines of one list."""
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """Which lines somebody looks for. `words` stand in who, about whom or why; days are the district's."""

    words: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None
    """Only lines below this one: the next page."""


def changes_of(session: Session, subject: str, *, most: int = MOST) -> Sequence[AdminChange]:
    """The changes of one subject, as `person:ada`."""
    query = select(AdminChange).where(AdminChange.subject == subject)
    return session.scalars(query.order_by(AdminChange.id.desc()).limit(most)).all()


def changes_about(session: Session, kind: str, *, most: int = MOST) -> Sequence[AdminChange]:
    """The changes of all subjects of a kind: `person`, `technician` or `fee`."""
    query = select(AdminChange).where(AdminChange.subject.startswith(f"{kind}:", autoescape=True))
    return session.scalars(query.order_by(AdminChange.id.desc()).limit(most)).all()


def search_changes(
    session: Session, wanted: AuditSearch, timezone: str, *, most: int = MOST
) -> Sequence[AdminChange]:
    """The newest lines that fit."""
    query = select(AdminChange).where(*_fits(wanted, timezone))
    return session.scalars(query.order_by(AdminChange.id.desc()).limit(most)).all()


def _fits(wanted: AuditSearch, timezone: str) -> Iterator[ColumnElement[bool]]:
    for word in wanted.words.casefold().split():
        places = (AdminChange.subject, AdminChange.actor, AdminChange.reason)
        yield or_(*(func.lower(place).contains(word, autoescape=True) for place in places))
    if wanted.kind:
        yield AdminChange.kind == wanted.kind
    if wanted.first is not None:
        yield AdminChange.at >= start_of_day(wanted.first, timezone)
    if wanted.last is not None:
        yield AdminChange.at < start_of_day(wanted.last + timedelta(days=1), timezone)
    if wanted.before is not None:
        yield AdminChange.id < wanted.before


def newest_hash(session: Session) -> str:
    """The hash of the newest line: noted elsewhere, it proves every line up to it."""
    return session.scalar(select(AdminChange.hash).order_by(AdminChange.id.desc()).limit(1)) or BEGINNING


def lines_counted(session: Session) -> int:
    """How many lines were ever added."""
    return session.scalar(select(Counter.value).where(Counter.name == "audit")) or 0


def audit_differences(session: Session) -> Iterator[tuple[str, str, str]]:
    """Every line whose hash is not that of its words after the line before, and lines that are gone."""
    previous, found = BEGINNING, 0
    lines = select(AdminChange).order_by(AdminChange.id).execution_options(yield_per=CHUNK)
    for line in session.scalars(lines):
        found += 1
        if _hash_of(line, previous) != line.hash:
            words = f"Line {line.id} of the audit was changed, or a line before it was added or taken out."
            yield "audit", str(line.id), words
        previous = line.hash
    counted = lines_counted(session)
    if found != counted:
        yield "audit", "lines", f"The audit has {found} lines; {counted} were written."


def _hash_of(line: AdminChange, previous: str) -> str:
    at: datetime = line.at
    return line_hash(
        previous,
        subject=line.subject,
        at=at,
        actor=line.actor,
        kind=line.kind,
        reason=line.reason,
        changes=line.changes,
    )
