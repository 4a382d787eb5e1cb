"""Signing in: an enrolled key proves itself and gets a short access token."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mobile_api import assertions, keys
from mobile_api.tables import Device, DeviceTechnician, UsedAssertion
from workorders.problems import Problem
from workorders.tables import FieldEvent


@dataclass(frozen=True, slots=True)
class SignIn:
    """A proof, and what the tablet tells of itself: its highest event counter and its program's version."""

    assertion: str
    counter: int
    app_version: str


def sign_in(session: Session, request: SignIn, now: datetime) -> DeviceTechnician:
    """Check the proof, use it up, and return the profile that may have a token.

    Raises Problems assertion_invalid, clock_skew, device_revoked, not_allowed (an inactive technician).
    """
    device_id, technician_id = assertions.claimed_issuer(request.assertion)
    profile = session.get(DeviceTechnician, (device_id, technician_id))
    if profile is None:
        raise Problem("assertion_invalid", reason="this technician is not enrolled on this tablet")
    key = keys.public_key(profile.public_jwk)
    proof = assertions.verify(request.assertion, key, assertions.SESSION, now)
    if profile.device.revoked_at is not None:
        raise Problem("device_revoked")
    if not profile.technician.active:
        raise Problem("not_allowed")
    _use_up(session, proof, now)
    device = profile.device
    device.last_seen_at = now
    device.app_version = request.app_version
    device.last_counter = max(device.last_counter, request.counter, _highest_counter(session, device))
    session.flush()
    return profile


def _use_up(session: Session, proof: assertions.Assertion, now: datetime) -> None:
    """Keep the proof's id as long as its time would let it through again."""
    session.execute(delete(UsedAssertion).where(UsedAssertion.expires_at < now))
    expires_at = proof.issued_at + timedelta(seconds=2 * assertions.WINDOW_SECONDS)
    try:
        with session.begin_nested():
            session.add(UsedAssertion(jti=proof.jti, device_id=proof.device, expires_at=expires_at))
    except IntegrityError as error:
        raise Problem("assertion_invalid", reason="it was used before") from error


def _highest_counter(session: Session, device: Device) -> int:
    """What has arrived: a tablet whose storage was set back must not give a number a second time."""
    highest = session.scalar(select(func.max(FieldEvent.counter)).where(FieldEvent.device_id == device.id))
    return highest or 0
