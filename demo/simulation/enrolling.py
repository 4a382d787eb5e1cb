"""A technician is let onto a tablet: the office issues a code, the tablet proves its key."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from demo.simulation.keys import TabletKey
from demo.simulation.storage import NO_RECEIPT, Storage
from mobile_api import assertions, codes, enrolment
from mobile_api.enrolment import EnrolRequest
from mobile_api.grants import issue_grant

P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the curve: private keys are below it."""


def enrol(session: Session, secret: str, technician: str, dice: random.Random, now: datetime) -> Storage:
    """A new tablet of a technician, with an empty storage. Raises what `mobile_api.enrolment` raises."""
    key = TabletKey(dice.randrange(1, P256))
    asked = _asked(session, secret, technician, key, dice=dice, now=now)
    profile = enrolment.enrol(session, secret, asked, now, dice.randbytes)
    kept = Storage(
        profile.device_id, technician, key.number, profile.receipt_prefix, f"{dice.getrandbits(64):016x}"
    )
    kept.grant = issue_grant(secret, profile)
    return kept


def enrol_again(session: Session, secret: str, kept: Storage, dice: random.Random, now: datetime) -> None:
    """The records do not know a tablet that they had let in: with its grant it joins under its own id."""
    key = TabletKey(dice.randrange(1, P256))
    asked = _asked(session, secret, kept.technician, key, dice=dice, now=now)
    vouched = TabletKey(kept.key).sign(
        assertions.JOIN,
        now,
        f"{dice.getrandbits(128):032x}",
        iss=kept.device,
        sub=kept.technician,
        code=codes.normalise(asked.code),
    )
    asked = replace(asked, device=kept.device, vouched=vouched, grant=kept.grant)
    profile = enrolment.enrol(session, secret, asked, now, dice.randbytes)
    kept.key, kept.prefix = key.number, profile.receipt_prefix
    kept.next_receipt, kept.chain = 1, NO_RECEIPT
    kept.grant = issue_grant(secret, profile)


def _asked(
    session: Session, secret: str, technician: str, key: TabletKey, *, dice: random.Random, now: datetime
) -> EnrolRequest:
    """What a tablet sends with a fresh code of the office."""
    code = enrolment.issue_code(
        session,
        secret,
        technician,
        issued_by="office",
        now=now,
        life=timedelta(minutes=30),
        random=dice.randbytes(5),
    )
    proof = key.sign(assertions.ENROL, now, f"{dice.getrandbits(128):032x}", code=codes.normalise(code))
    return EnrolRequest(
        code=code, public_jwk=key.jwk, proof=proof, name=f"tablet of {technician}", app_version="0.1.0"
    )
