"""Requests that change something must come from our own pages.

The token lives in the signed session cookie and comes back in a form field or, from htmx, in a header.
Browsers also say where a request started (Sec-Fetch-Site); another site's is refused outright.
"""

import hmac
import secrets

from flask import Request, session

from workorders.problems import Problem

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"


def csrf_token() -> str:
    """The token of this session, made at first use."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    token: str = session["csrf"]
    return token


def refuse_foreign_site(request: Request) -> None:
    """Raises Problem form_expired when a browser says that another site started this request."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Problem("form_expired")


def check_csrf(request: Request) -> None:
    """Raises Problem form_expired unless the request carries this session's token."""
    refuse_foreign_site(request)
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    expected = session.get("csrf", "")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Problem("form_expired")
