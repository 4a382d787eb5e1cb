"""Access tokens: issued at sign-in, read on every request of a tablet, worthless once the tablet is revoked.

A token is an ES256 JWT whose claims CouchDB reads as they are: `sub` (the technician), `_couchdb.roles`
(the technician's database and the tablet) and `exp`. So one token opens the built-in endpoint and a CouchDB.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from flask import Flask, Request

from mobile_api import keys, signatures
from mobile_api.presence import Presence
from mobile_api.revocations import Revocations
from mobile_api.services import Services, services_of
from sync.protocol.access import DEVICE_PREFIX, TECHNICIAN_PREFIX, Caller
from workorders.problems import Problem

CACHED_TOKENS = 4096
"""Verified tokens remembered per process: an ES256 check costs as much as the rest of a small request."""

ISSUER = "curbstop"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed token and when it ends."""

    token: str
    expires_at: datetime


class AccessTokens:
    """Issues and reads the access tokens of one installation. Safe to share between threads."""

    def __init__(
        self,
        secret: str,
        clock: Callable[[], datetime],
        life: timedelta,
        revocations: Revocations,
        presence: Presence,
    ) -> None:
        self._secret = secret
        self._clock = clock
        self._life = life
        self._revocations = revocations
        self._presence = presence
        self._verified: dict[str, Caller] = {}

    def issue(self, device: str, technician: str) -> AccessToken:
        """A token for one technician on one tablet, from now for the configured life."""
        now = self._clock()
        expires_at = (now + self._life).replace(microsecond=0)
        claims = {
            "iss": ISSUER,
            "sub": technician,
            "_couchdb.roles": [TECHNICIAN_PREFIX + technician, DEVICE_PREFIX + device],
            "device": device,
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
        }
        return AccessToken(signatures.sign(claims, self._secret), expires_at)

    def caller(self, token: str) -> Caller:
        """Who a token speaks for. Raises Problems token_invalid, token_expired, device_revoked."""
        found = self._verified.get(token) or self._verify(token)
        now = self._clock()
        if found.expires_at is None or found.expires_at <= now.timestamp():
            self._verified.pop(token, None)
            raise Problem("token_expired")
        if found.device is None or self._revocations.has(found.device, now):
            raise Problem("device_revoked")
        self._presence.seen(found.device, now)
        return found

    def authenticate(self, request: Request) -> Caller | None:
        """The caller of a request by its bearer token; None when there is none, or it is no longer good."""
        token = bearer(request)
        if token is None:
            return None
        try:
            return self.caller(token)
        except Problem:
            return None

    def forget(self, device: str) -> None:
        """Let the next request of a tablet notice at once, in this process, that it was revoked."""
        self._revocations.add(device)

    def _verify(self, token: str) -> Caller:
        if not signatures.is_canonical(token):
            raise Problem("token_invalid")
        key = keys.signing_key(self._secret).public_key()
        try:
            # The expiry is checked by `caller` against the application's own clock, also for cached tokens.
            claims = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                issuer=ISSUER,
                options={"require": ["exp", "sub", "iss"], "verify_exp": False, "verify_iat": False},
            )
            found = Caller(
                name=str(claims["sub"]),
                roles=frozenset(str(role) for role in claims["_couchdb.roles"]),
                device=str(claims["device"]),
                expires_at=float(claims["exp"]),
            )
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
            raise Problem("token_invalid") from error
        if len(self._verified) >= CACHED_TOKENS:
            self._verified.clear()
        self._verified[token] = found
        return found


def bearer(request: Request) -> str | None:
    """The bearer token of a request, or None."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def access_tokens(app: Flask) -> AccessTokens:
    """The one instance of an application, made at first use."""
    made: AccessTokens | None = app.extensions.get("curbstop_tokens")
    if made is None:
        shared: Services = services_of(app)
        made = AccessTokens(
            shared.config.secret_key,
            shared.clock,
            timedelta(minutes=shared.config.token_minutes),
            Revocations(shared.read_sessions),
            Presence(shared.sessions),
        )
        app.extensions["curbstop_tokens"] = made
    return made


def token_authenticator(app: Flask) -> Callable[[Request], Caller | None]:
    """What the replication endpoint asks on every request, and again while a feed is parked."""
    return access_tokens(app).authenticate
