"""Release and recall codes: what the office reads to a technician whose tablet has no signal. Pure.

A code is twelve letters: two for a quarter of an hour, nine that prove it, one that checks the others. The
nine are an HMAC under the secret of one assignment of one order, for a kind and a number. An order document
carries a slow salted hash of them for each code that may be given, so that a tablet can tell a code without
being able to make one. The quarter is the end of a release, or when a recall was given; it is not proven to
the tablet, only to the office, which compares the whole code with what it gave.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from workorders.grammar.spoken_codes import check_letter, heard, is_heard_right, letters
from workorders.policy.rulebook import RulesInForce

RECALL, RELEASE = "recall", "release"
PREPARED: Mapping[str, int] = MappingProxyType({RECALL: 2, RELEASE: 3})
"""How many codes of a kind one assignment has: the tablet knows these and no others until it is sent anew."""
PROOF_LETTERS = 9
STAMP_LETTERS = 2
LENGTH = STAMP_LETTERS + PROOF_LETTERS + 1
ROUNDS = 10_000
"""PBKDF2 rounds for one guess at a code; SECURITY.md says what a guesser needs. About 4 ms on a server."""
VERIFIER_BYTES = 16
QUARTER = timedelta(minutes=15)
_STAMPS = 1 << 5 * STAMP_LETTERS
"""Quarters after which a stamp comes again: ten days and sixteen hours."""
TOLERANCE = timedelta(minutes=5)
"""A tablet's clock may be so far off that a code seems entered before it was given."""


@dataclass(frozen=True, slots=True)
class CodePolicy:
    """The dated rule `phone_codes`. Minutes and hours are whole."""

    release_minutes: int = 120
    """How long a release lets the tablet cut, unless the day's cuts end before."""
    recall_hours: int = 24
    """After so long a recall code that was not entered is listed as such."""
    wrong_tries: int = 5
    pause_minutes: int = 5


@dataclass(frozen=True, slots=True)
class CodeName:
    """Which code it is: the `counter`th of its kind, from 1, for one assignment of an order."""

    order: str
    epoch: int
    kind: str
    counter: int

    @property
    def text(self) -> str:
        """As it is hashed."""
        return f"{self.kind}|{self.order}|{self.epoch}|{self.counter}"


def policy_of(rules: RulesInForce) -> CodePolicy:
    """The rule of the day; what it does not say is as in the sample rules."""
    return CodePolicy(**rules.setting("phone_codes"))


def code_of(secret: str, name: CodeName, stamped: datetime) -> str:
    """The twelve letters of a code. `secret` is the assignment's, `stamped` a quarter of an hour."""
    stamp = letters(_quarters(stamped) % _STAMPS, STAMP_LETTERS)
    body = stamp + _proof(secret, name)
    return body + check_letter(body)


def usable(typed: object) -> str | None:
    """The code that was typed, as `code_of` writes it; None for what cannot be one."""
    if not isinstance(typed, str) or len(typed) > 80:
        return None
    code = heard(typed)
    return code if len(code) == LENGTH and is_heard_right(code) else None


def digest_of(code: str) -> str:
    """By which a code is found among all that were given (SHA-256, hex); it opens nothing."""
    return hashlib.sha256(b"phone code " + code.encode()).hexdigest()


@lru_cache(maxsize=8192)
def verifiers(secret: str, order: str, epoch: int) -> tuple[tuple[str, int, str, str], ...]:
    """(kind, counter, salt, verifier) of every code that one assignment may get; salt and verifier in hex.

    Slow by intent, and always the same, so that it is kept.
    """
    found = []
    for kind, many in PREPARED.items():
        for counter in range(1, many + 1):
            name = CodeName(order, epoch, kind, counter)
            salt = _mac(secret, f"salt|{name.text}")[:8].hex()
            found.append((kind, counter, salt, verifier_of(_proof(secret, name), salt)))
    return tuple(found)


def verifier_of(proof: str, salt: str) -> str:
    """PBKDF2-HMAC-SHA256 of the nine letters, as a tablet computes it (hex)."""
    return hashlib.pbkdf2_hmac("sha256", proof.encode(), salt.encode(), ROUNDS, dklen=VERIFIER_BYTES).hex()


def proof_in(code: str) -> str:
    """The nine letters of a code that its verifier is of."""
    return code[STAMP_LETTERS:-1]


def release_until(policy: CodePolicy, latest: time, now: datetime, timezone: str) -> datetime | None:
    """Until when a release given `now` lets a tablet cut: a whole quarter, never past the day's `latest`.

    None when no quarter is left.
    """
    zone = ZoneInfo(timezone)
    ends = datetime.combine(now.astimezone(zone).date(), latest, tzinfo=zone)
    until = quarter_before(min(now + timedelta(minutes=policy.release_minutes), ends.astimezone(UTC)))
    return until if until > now else None


def quarter_before(at: datetime) -> datetime:
    """The quarter of an hour at or before an instant."""
    return datetime.fromtimestamp(_quarters(at) * QUARTER.total_seconds(), UTC)


def _quarters(at: datetime) -> int:
    return int(at.timestamp() // QUARTER.total_seconds())


def _proof(secret: str, name: CodeName) -> str:
    bits = int.from_bytes(_mac(secret, name.text)[:8], "big") >> (64 - 5 * PROOF_LETTERS)
    return letters(bits, PROOF_LETTERS)


def _mac(secret: str, text: str) -> bytes:
    return hmac.new(bytes.fromhex(secret), text.encode(), hashlib.sha256).digest()


def as_document(secret: str, order: str, epoch: int, policy: CodePolicy) -> dict[str, Any]:
    """What an order document says of its codes (docs/documents.md)."""
    prepared = [
        {"kind": kind, "counter": counter, "salt": salt, "verifier": verifier}
        for kind, counter, salt, verifier in verifiers(secret, order, epoch)
    ]
    return {
        "rounds": ROUNDS,
        "prepared": prepared,
        "release_minutes": policy.release_minutes,
        "wrong_tries": policy.wrong_tries,
        "pause_minutes": policy.pause_minutes,
    }
