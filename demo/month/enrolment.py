"""Letting a technician onto a tablet with a one-time code and a key that never leaves it."""

import base64
import random
import uuid
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session

from demo.month.tablet import VERSION, Tablet
from mobile_api.enrolment import EnrolRequest, enrol, issue_code

CODE_LASTS = timedelta(minutes=10)


def enrol_tablet(
    session: Session, secret: str, technician: str, *, now: datetime, chance: random.Random, issued_by: str
) -> Tablet:
    """Let a technician onto a new tablet with a one-time code and the proof of a key."""
    code = issue_code(
        session,
        secret,
        technician,
        issued_by=issued_by,
        now=now,
        life=CODE_LASTS,
        random=chance.randbytes(5),
    )
    key = ec.generate_private_key(ec.SECP256R1())
    numbers = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}
    claims = {"aud": "curbstop:enrol", "iat": int(now.timestamp()), "jti": uuid.uuid4().hex}
    proof = jwt.encode(claims | {"code": code.replace("-", "")}, key, "ES256")
    asked = EnrolRequest(code, jwk, proof, f"Truck of {technician}", VERSION)
    profile = enrol(session, secret, asked, now, chance.randbytes)
    return Tablet(technician, profile.device_id, profile.receipt_prefix)


def _coordinate(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()
