"""One-time codes of an authenticator app (TOTP, RFC 6238) and the recovery codes that stand in for it."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
import segno
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from server.auth import attempts
from server.auth.passwords import RANDOM_BYTES, READABLE, readable_password
from server.auth.secrets_kept import keyed_hash, sealed, unsealed
from server.auth.users import Staff, staff_of, subject_of, user_by_name
from server.db import transaction
from server.tables import RecoveryCode, SecondFactor, User
from workorders.problems import Problem
from workorders.usecases.administration.audit import note_change

STEP_SECONDS = 30
DIGITS = 6
DRIFT_STEPS = 1
"""Codes of the half minute before and after are taken too: clocks differ, and typing takes time."""
RECOVERY_CODES = 10
RECOVERY_LENGTH = len(readable_password(bytes(RANDOM_BYTES)).replace("-", ""))
LOOKALIKES = str.maketrans({"o": "0", "i": "1", "l": "1"})
SEALED, HASHED = "second factor", "recovery code"
"""What the keys are for."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs: the secret in letters, and the same as an image (`data:`)."""

    secret: str
    image: str


def begin_enrolment(session: Session, user_id: int, secret_key: str, *, now: datetime) -> None:
    """Make a secret for a person's app; it counts once a code of it was confirmed.

    Raises Problem second_factor_on when codes are asked for already.
    """
    user = _locked(session, user_id)
    if user.second_factor_at is not None:
        raise Problem("second_factor_on")
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id))
    secret = sealed(secret_key, SEALED, pyotp.random_base32())
    session.add(SecondFactor(user_id=user.id, sealed_secret=secret, begun_at=now))
    session.flush()


def enrolment(session: Session, staff: Staff, secret_key: str, district: str) -> Enrolment | None:
    """The enrolment that waits for its first code; None when there is none."""
    factor = session.get(SecondFactor, staff.id)
    if factor is None or staff.second_factor:
        return None
    secret = unsealed(secret_key, SEALED, factor.sealed_secret)
    if secret is None:
        return None
    address = pyotp.TOTP(secret).provisioning_uri(name=staff.name, issuer_name=district)
    # Drawn here: the secret goes to no other site. Light behind it on a dark page too, or no camera reads it.
    image = segno.make(address, error="m").svg_data_uri(scale=4, border=4, light="#fff")
    groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    return Enrolment(" ".join(groups), image)


def confirm_enrolment(
    session: Session, user_id: int, secret_key: str, code: str, *, now: datetime
) -> list[str]:
    """Ask for codes from now on; answers the recovery codes, which are kept nowhere else.

    Every session of the person ends. Raises Problem second_factor_on, not_found, and bad_input naming `code`.
    """
    user = _locked(session, user_id)
    if user.second_factor_at is not None:
        raise Problem("second_factor_on")
    factor = session.get(SecondFactor, user_id)
    if factor is None:
        raise Problem("not_found", what="second factor", key=user.name)
    if not _take_code(factor, secret_key, code, now):
        reason = "it is not the code that the app shows now; check the clock of the telephone"
        raise Problem("bad_input", field="code", reason=reason)
    user.second_factor_at = now
    user.session_epoch += 1
    note_change(session, subject_of(user.name), "second_factor_on", now=now, actor=user.name)
    return _new_codes(session, user_id, secret_key)


def renew_recovery_codes(session: Session, user_id: int, secret_key: str, *, now: datetime) -> list[str]:
    """New recovery codes in place of the old ones. Raises Problem not_found without a second factor."""
    user = _locked(session, user_id)
    if user.second_factor_at is None:
        raise Problem("not_found", what="second factor", key=user.name)
    note_change(session, subject_of(user.name), "recovery_codes", now=now, actor=user.name)
    return _new_codes(session, user_id, secret_key)


def recovery_codes_left(session: Session, user_id: int) -> int:
    """How many recovery codes were not used yet."""
    unused = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def end_second_factor(session: Session, name: str, *, now: datetime, actor: str) -> None:
    """Ask this person for no code any more, and end their sessions. Raises Problem not_found."""
    user = _locked(session, user_by_name(session, name).id)
    if user.second_factor_at is None:
        raise Problem("not_found", what="second factor", key=name)
    user.second_factor_at = None
    user.session_epoch += 1
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    note_change(session, subject_of(name), "second_factor_off", now=now, actor=actor)


def check_code(
    sessions: sessionmaker[Session],
    user_id: int,
    secret_key: str,
    typed: str,
    *,
    address: str,
    now: datetime,
    browser: str | None,
) -> Staff:
    """Take a one-time code or a recovery code of a person whose password was right.

    Each is taken once. Raises Problem code_wrong and too_many_attempts; every attempt at a one-time code is
    counted, in a transaction of its own, so that the count stays. Recovery codes are too long to be guessed
    and are not counted: whoever has one gets in, whatever others try.
    """
    code = _plain(typed)
    guessable = len(code) < RECOVERY_LENGTH
    with sessions() as session:
        name = session.get_one(User, user_id).name
    if guessable:
        _count(sessions, name, address, now, browser)
    with transaction(sessions) as session:
        user = _locked(session, user_id)
        factor = session.get(SecondFactor, user_id)
        if not user.active or user.second_factor_at is None or factor is None:
            raise Problem("code_wrong")
        if guessable:
            taken = _take_code(factor, secret_key, code, now)
        else:
            taken = _take_recovery_code(session, user, secret_key, code, now)
        if not taken:
            raise Problem("code_wrong")
        if guessable:
            attempts.forgive(session, name, address, browser=browser, code=True)
    return staff_of(user)


def _count(
    sessions: sessionmaker[Session], name: str, address: str, now: datetime, browser: str | None
) -> None:
    refused: Problem | None = None
    with transaction(sessions) as session:
        try:
            attempts.count_attempt(session, name, address, now, browser=browser, code=True)
        except Problem as problem:
            refused = problem
    if refused is not None:
        raise refused


def _take_code(factor: SecondFactor, secret_key: str, code: str, now: datetime) -> bool:
    """Whether this code is right now and newer than any that was taken; it is taken with that."""
    secret = unsealed(secret_key, SEALED, factor.sealed_secret)
    if secret is None:
        return False
    made = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    step = int(now.timestamp()) // STEP_SECONDS
    plain = _plain(code)
    for one in range(step - DRIFT_STEPS, step + DRIFT_STEPS + 1):
        newer = factor.last_step is None or one > factor.last_step
        if secrets.compare_digest(made.generate_otp(one).encode(), plain.encode()) and newer:
            factor.last_step = one
            return True
    return False


def _take_recovery_code(session: Session, user: User, secret_key: str, code: str, now: datetime) -> bool:
    found = session.get(RecoveryCode, keyed_hash(secret_key, HASHED, f"{user.id}:{code}"))
    if found is None or found.user_id != user.id or found.used_at is not None:
        return False
    found.used_at = now
    note_change(session, subject_of(user.name), "recovery_code_used", now=now, actor=user.name)
    return True


def _new_codes(session: Session, user_id: int, secret_key: str) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [readable_password(secrets.token_bytes(RANDOM_BYTES)) for _ in range(RECOVERY_CODES)]
    for code in codes:
        kept = keyed_hash(secret_key, HASHED, f"{user_id}:{_plain(code)}")
        session.add(RecoveryCode(code_hash=kept, user_id=user_id))
    session.flush()
    return codes


def _plain(typed: str) -> str:
    """A code as it was made: without spaces and dashes, letters that look like digits as those."""
    kept = "".join(letter for letter in typed.casefold() if letter.isascii() and letter.isalnum())
    plain = kept.translate(LOOKALIKES)
    return plain if set(plain) <= set(READABLE) else ""


def _locked(session: Session, user_id: int) -> User:
    found = select(User).where(User.id == user_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one()
