"""The signed part of a link to a visit: which link it is, until when, and for nothing else.

Signed with a key of its own, so that it opens no tablet's database and no tablet's token opens it: CouchDB
believes whatever is signed with the tablets' key.
"""

from datetime import UTC, datetime
from functools import lru_cache

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

AUDIENCE = "curbstop:visit"
LONGEST = 600
"""Characters; what is longer was never made here."""
_PURPOSE = b"curbstop/visit-link/hs256/1"


class BadLinkError(Exception):
    """It was not signed here, or not for this."""


class LinkExpiredError(Exception):
    """It was good once."""


def visit_token(secret: str, key: str, expires_at: datetime) -> str:
    """The signed part of the address; the same link has the same one always."""
    claims = {"aud": AUDIENCE, "jti": key, "exp": int(expires_at.timestamp())}
    return jwt.encode(claims, _key(secret), "HS256")


def link_key(secret: str, token: str, *, now: datetime) -> str:
    """The key of the link that a token names. Raises BadLinkError and LinkExpiredError."""
    if len(token) > LONGEST:
        raise BadLinkError
    try:
        claims = jwt.decode(
            token,
            _key(secret),
            algorithms=["HS256"],
            audience=AUDIENCE,
            # By the application's clock, below.
            options={"require": ["aud", "exp", "jti"], "verify_exp": False},
        )
        key, ends = str(claims["jti"]), datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (jwt.InvalidTokenError, TypeError, ValueError, OverflowError, OSError) as error:
        raise BadLinkError from error
    if ends <= now:
        raise LinkExpiredError
    return key


@lru_cache(maxsize=8)
def _key(secret: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
