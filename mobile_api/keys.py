"""Keys: the server's signing key, derived from the secret key, and the public keys that tablets send."""

import base64
import hashlib
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workorders.problems import Problem

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many points the curve has: signatures are numbers below it."""
_PURPOSE = b"curbstop/access-token/es256/1"


@lru_cache(maxsize=8)
def signing_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """The P-256 key that signs access tokens: the same for the same secret, so there is no key file to lose.

    48 bytes of HKDF-SHA256 are reduced modulo the group order, whose bias is then negligible
    (FIPS 186-5, A.2.1: at least 64 bits more than the order).
    """
    stretched = HKDF(algorithm=hashes.SHA256(), length=48, salt=None, info=_PURPOSE).derive(secret.encode())
    value = int.from_bytes(stretched, "big") % (P256_ORDER - 1) + 1
    return ec.derive_private_key(value, ec.SECP256R1())


@lru_cache(maxsize=8)
def key_id(secret: str) -> str:
    """The `kid` of access tokens: the first 16 characters of the key's thumbprint."""
    numbers = signing_key(secret).public_key().public_numbers()
    return thumbprint({"x": _encode(numbers.x), "y": _encode(numbers.y)})[:16]


def couchdb_jwt_settings(secret: str) -> str:
    """Lines for a CouchDB 3 configuration that make it accept the access tokens signed with `secret`.

    `authentication_handlers` keeps cookies and basic auth for administrators. See CouchDB's manual,
    "JWT Authentication": the key's name is `<kind>:<kid>`, line breaks of the PEM are written `\\n`.
    """
    pem = (
        signing_key(secret)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    one_line = pem.decode().strip().replace("\n", "\\n")
    return "\n".join(
        (
            "[chttpd]",
            "authentication_handlers = {chttpd_auth, jwt_authentication_handler}, "
            "{chttpd_auth, cookie_authentication_handler}, {chttpd_auth, default_authentication_handler}",
            "",
            "[jwt_auth]",
            "required_claims = exp",
            "",
            "[jwt_keys]",
            f"ec:{key_id(secret)} = {one_line}",
            "",
        )
    )


def public_key(jwk: object) -> ec.EllipticCurvePublicKey:
    """The tablet's P-256 public key. Raises Problem bad_input for anything else, and for a private part."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise _bad_jwk("it must be an EC key on the curve P-256")
    if "d" in jwk:
        raise _bad_jwk("the private part must never leave the tablet")
    try:
        x, y = (int.from_bytes(_decode(jwk[name]), "big") for name in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (KeyError, TypeError, ValueError) as error:
        raise _bad_jwk("its coordinates are not a point of the curve") from error


def thumbprint(jwk: dict[str, Any]) -> str:
    """RFC 7638 thumbprint of a P-256 public key, base64url without padding, 43 characters."""
    canonical = f'{{"crv":"P-256","kty":"EC","x":"{jwk["x"]}","y":"{jwk["y"]}"}}'
    return _encode_bytes(hashlib.sha256(canonical.encode()).digest())


def _bad_jwk(reason: str) -> Problem:
    return Problem("bad_input", field="public_jwk", reason=reason)


def _decode(text: object) -> bytes:
    if not isinstance(text, str) or len(text) != 43:
        raise ValueError("a coordinate of P-256 is 32 bytes in base64url")
    return base64.b64decode(text + "=", altchars=b"-_", validate=True)


def _encode(number: int) -> str:
    return _encode_bytes(number.to_bytes(32, "big"))


def _encode_bytes(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
