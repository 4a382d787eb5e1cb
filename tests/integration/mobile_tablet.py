"""A tablet as far as enrolment and sign-in go: a real P-256 key and the proofs it signs."""

import base64
import uuid
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec


def _coordinate(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


class Tablet:
    """Keeps one key, as one technician's profile on a tablet does."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.device: str | None = None
        self.technician = ""

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as WebCrypto exports it."""
        numbers = self.key.public_key().public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": _coordinate(numbers.x),
            "y": _coordinate(numbers.y),
            "ext": True,
            "key_ops": ["verify"],
        }

    def sign(self, audience: str, now: datetime, **claims: object) -> str:
        """A proof for `audience` made at `now`, with a fresh id unless `jti` is given."""
        body = {"aud": audience, "iat": int(now.timestamp()), "jti": uuid.uuid4().hex} | claims
        return jwt.encode(body, self.key, "ES256")

    def enrol_body(self, code: str, now: datetime, **more: object) -> dict[str, object]:
        """The body of an enrolment with `code`."""
        proof = self.sign("curbstop:enrol", now, code=code.replace("-", ""))
        return {"code": code, "public_jwk": self.jwk, "proof": proof, "app_version": "0.1.0"} | more

    def session_body(self, now: datetime, counter: int = 0, **claims: object) -> dict[str, object]:
        """The body of a sign-in after enrolment."""
        proof = self.sign("curbstop:session", now, **({"iss": self.device, "sub": self.technician} | claims))
        return {"assertion": proof, "counter": counter, "app_version": "0.1.0"}
