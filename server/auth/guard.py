"""Every request passes here: a view nobody marked is refused, a marked one needs the right person.

A person is known by the session cookie, or, for programs calling /api/, by HTTP Basic.
"""

from datetime import timedelta
from ipaddress import ip_address

from flask import Request, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from server.auth.csrf import check_csrf, refuse_foreign_site
from server.auth.kept_forms import keep_and_sign_in
from server.auth.roles import Rule, rule_of
from server.auth.users import Staff, authenticate, staff_by_id
from server.db import SAFE_METHODS
from server.errors import wants_json
from server.services import services
from workorders.grammar.texts import checked_line
from workorders.problems import Problem

GUARDED_ELSEWHERE: dict[str, str] = {
    "/api/devices/": "enrolment takes a one-time code, sign-in a signed proof, the rest a tablet's token",
    "/api/openapi.json": "the description of the API; it tells nothing about customers",
    "/tablet": "the tablet app's own files; data comes by replication",
    "/vendor/": "published browser packages",
    "/assets/": "published browser packages",
    "/static/": "styles and scripts",
    "/healthz": "says that the process answers",
    "/readyz": "says which part does not work, for load balancers",
    "/metrics": "counts without names, for this machine and whoever has its token",
    "/basemap/": "streets of the public map",
}
"""Address prefixes whose own code decides who may call, and how. Everything else needs a mark."""

SESSION_LIFE = timedelta(hours=12)
"""A working day, counted from the sign-in."""


def guarded_elsewhere(path: str) -> bool:
    """True for an address that another part of the program looks after."""
    return any(path.startswith(prefix) for prefix in GUARDED_ELSEWHERE)


def guard() -> ResponseReturnValue | None:
    """Refuse or admit the request; sets `g.staff`.

    Raises Problem sign_in_required, not_allowed, form_expired.
    """
    g.staff = None
    if guarded_elsewhere(request.path):
        return None
    if request.endpoint is None:
        # Nothing to protect; whoever is signed in keeps the way to the other pages.
        g.staff = _caller() if request.method in SAFE_METHODS else None
        return None
    rule = rule_of(current_app.view_functions[request.endpoint])
    if rule is None:
        raise Problem("not_allowed")
    g.staff = _caller()
    changes = request.method not in SAFE_METHODS
    if changes and "basic" not in g:
        if g.staff is None and rule.public is None and (kept := keep_and_sign_in(request)) is not None:
            return kept
        check_csrf(request)
    return _admit(rule)


def _admit(rule: Rule) -> ResponseReturnValue | None:
    if rule.public is not None:
        return None
    if g.staff is None:
        if request.method in SAFE_METHODS and not wants_json() and "HX-Request" not in request.headers:
            return redirect(url_for("auth.sign_in", next=request.full_path.removesuffix("?")))
        raise Problem("sign_in_required")
    if not rule.admits(g.staff.roles):
        raise Problem("not_allowed")
    return None


def _caller() -> Staff | None:
    if request.authorization is not None and request.path.startswith("/api/"):
        return _basic_caller(request)
    signed_in = session.get("staff")
    if signed_in is None:
        return None
    age = services().clock().timestamp() - signed_in["at"]
    if not 0 <= age < SESSION_LIFE.total_seconds():
        session.clear()
        return None
    with services().read_sessions() as db:
        return staff_by_id(db, signed_in["id"], signed_in["epoch"])


def _basic_caller(request: Request) -> Staff:
    """Programs on this machine, or over HTTPS, may send name and password with each request."""
    given = request.authorization
    if given is None or given.type != "basic" or given.username is None or given.password is None:
        raise Problem("sign_in_required")
    address = request.remote_addr or "unknown"
    if not (request.is_secure or _is_loopback(address)):
        raise Problem("sign_in_required")
    refuse_foreign_site(request)
    g.basic = True
    return authenticate(services().sessions, given.username, given.password, address, services().clock())


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def current_staff() -> Staff:
    """The signed-in person of this request. Raises Problem sign_in_required when there is none."""
    staff: Staff | None = g.get("staff")
    if staff is None:
        raise Problem("sign_in_required")
    return staff


def gate_override(reason: str | None, staff: Staff) -> str | None:
    """A supervisor's reason to let an order go ahead although money is owed; None when none is given.

    Raises Problem not_allowed for anybody else, bad_input naming `override`.
    """
    given = checked_line(reason or "", field="override")
    if given and not staff.may("supervisor"):
        raise Problem("not_allowed")
    return given or None
