"""Who may call the bare endpoint: one administrator by password, anybody by a JSON Web Token.

Tokens are read as CouchDB reads them: `sub` names the user, `_couchdb.roles` the roles, `exp` is required,
and the header's `kid` chooses the key. So one token opens this endpoint and a real CouchDB.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from flask import Request

from sync.protocol.access import DEVICE_PREFIX, Caller
from sync.routes.session import COOKIE

ADMIN_ROLE = "_admin"
PUBLIC_KEY_ALGORITHMS = ("ES256", "RS256")
SECRET_ALGORITHMS = ("HS256",)
CACHED_TOKENS = 4_096
"""Verified tokens remembered per process: checking a signature costs as much as a small request."""


@dataclass(frozen=True, slots=True)
class OneAdmin:
    """One administrator, known by basic authentication or by a cookie signed with the password."""

    name: str
    password: str
    seconds: int = 600

    def caller(self) -> Caller:
        """Return the administrator."""
        return Caller(self.name, frozenset({ADMIN_ROLE}), None, None, is_admin=True)

    def knows(self, name: str, password: str) -> bool:
        """Return whether name and password are right, in a time that gives nothing away."""
        known = hmac.compare_digest(name.encode(), self.name.encode())
        return hmac.compare_digest(password.encode(), self.password.encode()) and known

    def sign_in(self, name: str, password: str) -> tuple[Caller, str] | None:
        """Return the administrator and a cookie, or None."""
        if not self.knows(name, password):
            return None
        until = str(int(time.time()) + self.seconds)
        return self.caller(), f"{until}.{self._signature(until)}"

    def shows_cookie(self, cookie: str) -> bool:
        """Return whether a cookie is one of ours and still good."""
        until, _, signature = cookie.partition(".")
        if not (until.isascii() and until.isdigit()) or int(until) < time.time():
            return False
        return hmac.compare_digest(signature, self._signature(until))

    def _signature(self, until: str) -> str:
        text = f"{self.name}:{until}".encode()
        return hmac.new(self.password.encode(), text, hashlib.sha256).hexdigest()


def _key(text: str) -> tuple[Any, tuple[str, ...]]:
    """Return a key as the verifier takes it, and the only algorithms it may be used with.

    A public key must never be taken for a shared secret: everybody knows it.
    """
    if text.lstrip().startswith("-----BEGIN"):
        return load_pem_public_key(text.encode()), PUBLIC_KEY_ALGORITHMS
    return text.strip(), SECRET_ALGORITHMS


class BareAuth:
    """Reads who sends a request. Safe to share between threads."""

    def __init__(self, admin: OneAdmin, keys: Mapping[str, str]) -> None:
        """`keys` are PEM public keys or shared secrets by `kid`."""
        self.admin = admin
        self._keys = {kid: _key(text) for kid, text in keys.items()}
        self._verified: dict[str, Caller] = {}

    def authenticate(self, request: Request) -> Caller | None:
        """Return who proves what: a password, a token or a cookie; None for nobody."""
        given = request.authorization
        if given is None:
            return self.admin.caller() if self.admin.shows_cookie(request.cookies.get(COOKIE, "")) else None
        if given.type == "bearer" and given.token:
            return self._token(given.token)
        if given.type == "basic" and given.username is not None and given.password is not None:
            return self.admin.caller() if self.admin.knows(given.username, given.password) else None
        return None

    def _token(self, token: str) -> Caller | None:
        caller = self._verified.get(token) or self._verify(token)
        if caller is None or caller.expires_at is None or caller.expires_at <= time.time():
            self._verified.pop(token, None)
            return None
        return caller

    def _verify(self, token: str) -> Caller | None:
        try:
            kid = jwt.get_unverified_header(token).get("kid", "_default")
            key, algorithms = self._keys[kid]
            claims = jwt.decode(
                token,
                key,
                algorithms=algorithms,
                options={"require": ["exp", "sub"], "verify_aud": False},
            )
            roles = frozenset(str(role) for role in claims.get("_couchdb.roles", []))
            name, until = str(claims["sub"]), float(claims["exp"])
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            return None
        devices = [role.removeprefix(DEVICE_PREFIX) for role in roles if role.startswith(DEVICE_PREFIX)]
        device = devices[0] if len(devices) == 1 else None
        if len(self._verified) >= CACHED_TOKENS:
            self._verified.clear()
        caller = self._verified[token] = Caller(name, roles, device, until, is_admin=ADMIN_ROLE in roles)
        return caller
