"""Letting a technician onto a tablet: a one-time code issued in the office, a key made on the tablet."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mobile_api import assertions, codes, keys
from mobile_api.grants import Grant, read_grant
from mobile_api.receipt_blocks import adopt_block, grant_block
from mobile_api.tables import Device, DeviceTechnician, EnrolmentAttempt, EnrolmentCode
from workorders.problems import Problem
from workorders.tables import Technician

ATTEMPTS = 300
"""Wrong codes one address may send in `ATTEMPT_SPAN`.

A depot's tablets share an address, so that a morning of typing errors must stay far below. It stops guessing
all the same: against 40 bits and a hundred open codes, a year of 300 every quarter of an hour finds one with
a chance of one in a thousand.
"""

ATTEMPT_SPAN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """What a tablet sends: the typed code, its public key, the proof that it holds the private one.

    `device` and `vouched` are given when another technician joins a tablet that is enrolled already: its id,
    and a proof by one of the keys on it. `grant` is that key's, for a tablet that the records may have lost
    (mobile_api.grants). `name` is what the office calls the tablet.
    """

    code: str
    public_jwk: dict[str, Any]
    proof: str
    name: str
    app_version: str
    device: str | None = None
    vouched: str | None = None
    grant: str | None = None


def issue_code(
    session: Session,
    secret: str,
    technician_id: str,
    *,
    issued_by: str,
    now: datetime,
    life: timedelta,
    random: bytes,
) -> str:
    """Write a code for one technician and return it as people read it: `XXXX-XXXX`. Only its hash is kept.

    `random`: five random bytes. Raises Problem not_found for an unknown or inactive technician.
    """
    technician = session.get(Technician, technician_id)
    if technician is None or not technician.active:
        raise Problem("not_found", what="technician", key=technician_id)
    session.execute(delete(EnrolmentCode).where(EnrolmentCode.expires_at < now - timedelta(days=30)))
    code = codes.spell(random)
    session.add(
        EnrolmentCode(
            hash=codes.code_hash(secret, code),
            technician_id=technician_id,
            issued_by=issued_by,
            issued_at=now,
            expires_at=now + life,
        )
    )
    session.flush()
    return code


def check_attempts(session: Session, address: str, now: datetime) -> None:
    """Raise Problem too_many_attempts when the address has sent too many wrong codes lately."""
    count, last = session.execute(
        select(func.count(), func.max(EnrolmentAttempt.at)).where(
            EnrolmentAttempt.address == address, EnrolmentAttempt.at > now - ATTEMPT_SPAN
        )
    ).one()
    if count >= ATTEMPTS:
        raise Problem("too_many_attempts", seconds=round((last + ATTEMPT_SPAN - now).total_seconds()))


def record_attempt(session: Session, address: str, now: datetime) -> None:
    """Remember a wrong code, and forget those that no longer count."""
    session.execute(delete(EnrolmentAttempt).where(EnrolmentAttempt.at <= now - ATTEMPT_SPAN))
    session.add(EnrolmentAttempt(address=address, at=now))


def enrol(
    session: Session, secret: str, request: EnrolRequest, now: datetime, random: Callable[[int], bytes]
) -> DeviceTechnician:
    """Use the code up and return the technician's profile on the tablet.

    The same key sending the same code again gets the same profile: its first answer may have been lost.
    Raises Problems bad_input, enrolment_code_invalid, assertion_invalid, clock_skew, device_revoked,
    device_unknown.
    """
    key = keys.public_key(request.public_jwk)
    row = _live_code(session, secret, request.code, now)
    proof = assertions.check_assertion(request.proof, key, assertions.ENROL, now)
    if proof.code != codes.normalise(request.code):
        raise Problem("assertion_invalid", reason="it was made for another code")
    thumbprint = keys.thumbprint(request.public_jwk)
    known = session.scalar(select(DeviceTechnician).where(DeviceTechnician.thumbprint == thumbprint))
    if row.used_at is not None:
        if known is None or (known.device_id, known.technician_id) != (row.device_id, row.technician_id):
            raise Problem("enrolment_code_invalid")
        return known
    if known is not None:
        raise Problem("bad_input", field="public_jwk", reason="this key is enrolled already; make a new one")
    device = _joined_device(session, secret, request, now) or _new_device(session, request, now, random)
    row.used_at, row.device_id = now, device.id
    return _profile(session, device, row.technician_id, request.public_jwk, now)


def _live_code(session: Session, secret: str, typed: str, now: datetime) -> EnrolmentCode:
    row = session.get(EnrolmentCode, codes.code_hash(secret, typed), with_for_update=True)
    if row is None or row.expires_at <= now:
        raise Problem("enrolment_code_invalid")
    return row


def _joined_device(session: Session, secret: str, request: EnrolRequest, now: datetime) -> Device | None:
    if request.device is None:
        return None
    if request.vouched is None:
        raise Problem("bad_input", field="vouched", reason="joining a tablet needs a proof by a key on it")
    _, technician_id = assertions.claimed_issuer(request.vouched)
    voucher = session.get(DeviceTechnician, (request.device, technician_id))
    grant = read_grant(secret, request.grant) if voucher is None and request.grant else None
    if voucher is not None:
        jwk = voucher.public_jwk
    elif grant is not None and (grant.device, grant.technician) == (request.device, technician_id):
        jwk = grant.jwk
    else:
        raise Problem("device_unknown")
    proof = assertions.check_assertion(request.vouched, keys.public_key(jwk), assertions.JOIN, now)
    if proof.code != codes.normalise(request.code) or proof.device != request.device:
        raise Problem("assertion_invalid", reason="it was made for another code")
    device = voucher.device if voucher is not None else session.get(Device, request.device)
    if device is not None and device.revoked_at is not None:
        raise Problem("device_revoked")
    if grant is not None:
        adopt_block(session, grant, now)
    return device or _lost_device(session, request, grant, now)


def _lost_device(
    session: Session, request: EnrolRequest, grant: Grant | None, now: datetime
) -> Device | None:
    """The tablet of a grant under its own id, so that what it holds is believed and its counter goes on."""
    if grant is None:
        return None
    device = Device(
        id=grant.device,
        name=grant.name,
        enrolled_at=now,
        last_seen_at=now,
        app_version=request.app_version,
        last_counter=0,
    )
    session.add(device)
    session.flush()
    return device


def _new_device(
    session: Session, request: EnrolRequest, now: datetime, random: Callable[[int], bytes]
) -> Device:
    device = Device(
        id=base64.b32encode(random(5)).decode().lower(),
        name=request.name,
        enrolled_at=now,
        last_seen_at=now,
        app_version=request.app_version,
        last_counter=0,
    )
    session.add(device)
    session.flush()
    return device


def _profile(
    session: Session, device: Device, technician_id: str, jwk: dict[str, Any], now: datetime
) -> DeviceTechnician:
    """The technician's profile on the tablet. Enrolling again replaces the key and begins a new block,
    because a tablet that made a new key may have lost the receipts it had written."""
    block = grant_block(session, device.id, technician_id, now)
    profile = session.get(DeviceTechnician, (device.id, technician_id))
    if profile is None:
        profile = DeviceTechnician(device_id=device.id, technician_id=technician_id)
        session.add(profile)
    profile.public_jwk = {name: jwk[name] for name in ("kty", "crv", "x", "y")}
    profile.thumbprint = keys.thumbprint(jwk)
    profile.receipt_prefix = block.prefix
    profile.enrolled_at = now
    session.flush()
    return profile
