"""Who of ours the person is whom the identity provider vouches for, and which roles their groups give."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.auth.passwords import hash_password
from server.auth.users import FULL_NAME_MAX, NAME, Staff, set_roles, staff_of, subject_of, user_by_name
from server.config import Config
from server.tables import StaffIdentity, User
from workorders.grammar.texts import is_line
from workorders.problems import Problem
from workorders.usecases.administration.audit import note_change

PROVIDER = "provider"
"""Actor of what follows from a person's groups at the provider."""
MULTIPLE = "mfa"
"""The method of RFC 8176 by which a provider says that more than one factor was used."""


def staff_of_claims(session: Session, config: Config, claims: Mapping[str, Any], *, now: datetime) -> Staff:
    """The person, with the roles of their groups from now on; noted and audited like any sign-in.

    Raises Problem person_unknown, person_linked, person_locked_out, person_without_role,
    provider_second_factor, and last_admin when their groups would take away the only administrator.
    """
    roles = _roles(config, claims)
    linked = session.get(StaffIdentity, (config.oidc_issuer, str(claims["sub"])))
    if linked is not None:
        user = session.get_one(User, linked.user_id)
    else:
        user = _first_time(session, config, claims, roles, now=now)
    if user.name in config.password_people:
        # Whoever is kept for the day the provider fails is not its to open, also when it once knew them.
        raise Problem("person_unknown", name=user.name)
    if not user.active:
        raise Problem("person_locked_out")
    if config.oidc_roles and not roles:
        raise Problem("person_without_role")
    if config.oidc_roles and roles != sorted(user.roles):
        set_roles(session, user.name, roles, now=now, actor=PROVIDER)
    duty = set(user.roles) & set(config.second_factor_roles)
    if duty and not used_several_factors(claims):
        raise Problem("provider_second_factor")
    user.last_sign_in_at = now
    session.flush()
    return staff_of(user)


def used_several_factors(claims: Mapping[str, Any]) -> bool:
    """Whether the provider asked for more than a password this time."""
    return MULTIPLE in (claims.get("amr") or ())


def forget_identity(session: Session, name: str, *, now: datetime, actor: str) -> None:
    """Let this person be recognized anew by name: for whoever got another account at the provider.

    Their sessions end. Raises Problem not_found for a person, or one who never came from there.
    """
    user = user_by_name(session, name)
    gone = session.execute(delete(StaffIdentity).where(StaffIdentity.user_id == user.id))
    if gone.rowcount == 0:  # type: ignore[attr-defined]
        raise Problem("not_found", what="identity", key=name)
    user.session_epoch += 1
    note_change(session, subject_of(name), "identity_forgotten", now=now, actor=actor)


def came_from_provider(session: Session, user: User) -> datetime | None:
    """Since when the person is known at a provider; None: never came from there."""
    return session.scalar(select(StaffIdentity.linked_at).where(StaffIdentity.user_id == user.id).limit(1))


def _first_time(
    session: Session, config: Config, claims: Mapping[str, Any], roles: list[str], *, now: datetime
) -> User:
    """The person of this name, from now on known by the provider's own, unchanging name for them."""
    name = _sign_in_name(config, claims)
    user = session.scalar(select(User).where(User.name == name).with_for_update())
    if user is None:
        if not (config.oidc_add_people and roles):
            raise Problem("person_unknown", name=name)
        user = _added(session, name, claims, roles, now=now)
    elif name in config.password_people:
        raise Problem("person_unknown", name=name)
    elif not user.active:
        raise Problem("person_locked_out", name=name)
    elif came_from_provider(session, user) is not None:
        raise Problem("person_linked", name=name)
    session.add(
        StaffIdentity(
            issuer=config.oidc_issuer, subject=str(claims["sub"])[:255], user_id=user.id, linked_at=now
        )
    )
    note_change(session, subject_of(name), "identity_linked", now=now, actor=PROVIDER)
    return user


def _added(
    session: Session, name: str, claims: Mapping[str, Any], roles: list[str], *, now: datetime
) -> User:
    given = claims.get("name")
    full_name = given.strip()[:FULL_NAME_MAX] if isinstance(given, str) and is_line(given) else ""
    user = User(
        name=name,
        full_name=full_name or name,
        # Nobody knows it: an administrator can give a password that somebody does.
        password_hash=hash_password(secrets.token_urlsafe(48)),
        roles=roles,
        active=True,
        session_epoch=1,
        created_at=now,
    )
    session.add(user)
    session.flush()
    changes: dict[str, tuple[Any, Any]] = {"full_name": (None, user.full_name), "roles": (None, roles)}
    note_change(session, subject_of(name), "added", now=now, actor=PROVIDER, changes=changes)
    return user


def _sign_in_name(config: Config, claims: Mapping[str, Any]) -> str:
    """The claim's name as ours are written; of an address its part before the @, for our own domains alone.

    A guest of the provider may have any address: `ann@elsewhere.example` is not our Ann.
    """
    given = claims.get(config.oidc_name_claim)
    whole = given.strip().lower() if isinstance(given, str) else ""
    name, at, domain = whole.partition("@")
    ours = not at or domain in {one.lower() for one in config.oidc_domains}
    if not ours or not NAME.fullmatch(name):
        raise Problem("person_unknown", name=whole[:80] or "–")
    return name


def _roles(config: Config, claims: Mapping[str, Any]) -> list[str]:
    given = claims.get(config.oidc_roles_claim)
    groups = {given} if isinstance(given, str) else set(map(str, given)) if isinstance(given, list) else set()
    return sorted({role for role, group in config.oidc_roles if group in groups})
