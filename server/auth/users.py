"""Staff users: adding them, changing passwords, and checking who signs in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from server.auth import attempts
from server.auth.passwords import hash_password, needs_rehash, password_matches
from server.auth.roles import ROLES
from server.db import transaction
from server.tables import EndedSession, User
from workorders.grammar.texts import storable
from workorders.messages.texts import LANGUAGES
from workorders.problems import Problem, Reason

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,39}")


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in person, as a request needs them."""

    id: int
    name: str
    full_name: str
    roles: frozenset[str]
    session_epoch: int
    language: str | None = None
    """The language this person chose; None when none was."""

    def may(self, *roles: str) -> bool:
        """True for an admin and for whoever has one of `roles`; templates show actions by it."""
        return "admin" in self.roles or bool(self.roles & set(roles))


def add_user(
    session: Session, name: str, full_name: str, password: str, roles: Iterable[str], *, now: datetime
) -> User:
    """Add a staff user. Raises Problem bad_input naming the field that cannot be used."""
    wanted = sorted(set(roles))
    if not NAME.fullmatch(name):
        raise Problem("bad_input", field="name", reason="use lower case letters, digits, dot and dash")
    if unknown := set(wanted) - ROLES.keys():
        raise Problem(
            "bad_input",
            field="roles",
            reason=Reason("there is no role {roles}", roles=", ".join(sorted(unknown))),
        )
    if not wanted:
        raise Problem("bad_input", field="roles", reason="give at least one role")
    if session.scalar(select(User.id).where(User.name == name)) is not None:
        raise Problem("bad_input", field="name", reason=Reason("there is already a user {name}", name=name))
    user = User(
        name=name,
        full_name=full_name.strip() or name,
        password_hash=hash_password(password),
        roles=wanted,
        active=True,
        session_epoch=1,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def set_password(session: Session, name: str, password: str) -> None:
    """Replace a password and end that person's sessions. Raises Problem not_found or bad_input."""
    user = user_by_name(session, name)
    user.password_hash = hash_password(password)
    user.session_epoch += 1


def set_language(session: Session, user_id: int, language: str) -> None:
    """Keep the language a person chose. Raises Problem bad_input for one without a catalogue."""
    session.get_one(User, user_id).language = checked_language(language)


def checked_language(language: str) -> str:
    """A language that has a catalogue. Raises Problem bad_input for any other."""
    if language not in LANGUAGES:
        reason = Reason("one of {known}", known=", ".join(LANGUAGES))
        raise Problem("bad_input", field="language", reason=reason)
    return language


def set_active(session: Session, name: str, active: bool) -> None:
    """Let a person in again, or shut them out and end their sessions. Raises Problem not_found."""
    user = user_by_name(session, name)
    user.active = active
    user.session_epoch += 1


def user_by_name(session: Session, name: str) -> User:
    """The user. Raises Problem not_found."""
    user = session.scalar(select(User).where(User.name == name))
    if user is None:
        raise Problem("not_found", what="user", key=name)
    return user


def authenticate(
    sessions: sessionmaker[Session], name: str, password: str, address: str, now: datetime
) -> Staff:
    """Who this is. Raises Problem sign_in_failed or too_many_attempts; every attempt is counted.

    Uses transactions of its own: the count must stay although the request fails, and no lock may be
    held while the password is hashed.
    """
    name = storable(name.strip().lower())
    refused: Problem | None = None
    with transaction(sessions) as session:
        try:
            attempts.count_attempt(session, name, address, now)
        except Problem as problem:
            refused = problem
        user = session.scalar(select(User).where(User.name == name))
    if refused is not None:
        raise refused
    usable = user is not None and user.active
    if not password_matches(user.password_hash if user and usable else None, password):
        raise Problem("sign_in_failed")
    assert user is not None  # noqa: S101 - a match without a user is impossible
    with transaction(sessions) as session:
        attempts.forgive(session, name, address)
        found = session.get_one(User, user.id)
        found.last_sign_in_at = now
        if needs_rehash(found.password_hash):
            found.password_hash = hash_password(password)
    return staff_of(found)


def staff_of(user: User) -> Staff:
    """The person behind a row."""
    return Staff(user.id, user.name, user.full_name, frozenset(user.roles), user.session_epoch, user.language)


def staff_by_id(session: Session, user_id: int, session_epoch: int, session_id: str) -> Staff | None:
    """The person a session cookie names, or None when gone, shut out, or the session was ended."""
    user = session.get(User, user_id)
    if user is None or not user.active or user.session_epoch != session_epoch:
        return None
    if session.get(EndedSession, session_id) is not None:
        return None
    return staff_of(user)


def end_session(session: Session, session_id: str, *, now: datetime, life: timedelta) -> None:
    """Make every copy of this session's cookie worthless; forget those whose time is over anyway."""
    session.execute(delete(EndedSession).where(EndedSession.ended_at < now - life))
    if session.get(EndedSession, session_id) is None:
        session.add(EndedSession(id=session_id, ended_at=now))
