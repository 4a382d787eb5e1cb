"""A tablet's key pair, made from a number so that it repeats, and the proofs it signs."""

import base64
from datetime import datetime
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec


def _coordinate(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


@lru_cache(maxsize=4096)
def _private(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


class TabletKey:
    """A P-256 key that the tablet keeps for one technician's profile."""

    def __init__(self, number: int) -> None:
        self.number = number

    @property
    def private(self) -> ec.EllipticCurvePrivateKey:
        """The private half."""
        return _private(self.number)

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as WebCrypto exports it."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": _coordinate(numbers.x),
            "y": _coordinate(numbers.y),
            "ext": True,
            "key_ops": ["verify"],
        }

    def sign(self, audience: str, now: datetime, jti: str, **claims: object) -> str:
        """A proof for `audience` made at `now`; `jti` is used once."""
        body = {"aud": audience, "iat": int(now.timestamp()), "jti": jti} | claims
        return jwt.encode(body, self.private, "ES256")
