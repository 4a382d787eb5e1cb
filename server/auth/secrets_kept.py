"""What is kept of secrets: tokens and codes as keyed hashes, what must be read again as sealed text.

The keys come from the installation's secret, one for each purpose, so that a copy of the database alone opens
nothing.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def keyed_hash(secret_key: str, purpose: str, value: str) -> str:
    """The hash (64 hexadecimal digits) by which a random secret of at least 80 bits is known again."""
    return hmac.new(_key(secret_key, purpose), value.encode("utf-8", "surrogatepass"), sha256).hexdigest()


def sealed(secret_key: str, purpose: str, value: str) -> str:
    """`value` as only this installation can read it."""
    return _fernet(secret_key, purpose).encrypt(value.encode()).decode()


def unsealed(secret_key: str, purpose: str, kept: str) -> str | None:
    """What was sealed; None when the installation has another secret by now."""
    try:
        return _fernet(secret_key, purpose).decrypt(kept.encode()).decode()
    except InvalidToken:
        return None


def _fernet(secret_key: str, purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(_key(secret_key, purpose)))


def _key(secret_key: str, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"curbstop {purpose}".encode()).derive(
        secret_key.encode()
    )
