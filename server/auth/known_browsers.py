"""Browsers in which somebody has signed in before: guesses from elsewhere do not lock their owner out there.

What OWASP calls a device cookie. It opens nothing: name, password and code are asked for as everywhere, only
the count of wrong ones is the browser's own.
"""

import secrets
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256

from flask import Request, Response, current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from workorders.grammar.texts import storable

COOKIE = "curbstop_browser"
KEPT_FOR = timedelta(days=180)
ID_BYTES = 18


def known_browser(request: Request, name: str) -> str | None:
    """The id of this browser when `name` has signed in here before, else None."""
    given = request.cookies.get(COOKIE)
    if given is None:
        return None
    try:
        kept: list[str] = _signer().loads(given, max_age=int(KEPT_FOR.total_seconds()))
    except BadSignature:
        return None
    return kept[0] if name_key(name) in kept[1:] else None


def remember_browser(request: Request, answer: Response, name: str) -> Response:
    """Note with the browser that this person has signed in here; a shared one knows several."""
    known: list[str] = [secrets.token_urlsafe(ID_BYTES)]
    given = request.cookies.get(COOKIE)
    if given is not None:
        with suppress(BadSignature):
            known = _signer().loads(given, max_age=int(KEPT_FOR.total_seconds()))
    key = name_key(name)
    # The newest last; a handful of people share one counter.
    names = [*[one for one in known[1:] if one != key][-9:], key]
    answer.set_cookie(
        COOKIE,
        str(_signer().dumps([known[0], *names])),
        max_age=KEPT_FOR,
        path="/sign-in",
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return answer


def name_key(name: str) -> str:
    """A name as the cookie holds it: whoever finds one reads no name in it."""
    return sha256(storable(name.strip().lower()).encode()).hexdigest()[:16]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known browser")
