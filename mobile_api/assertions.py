"""Proofs that a tablet holds its key: short ES256 JWTs it signs itself, good once and for minutes.

Claims: `aud` what it is for, `sub` the technician, `iss` the device (empty at enrolment), `iat` in seconds,
`jti` a random id, and at enrolment `code`, so that a proof cannot be moved to another code.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from workorders.problems import Problem

ENROL = "curbstop:enrol"
JOIN = "curbstop:join"
"""An enrolled profile vouches that another technician joins the same tablet."""
SESSION = "curbstop:session"

WINDOW_SECONDS = 300
"""How far the tablet's clock may be off. Larger: used ids must be kept longer; smaller: drifting tablets
need the extra round trip in which they learn the server's time."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A proof that held: who signed it, and the id that makes it good once."""

    device: str
    technician: str
    code: str
    jti: str
    issued_at: datetime


def claimed_issuer(token: str) -> tuple[str, str]:
    """Device and technician a proof speaks of, unverified: only to find the key it must be checked with.

    Raises Problem assertion_invalid when it is no proof at all.
    """
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise Problem("assertion_invalid", reason="it is not well formed") from error
    return str(claims.get("iss", "")), str(claims.get("sub", ""))


def check_assertion(token: str, key: ec.EllipticCurvePublicKey, audience: str, now: datetime) -> Assertion:
    """Check signature, audience and time of a proof.

    Raises Problem assertion_invalid, or clock_skew with `server_time` so that the tablet can try again.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["ES256"],
            audience=audience,
            options={"require": ["aud", "iat", "jti"], "verify_iat": False, "verify_exp": False},
        )
        issued_at = datetime.fromtimestamp(float(claims["iat"]), UTC)
    except jwt.InvalidAudienceError as error:
        raise Problem("assertion_invalid", reason="it was made for something else") from error
    except jwt.InvalidSignatureError as error:
        raise Problem("assertion_invalid", reason="it was signed with another key") from error
    except (jwt.InvalidTokenError, TypeError, ValueError, OverflowError, OSError) as error:
        raise Problem("assertion_invalid", reason="it is not well formed") from error
    skew = round((issued_at - now).total_seconds())
    if abs(skew) > WINDOW_SECONDS:
        raise Problem("clock_skew", seconds=skew, server_time=now.isoformat())
    jti = claims["jti"]
    if not isinstance(jti, str) or not 16 <= len(jti) <= 64:
        raise Problem("assertion_invalid", reason="its id must have 16 to 64 characters")
    return Assertion(
        device=str(claims.get("iss", "")),
        technician=str(claims.get("sub", "")),
        code=str(claims.get("code", "")),
        jti=jti,
        issued_at=issued_at,
    )
