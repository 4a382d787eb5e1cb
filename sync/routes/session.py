"""`_session`: who the caller is, and signing in by name and password where the server offers it."""

from urllib.parse import parse_qsl

from flask import Response

from sync.protocol.errors import bad_request, not_found, unauthorized
from sync.routes.call import Call, answer

COOKIE = "AuthSession"


def describe(call: Call) -> Response:
    """GET /_session: who the caller is; nobody has an empty name."""
    caller = call.caller
    name = caller.name or None
    roles = sorted(caller.roles)
    info = {"authentication_handlers": ["cookie", "jwt", "default"]}
    return answer({"ok": True, "userCtx": {"name": name, "roles": roles}, "info": info})


def sign_in(call: Call) -> Response:
    """POST /_session with name and password as a form or JSON: 404 where the server has no passwords."""
    if call.sessions is None:
        raise not_found("This server has no session sign-in; send a token.")
    if call.request.mimetype == "application/x-www-form-urlencoded":
        # Read as any other body, so that limits hold and a packed form is understood.
        form = dict(parse_qsl(call.body().decode("utf-8", "replace"), keep_blank_values=True))
        name, password = form.get("name"), form.get("password")
    else:
        body = call.json_object()
        name, password = body.get("name", body.get("username")), body.get("password")
    if not isinstance(name, str) or not isinstance(password, str):
        raise bad_request("Request body must contain a username and a password")
    found = call.sessions.sign_in(name, password)
    if found is None:
        raise unauthorized("Name or password is incorrect.")
    caller, value = found
    response = answer({"ok": True, "name": caller.name, "roles": sorted(caller.roles)})
    _set(call, response, value, call.sessions.seconds)
    return response


def sign_out(call: Call) -> Response:
    """DELETE /_session."""
    response = answer({"ok": True})
    _set(call, response, "", 0)
    return response


def _set(call: Call, response: Response, value: str, seconds: int) -> None:
    response.set_cookie(
        COOKIE, value, max_age=seconds, httponly=True, samesite="Strict", secure=call.request.is_secure
    )
