"""Staff users: adding them, changing passwords, and checking who signs in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from server.auth import attempts
from server.auth.passwords import checked_password, hash_password, needs_rehash, password_matches
from server.auth.remembered import RememberedCredentials
from server.auth.roles import ROLES
from server.config import Config
from server.db import transaction
from server.tables import EndedSession, User
from workorders.grammar.texts import checked_line, storable
from workorders.messages.texts import LANGUAGES
from workorders.messages.words import OURSELVES
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.usecases.administration.audit import note_change

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,39}")
FULL_NAME_MAX = 120


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
    second_factor: bool = False
    """Signs in with a one-time code too."""
    by_provider: bool = False
    """In this session vouched for by the identity provider, whose business the second factor is."""
    several_factors: bool = False
    """The provider asked for more than a password when this session began."""
    program: bool = False
    """No person, but a program with a token; `roles` are those of the scope that it uses now."""

    def may(self, *roles: str) -> bool:
        """True for an admin and for whoever has one of `roles`; templates show actions by it."""
        return "admin" in self.roles or bool(self.roles & set(roles))


def add_user(
    session: Session,
    name: str,
    full_name: str,
    password: str,
    roles: Iterable[str],
    *,
    now: datetime,
    actor: str = OURSELVES,
) -> User:
    """Add a staff user. Raises Problem bad_input naming the field that cannot be used."""
    if not NAME.fullmatch(name):
        raise Problem("bad_input", field="name", reason="use lower case letters, digits, dot and dash")
    full_name = checked_line(full_name, field="full_name", longest=FULL_NAME_MAX) or name
    wanted = _checked_roles(roles)
    if session.scalar(select(User.id).where(User.name == name)) is not None:
        raise Problem("bad_input", field="name", reason=Reason("there is already a user {name}", name=name))
    user = User(
        name=name,
        full_name=full_name,
        password_hash=hash_password(checked_password(password, _own_words(session, name, full_name))),
        roles=wanted,
        active=True,
        session_epoch=1,
        created_at=now,
    )
    session.add(user)
    session.flush()
    changes: dict[str, tuple[Any, Any]] = {"full_name": (None, full_name), "roles": (None, wanted)}
    note_change(session, subject_of(name), "added", now=now, actor=actor, changes=changes)
    return user


def set_password(session: Session, name: str, password: str, *, now: datetime, actor: str) -> None:
    """Replace a password and end that person's sessions. Raises Problem not_found or bad_input."""
    user = _locked(session, name)
    change_password(session, user, password)
    note_change(session, subject_of(name), "password", now=now, actor=actor)


def change_password(session: Session, user: User, password: str) -> None:
    """Give a person this password and end their sessions. Raises Problem bad_input."""
    checked_password(password, _own_words(session, user.name, user.full_name))
    user.password_hash = hash_password(password)
    user.session_epoch += 1


def set_roles(session: Session, name: str, roles: Iterable[str], *, now: datetime, actor: str) -> None:
    """Give a person these roles from the next request on; the same ones again change nothing.

    Raises Problem not_found, bad_input, own_access when somebody gives up being an administrator, and
    last_admin when nobody would be one any more.
    """
    wanted = _checked_roles(roles)
    user = _locked(session, name)
    before = sorted(user.roles)
    if wanted == before:
        return
    if "admin" in before and "admin" not in wanted:
        _keep_an_admin(session, user, actor)
    user.roles = wanted
    note_change(session, subject_of(name), "roles", now=now, actor=actor, changes={"roles": (before, wanted)})


def set_language(session: Session, user_id: int, language: str) -> None:
    """Keep the language a person chose. Raises Problem bad_input for one without a catalogue."""
    session.get_one(User, user_id).language = checked_language(language)


def checked_language(language: str) -> str:
    """A language that has a catalogue. Raises Problem bad_input for any other."""
    if language not in LANGUAGES:
        reason = Reason("one of {known}", known=", ".join(LANGUAGES))
        raise Problem("bad_input", field="language", reason=reason)
    return language


def set_active(session: Session, name: str, active: bool, *, now: datetime, actor: str) -> None:
    """Let a person in again, or lock them out and end their sessions; what is so already stays.

    Raises Problem not_found, own_access for oneself, and last_admin for the only administrator.
    """
    user = _locked(session, name)
    if user.active == active:
        return
    if not active:
        if user.name == actor:
            raise Problem("own_access")
        if "admin" in user.roles:
            _keep_an_admin(session, user, actor)
    user.active = active
    user.session_epoch += 1
    note_change(session, subject_of(name), "unlocked" if active else "locked", now=now, actor=actor)


def subject_of(name: str) -> str:
    """What the audit calls a person."""
    return f"person:{name}"


def _own_words(session: Session, name: str, full_name: str) -> tuple[str, ...]:
    return (name, full_name, district_of(session).name, "curbstop")


def _checked_roles(roles: Iterable[str]) -> list[str]:
    wanted = sorted(set(roles))
    if unknown := set(wanted) - ROLES.keys():
        raise Problem(
            "bad_input",
            field="roles",
            reason=Reason("there is no role {roles}", roles=", ".join(sorted(unknown))),
        )
    if not wanted:
        raise Problem("bad_input", field="roles", reason="give at least one role")
    return wanted


def _locked(session: Session, name: str) -> User:
    """The user, everybody who may sign in being locked: no two administrators shut each other out at once."""
    everybody = select(User).where(User.active).order_by(User.id).with_for_update()
    session.scalars(everybody.execution_options(populate_existing=True)).all()
    return user_by_name(session, name)


def _keep_an_admin(session: Session, user: User, actor: str) -> None:
    if user.name == actor:
        raise Problem("own_access")
    others = session.scalars(select(User).where(User.active, User.id != user.id))
    if not any("admin" in other.roles for other in others):
        raise Problem("last_admin", name=user.name)


def user_by_name(session: Session, name: str) -> User:
    """The user. Raises Problem not_found."""
    user = session.scalar(select(User).where(User.name == name))
    if user is None:
        raise Problem("not_found", what="user", key=name)
    return user


def check_password_is_taken(config: Config, name: str) -> None:
    """Raises Problem password_off where an identity provider signs people in, except for named ones."""
    if config.oidc_issuer and name.strip().lower() not in config.password_people:
        raise Problem("password_off", provider=config.oidc_title)


def authenticate(
    sessions: sessionmaker[Session],
    name: str,
    password: str,
    address: str,
    now: datetime,
    *,
    browser: str | None = None,
) -> Staff:
    """Who this is. Raises Problem sign_in_failed or too_many_attempts; every attempt is counted.

    `browser` names one in which this person has signed in before. Uses transactions of its own: the
    count must stay although the request fails, and no lock may be held while the password is hashed.
    """
    name = storable(name.strip().lower())
    user = _verified(sessions, name=name, password=password, address=address, now=now, browser=browser)
    with transaction(sessions) as session:
        attempts.forgive(session, name, address, browser=browser)
        found = session.get_one(User, user.id)
        found.last_sign_in_at = now
        if needs_rehash(found.password_hash):
            found.password_hash = hash_password(password)
    return staff_of(found)


def check_own_password(
    sessions: sessionmaker[Session], staff: Staff, password: str, session_id: str, now: datetime
) -> None:
    """Hold somebody who is signed in to their present password, before what only they may change.

    Guesses are counted for this session alone: nobody else is kept out by them. Raises Problem bad_input
    naming `present`, and too_many_attempts.
    """
    try:
        _verified(sessions, name=staff.name, password=password, address="", now=now, browser=session_id)
    except Problem as problem:
        if problem.code != "sign_in_failed":
            raise
        raise Problem("bad_input", field="present", reason="it is not your present password") from None
    with transaction(sessions) as session:
        attempts.forgive(session, staff.name, "", browser=session_id)


def _verified(
    sessions: sessionmaker[Session],
    *,
    name: str,
    password: str,
    address: str,
    now: datetime,
    browser: str | None,
) -> User:
    refused: Problem | None = None
    with transaction(sessions) as session:
        try:
            attempts.count_attempt(session, name, address, now, browser=browser)
        except Problem as problem:
            refused = problem
        user = session.scalar(select(User).where(User.name == name))
    if refused is not None:
        raise refused
    usable = user is not None and user.active
    if not password_matches(user.password_hash if user and usable else None, password):
        raise Problem("sign_in_failed")
    assert user is not None  # noqa: S101 - a match without a user is impossible
    return user


def authenticate_program(
    sessions: sessionmaker[Session],
    read_sessions: sessionmaker[Session],
    known: RememberedCredentials,
    *,
    name: str,
    password: str,
    address: str,
    now: datetime,
) -> Staff:
    """As `authenticate`, but a credential verified in the last minutes costs one read. Raises the same."""
    name = storable(name.strip().lower())
    # Not by `sessions`, which on SQLite would wait for whoever is writing.
    with read_sessions() as session:
        user = session.scalar(select(User).where(User.name == name, User.active))
    if user is not None and known.knows(name, password, user.password_hash, now):
        return staff_of(user)
    staff = authenticate(sessions, name, password, address, now)
    if user is not None:
        known.remember(name, password, user.password_hash, now)
    return staff


def staff_of(user: User) -> Staff:
    """The person behind a row."""
    return Staff(
        user.id,
        user.name,
        user.full_name,
        frozenset(user.roles),
        user.session_epoch,
        user.language,
        second_factor=user.second_factor_at is not None,
    )


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
