"""Signing in: an enrolled key proves itself and gets a short access token."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, BindParameter, bindparam, case, delete, func, select
from sqlalchemy.orm import Session, joinedload

from mobile_api import assertions, keys
from mobile_api.tables import Device, DeviceTechnician, UsedAssertion
from workorders.problems import Problem
from workorders.tables import FieldEvent
from workorders.tables.dialect import upsert

MOST_AT_ONCE = 10_000
"""Events a tablet may have written since it was last heard: months of work, and far from using numbers up."""
_WITH_BOTH = (joinedload(DeviceTechnician.device), joinedload(DeviceTechnician.technician))
_reached: BindParameter[int] = bindparam("reached", type_=BigInteger)
_AHEAD = select(
    func.max(case((FieldEvent.counter <= _reached + MOST_AT_ONCE, FieldEvent.counter))),
    func.max(FieldEvent.counter),
).where(FieldEvent.device_id == bindparam("device"), FieldEvent.counter > _reached)
"""Of a tablet's events beyond a number: the newest that may follow it, and the newest of all."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A proof, and what the tablet reports of itself: its highest event counter and its program's version."""

    assertion: str
    counter: int
    app_version: str


def sign_in(session: Session, request: SignIn, now: datetime) -> DeviceTechnician:
    """Check the proof, use it up, and return the profile that may have a token.

    Raises Problems device_unknown, assertion_invalid, clock_skew, device_revoked, not_allowed (an inactive
    technician).
    """
    device_id, technician_id = assertions.claimed_issuer(request.assertion)
    profile = session.get(DeviceTechnician, (device_id, technician_id), options=_WITH_BOTH)
    if profile is None:
        raise Problem("device_unknown")
    key = keys.public_key(profile.public_jwk)
    proof = assertions.check_assertion(request.assertion, key, assertions.SESSION, now)
    if profile.device.revoked_at is not None:
        raise Problem("device_revoked")
    if not profile.technician.active:
        raise Problem("not_allowed")
    _use_up(session, proof, now)
    device = profile.device
    device.last_seen_at = now
    device.app_version = request.app_version
    device.last_counter = _next_known(device.last_counter, _arrived(session, device), request.counter)
    session.flush()
    return profile


def _use_up(session: Session, proof: assertions.Assertion, now: datetime) -> None:
    """Keep the proof's id as long as its time would let it through again."""
    session.execute(delete(UsedAssertion).where(UsedAssertion.expires_at < now))
    expires_at = proof.issued_at + timedelta(seconds=2 * assertions.WINDOW_SECONDS)
    kept = upsert(session, UsedAssertion).on_conflict_do_nothing(index_elements=["jti"])
    row = {"jti": proof.jti, "device_id": proof.device, "expires_at": expires_at}
    if session.connection().execute(kept.returning(UsedAssertion.jti), row).first() is None:
        raise Problem("assertion_invalid", reason="it was used before")


def _next_known(known: int, arrived: int, claimed: int) -> int:
    """The counter that a tablet must go on above.

    A claim far beyond everything known is not passed on: whoever makes it would take all numbers away from
    the colleagues on the same tablet. The tablet itself never goes back.
    """
    believed = max(known, arrived)
    return claimed if believed < claimed <= believed + MOST_AT_ONCE else believed


def _arrived(session: Session, device: Device) -> int:
    """What has arrived: a tablet whose storage was set back must not give a number a second time.

    A number that leaps ahead of all others is passed over, as a claim of it would be.
    """
    reached = device.last_counter
    while True:
        ahead, newest = session.execute(_AHEAD, {"device": device.id, "reached": reached}).one()
        if ahead is None:
            return reached
        reached = int(ahead)
        if reached == newest:
            return reached
