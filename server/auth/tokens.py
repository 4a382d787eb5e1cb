"""Tokens with which programs call the API: made and revoked by administrators, shown once, kept as a hash."""

import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from server.auth.scopes import SCOPES
from server.auth.secrets_kept import keyed_hash
from server.auth.users import NAME, Staff
from server.db import transaction
from server.tables import ApiToken
from workorders.problems import Problem, Reason
from workorders.usecases.administration.audit import note_change

PREFIX = "cbs"
"""Begins every token, so that scanners of source code find one that was left there."""
ID_BYTES, SECRET_BYTES = 5, 32
HASHED = "api token"
DAYS_MAX = 731
"""Two years: a token that nobody renews belongs to a program that nobody looks after."""
USED_EVERY = timedelta(minutes=1)
"""How exactly the last use is known; noting each call would write for every read."""


def add_token(
    session: Session,
    secret_key: str,
    *,
    name: str,
    scopes: Iterable[str],
    days: int,
    now: datetime,
    actor: str,
) -> tuple[str, str]:
    """A new token: its id, and the whole of it, which is kept nowhere. Raises Problem bad_input by field."""
    wanted = sorted(set(scopes))
    if not NAME.fullmatch(name):
        raise Problem("bad_input", field="name", reason="use lower case letters, digits, dot and dash")
    if not wanted or set(wanted) - SCOPES.keys():
        reason = Reason("choose at least one of {known}", known=", ".join(SCOPES))
        raise Problem("bad_input", field="scopes", reason=reason)
    if not 1 <= days <= DAYS_MAX:
        raise Problem("bad_input", field="days", reason=Reason("between 1 and {most}", most=DAYS_MAX))
    token_id, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    expires_at = now + timedelta(days=days)
    session.add(
        ApiToken(
            id=token_id,
            name=name,
            secret_hash=keyed_hash(secret_key, HASHED, f"{token_id}:{secret}"),
            scopes=wanted,
            created_at=now,
            created_by=actor,
            expires_at=expires_at,
        )
    )
    changes = {"name": (None, name), "scopes": (None, wanted), "expires_at": (None, expires_at.isoformat())}
    note_change(session, f"token:{token_id}", "token_added", now=now, actor=actor, changes=changes)
    return token_id, f"{PREFIX}_{token_id}_{secret}"


def revoke_token(session: Session, token_id: str, *, now: datetime, actor: str) -> ApiToken:
    """Let a token open nothing any more; once is enough. Raises Problem not_found."""
    found = session.get(ApiToken, token_id, with_for_update=True)
    if found is None:
        raise Problem("not_found", what="token", key=token_id)
    if found.revoked_at is None:
        found.revoked_at = now
        changes = {"name": (found.name, None)}
        note_change(session, f"token:{token_id}", "token_revoked", now=now, actor=actor, changes=changes)
    return found


def tokens(session: Session, *, most: int = 200) -> Sequence[ApiToken]:
    """Those that open something first, then the newest."""
    query = select(ApiToken).order_by(ApiToken.revoked_at.is_not(None), ApiToken.created_at.desc())
    return session.scalars(query.limit(most)).all()


def authenticate_token(
    sessions: sessionmaker[Session],
    read_sessions: sessionmaker[Session],
    secret_key: str,
    given: str,
    *,
    address: str,
    now: datetime,
) -> tuple[Staff, frozenset[str]]:
    """The program behind a token, and its scopes. Raises Problem api_token_invalid, whatever is wrong."""
    prefix, _, rest = given.partition("_")
    token_id, _, secret = rest.partition("_")
    with read_sessions() as session:
        found = session.get(ApiToken, token_id[:16]) if token_id.isascii() and token_id.isalnum() else None
    made = keyed_hash(secret_key, HASHED, f"{token_id}:{secret}")
    known = hmac.compare_digest(made, found.secret_hash if found else "")
    if found is None or not known or prefix != PREFIX or found.revoked_at or found.expires_at <= now:
        raise Problem("api_token_invalid")
    if found.last_used_at is None or now - found.last_used_at >= USED_EVERY:
        with transaction(sessions) as session:
            row = session.get_one(ApiToken, token_id)
            row.last_used_at, row.last_address = now, address[:60]
    name = f"api:{found.name}"
    return Staff(0, name, name, frozenset(), 0, program=True), frozenset(found.scopes)
