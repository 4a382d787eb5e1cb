"""Passwords: Argon2id with the library's recommended parameters; unknown names cost the same time.

What may be chosen follows NIST SP 800-63B: long, not soon guessed, any characters, no rules of composition
and no day on which it must change.
"""

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from workorders.problems import Problem, Reason

MIN_LENGTH = 15
"""What 800-63B asks of a password that may be the only thing somebody signs in with."""
MAX_LENGTH = 200
"""Longer input would only make hashing slow."""
ESTIMATED_LENGTH = 72
"""What is judged of a long password: the estimate grows slow, and the rest only makes it harder to guess."""
GUESSES_LOG10 = 7.0
"""Fewer guesses than ten million: common, leaked, repeated, or a row of keys."""
OWN_WORD = 3
"""Letters that a part of a name has at least to count as the person's own."""
OWN_REST = 8
"""Letters and digits that must be left when one's own words are taken out."""

RANDOM_BYTES = 10
"""80 bits: nobody guesses them, also without a limit on attempts."""
READABLE = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's 32 letters and digits: no i, l, o and u."""

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")


def checked_password(password: str, own_words: Iterable[str]) -> str:
    """A password that may be kept. Raises Problem bad_input naming `password`, and why.

    `own_words`: names of the person, of the district and of the program, which others would try first.
    """
    if not MIN_LENGTH <= len(_normal(password)) <= MAX_LENGTH or not password.strip():
        reason = Reason("use {shortest} to {longest} characters", shortest=MIN_LENGTH, longest=MAX_LENGTH)
        raise Problem("bad_input", field="password", reason=reason)
    words = {part for word in own_words for part in re.findall(r"\w+", word.casefold())}
    if _is_own(password, words):
        raise Problem(
            "bad_input",
            field="password",
            reason="it is made of your own name or the district's; others try that first",
        )
    if _is_common(password, words):
        raise Problem(
            "bad_input",
            field="password",
            reason="it is often used or soon guessed; take several words that do not belong together",
        )
    return password


def hash_password(password: str) -> str:
    """The Argon2id hash to store."""
    return _hasher.hash(_normal(password))


def password_matches(stored: str | None, password: str) -> bool:
    """True when `password` is the one `stored` was made from. With None (no such person) always False."""
    given = password[: MAX_LENGTH + 1]
    # The letters as typed: hashes from before all keyboards were made to give the same letters.
    for form in dict.fromkeys((_normal(given), given)):
        try:
            _hasher.verify(stored or _NOBODY, form)
        except VerificationError:
            continue
        return stored is not None
    return False


def needs_rehash(stored: str) -> bool:
    """True when today's parameters are stronger than those the stored hash was made with."""
    return _hasher.check_needs_rehash(stored)


def readable_password(random: bytes) -> str:
    """A password to read aloud, made of at least 10 random bytes: groups of four, none that look alike."""
    if len(random) < RANDOM_BYTES:
        raise ValueError(f"a password needs {RANDOM_BYTES} random bytes")
    number = int.from_bytes(random[:RANDOM_BYTES])
    letters = [READABLE[number >> (5 * place) & 31] for place in range(RANDOM_BYTES * 8 // 5)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, len(letters), 4))


def _normal(password: str) -> str:
    """The same letters from every keyboard and system (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", password)


def _is_own(password: str, words: set[str]) -> bool:
    rest = password.casefold()
    for word in sorted((one for one in words if len(one) >= OWN_WORD), key=len, reverse=True):
        rest = rest.replace(word, " ")
    return rest != password.casefold() and sum(letter.isalnum() for letter in rest) < OWN_REST


def _is_common(password: str, words: set[str]) -> bool:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists are read only where somebody chooses a password

    judged = zxcvbn(_normal(password)[:ESTIMATED_LENGTH], user_inputs=sorted(words))
    return bool(judged["guesses_log10"] < GUESSES_LOG10)
