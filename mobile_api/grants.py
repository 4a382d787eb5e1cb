"""What a tablet keeps to show that the office let it in, should the office's records lose it.

A database put back from a backup does not know who was enrolled since. The tablet then holds facts under an
id that nobody knows, and receipts of a block that nobody granted. The grant, signed by the server at every
sign-in, lets it be enrolled again under the same id: with a fresh code from the office, without being
emptied.
"""

from dataclasses import dataclass
from typing import Any

import jwt

from mobile_api import keys
from mobile_api.signatures import sign
from mobile_api.tables import DeviceTechnician
from mobile_api.tokens import ISSUER
from workorders.problems import Problem

AUDIENCE = "curbstop:grant"


@dataclass(frozen=True, slots=True)
class Grant:
    """A profile as it was enrolled: its tablet and technician, public key, and block of receipt numbers."""

    device: str
    name: str
    technician: str
    jwk: dict[str, Any]
    prefix: str
    first: int
    last: int


def issue_grant(secret: str, profile: DeviceTechnician) -> str:
    """The signed grant of a profile. It has no end: it opens nothing without a code from the office."""
    block = profile.block
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": profile.technician_id,
        "device": profile.device_id,
        "name": profile.device.name,
        "cnf": {"jwk": profile.public_jwk},
        "receipts": {"prefix": block.prefix, "first": block.first, "last": block.last},
    }
    return sign(claims, secret)


def read_grant(secret: str, token: str) -> Grant:
    """What a grant says. Raises Problem assertion_invalid when this server did not sign it."""
    try:
        claims = jwt.decode(
            token,
            keys.signing_key(secret).public_key(),
            algorithms=["ES256"],
            audience=AUDIENCE,
            issuer=ISSUER,
        )
        receipts = claims["receipts"]
        return Grant(
            device=claims["device"],
            name=claims["name"],
            technician=claims["sub"],
            jwk=claims["cnf"]["jwk"],
            prefix=receipts["prefix"],
            first=receipts["first"],
            last=receipts["last"],
        )
    except (jwt.InvalidTokenError, KeyError, TypeError) as error:
        raise Problem("assertion_invalid", reason="this tablet's grant is not ours") from error
