"""Requests that change something must come from our own pages.

The token lives in the signed session cookie and comes back in a form field or, from htmx, in a header.
Browsers also say where a request started (Sec-Fetch-Site); another site's is refused outright.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from flask import Request, g, session

from workorders.problems import Problem

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"


def csrf_token() -> str:
    """The token of this session, made at first use, under a mask of this answer's own.

    So no two pages have it in the same letters, and the length of a compressed page says nothing of it.
    """
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    if "csrf_token" not in g:
        token: bytes = session["csrf"].encode()
        mask = secrets.token_bytes(len(token))
        g.csrf_token = urlsafe_b64encode(mask + _xor(mask, token)).decode()
    masked: str = g.csrf_token
    return masked


def _unmasked(given: str) -> bytes:
    """What was under the mask; nothing for what is no masked token."""
    try:
        both = urlsafe_b64decode(given)
    except ValueError:
        return b""
    return _xor(both[: len(both) // 2], both[len(both) // 2 :]) if len(both) % 2 == 0 else b""


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def refuse_foreign_site(request: Request) -> None:
    """Raises Problem form_expired when a browser says that another site started this request."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Problem("form_expired")


def check_csrf(request: Request) -> None:
    """Raises Problem form_expired unless the request carries this session's token."""
    refuse_foreign_site(request)
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    expected = session.get("csrf", "").encode()
    # Without its mask too: that is what the session itself holds, and nobody else can know it.
    known = [hmac.compare_digest(one, expected) for one in (given.encode(), _unmasked(given))]
    if not expected or not any(known):
        raise Problem("form_expired")
