"""Sign-in sessions: which there are, where they were begun, and ending one or all of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.auth.users import Staff, end_session, subject_of, user_by_name
from server.tables import EndedSession, SignInSession, User
from workorders.grammar.texts import UNPRINTABLE
from workorders.problems import Problem
from workorders.usecases.administration.audit import note_change

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""Parts of what browsers call themselves → names. Chrome says Safari too, Edge both: the first counts."""
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that still opens the pages."""

    number: int
    session_id: str
    started_at: datetime
    ends_at: datetime
    address: str
    browser: str | None
    system: str | None


def begin_session(
    session: Session,
    staff: Staff,
    session_id: str,
    *,
    address: str,
    agent: str,
    now: datetime,
    life: timedelta,
) -> None:
    """Note where a session begins; forget those whose time is over."""
    session.execute(delete(SignInSession).where(SignInSession.started_at < now - life))
    session.add(
        SignInSession(
            session_id=session_id,
            user_id=staff.id,
            epoch=staff.session_epoch,
            started_at=now,
            address=address[:60],
            agent=UNPRINTABLE.sub("", agent)[:200],
        )
    )


def open_sessions(session: Session, user: User, *, now: datetime, life: timedelta) -> Sequence[OpenSession]:
    """The sessions of a person that have not ended, the newest first."""
    query = (
        select(SignInSession)
        .where(SignInSession.user_id == user.id, SignInSession.epoch == user.session_epoch)
        .where(SignInSession.started_at > now - life)
        .where(SignInSession.session_id.not_in(select(EndedSession.id)))
        .order_by(SignInSession.number.desc())
    )
    if not user.active:
        return ()
    return [
        OpenSession(
            row.number,
            row.session_id,
            row.started_at,
            row.started_at + life,
            row.address,
            _named(row.agent, BROWSERS),
            _named(row.agent, SYSTEMS),
        )
        for row in session.scalars(query)
    ]


def revoke_session(
    session: Session, name: str, number: int, *, now: datetime, actor: str, life: timedelta
) -> None:
    """End one session of a person. Raises Problem not_found when it is not theirs or over."""
    user = user_by_name(session, name)
    found = next(
        (one for one in open_sessions(session, user, now=now, life=life) if one.number == number), None
    )
    if found is None:
        raise Problem("not_found", what="session", key=number)
    end_session(session, found.session_id, now=now, life=life)
    begun = {"session": (found.started_at.isoformat(), None), "address": (found.address, None)}
    note_change(session, subject_of(name), "session_ended", now=now, actor=actor, changes=begun)


def revoke_sessions(session: Session, name: str, *, now: datetime, actor: str) -> None:
    """End every session of a person, noted or not. Raises Problem not_found."""
    user = user_by_name(session, name)
    user.session_epoch += 1
    note_change(session, subject_of(name), "sessions_ended", now=now, actor=actor)


def _named(agent: str, names: Sequence[tuple[str, str]]) -> str | None:
    return next((name for part, name in names if part in agent), None)
