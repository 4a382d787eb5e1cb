"""Passwords: Argon2id with the library's recommended parameters; unknown names cost the same time."""

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from workorders.problems import Problem

MIN_LENGTH = 10
MAX_LENGTH = 200
"""Longer input would only make hashing slow."""

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The Argon2id hash to store. Raises Problem bad_input for a password too short, too long or blank."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH or not password.strip():
        reason = f"use {MIN_LENGTH} to {MAX_LENGTH} characters"
        raise Problem("bad_input", field="password", reason=reason)
    return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """True when `password` is the one `stored` was made from. With None (no such person) always False."""
    try:
        _hasher.verify(stored or _NOBODY, password[: MAX_LENGTH + 1])
    except VerificationError:
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """True when today's parameters are stronger than those the stored hash was made with."""
    return _hasher.check_needs_rehash(stored)
