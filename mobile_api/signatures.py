"""ES256 tokens in one spelling: of the two signatures that ECDSA allows for one text, only the lower counts.

Whoever holds a token could otherwise write a second one that is as good and compares as different.
"""

import base64
import binascii
from typing import Any

import jwt

from mobile_api import keys

_HALF_ORDER = keys.P256_ORDER // 2


def sign(claims: dict[str, Any], secret: str) -> str:
    """The claims as a JWT of this installation, its signature in the lower of its two forms."""
    token = jwt.encode(claims, keys.signing_key(secret), "ES256", headers={"kid": keys.key_id(secret)})
    text, _, signature = token.rpartition(".")
    raw = _raw(signature)
    r, s = raw[:32], int.from_bytes(raw[32:], "big")
    lower = min(s, keys.P256_ORDER - s).to_bytes(32, "big")
    return f"{text}.{_spelled(r + lower)}"


def is_canonical(token: str) -> bool:
    """The signature is spelled as `sign` spells it: base64url without loose bits, in the lower form."""
    signature = token.rpartition(".")[2]
    try:
        raw = _raw(signature)
    except (binascii.Error, ValueError):
        return False
    lower = len(raw) == 64 and int.from_bytes(raw[32:], "big") <= _HALF_ORDER
    return lower and _spelled(raw) == signature


def _raw(signature: str) -> bytes:
    return base64.b64decode(signature + "=" * (-len(signature) % 4), altchars=b"-_", validate=True)


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
