"""One-time enrolment codes: short to read out and type, kept only as a keyed hash."""

import hashlib
import hmac

from workorders.problems import Problem

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O, U, so that a code read over the phone is typed right."""

LENGTH = 8
"""40 bits: with the attempts allowed per address, guessing one within its half hour is hopeless."""

_HEARD_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


def spell(random: bytes) -> str:
    """Write five random bytes as a code `XXXX-XXXX`."""
    if len(random) != 5:
        raise ValueError("a code is made of five random bytes")
    number = int.from_bytes(random, "big")
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


def normalise(typed: str) -> str:
    """The code as issued, whatever the case, spaces and dashes it was typed with.

    Raises Problem enrolment_code_invalid when it cannot be one.
    """
    letters = "".join(typed.split()).replace("-", "").upper().translate(_HEARD_AS)
    if len(letters) != LENGTH or any(letter not in ALPHABET for letter in letters):
        raise Problem("enrolment_code_invalid")
    return letters


def code_hash(secret: str, typed: str) -> str:
    """Hex HMAC-SHA256 of a code under the secret key: a stolen table alone cannot be searched for codes."""
    key = hashlib.sha256(b"curbstop/enrolment-code/1" + secret.encode()).digest()
    return hmac.new(key, normalise(typed).encode(), hashlib.sha256).hexdigest()
