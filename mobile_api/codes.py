"""One-time enrolment codes: short to read out and type, kept only as a keyed hash."""

import hashlib
import hmac

from workorders.grammar.spoken_codes import ALPHABET, heard, letters, spelled
from workorders.problems import Problem

LENGTH = 8
"""40 bits: with the attempts allowed per address, guessing one within its half hour is hopeless."""


def spell(random: bytes) -> str:
    """Write five random bytes as a code `XXXX-XXXX`."""
    if len(random) != 5:
        raise ValueError("a code is made of five random bytes")
    return spelled(letters(int.from_bytes(random, "big"), LENGTH))


def normalise(typed: str) -> str:
    """The code as issued, whatever the case, spaces and dashes it was typed with.

    Raises Problem enrolment_code_invalid when it cannot be one.
    """
    code = heard(typed)
    if len(code) != LENGTH or any(letter not in ALPHABET for letter in code):
        raise Problem("enrolment_code_invalid")
    return code


def code_hash(secret: str, typed: str) -> str:
    """Hex HMAC-SHA256 of a code under the secret key: a stolen table alone cannot be searched for codes."""
    key = hashlib.sha256(b"curbstop/enrolment-code/1" + secret.encode()).digest()
    return hmac.new(key, normalise(typed).encode(), hashlib.sha256).hexdigest()
